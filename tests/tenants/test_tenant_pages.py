"""The operators' pages of tenants."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.models import Tenant, User
from tests.conftest import ClientOf
from tests.factories import TenantFactory, VolumeFactory

LIST = "/tenants/"
NEW = "/new-tenant/"
TEAM = "/tenants/team-a/"
HTMX = {"HX-Request": "true"}
AMOUNTS = {"cpu": "8", "memory": "16 GiB", "gpu": "1", "pods": "5", "storage": "1 TiB"}


def test_the_list(client_of: ClientOf, root: User, django_assert_num_queries: Any) -> None:
    TenantFactory.create_batch(60)
    client = client_of(root)
    client.get(LIST)
    with django_assert_num_queries(4):
        page = client.get(LIST).content.decode()
    assert page.count('id="tenant-tenant') == 50
    assert "<html" not in client.get(LIST, headers=HTMX).content.decode()


@pytest.mark.parametrize("path", [LIST, NEW, TEAM])
def test_only_operators(path: str, client_of: ClientOf, alice: User, audrey: User) -> None:
    assert client_of(alice).get(path).status_code == 403
    assert client_of(audrey).post(path, AMOUNTS).status_code == 403


def test_an_outsider_does_not_learn_of_a_tenant(
    client_of: ClientOf, charlie: User, team_a: Tenant
) -> None:
    assert client_of(charlie).get(TEAM).status_code == 404
    assert client_of(charlie).post(f"{TEAM}delete/").status_code == 404


def test_a_new_tenant(client_of: ClientOf, root: User, bob: User) -> None:
    client = client_of(root)
    assert 'value="8Gi"' in client.get(NEW).content.decode()
    response = client.post(NEW, AMOUNTS | {"slug": "vision", "owner": "bob"})
    assert (response.status_code, response["Location"]) == (303, LIST)
    tenant = Tenant.objects.get(slug="vision")
    assert (tenant.cpu_milli, tenant.storage_bytes) == (8000, 2**40)
    assert tenant.memberships.get().user == bob


def test_bad_input_keeps_what_was_typed(client_of: ClientOf, root: User) -> None:
    data = AMOUNTS | {"slug": "Vi sion", "cpu": "many"}
    response = client_of(root).post(NEW, data, headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 200
    assert "“many” is not an amount of CPU" in page
    assert 'value="Vi sion"' in page


def test_another_quota(client_of: ClientOf, root: User, team_a: Tenant) -> None:
    client = client_of(root)
    assert "Namespace tenant-team-a" in client.get(TEAM).content.decode()
    assert client.post(TEAM, AMOUNTS)["Location"] == TEAM
    team_a.refresh_from_db()
    assert (team_a.cpu_milli, team_a.gpu_count) == (8000, 1)
    response = client.post(TEAM, AMOUNTS | {"pods": "-1"})
    assert "not a whole number" in response.content.decode()


def test_deletion_asks_for_the_name(client_of: ClientOf, root: User, team_a: Tenant) -> None:
    client = client_of(root)
    wrong = client.post(f"{TEAM}delete/", {"confirm_name": "team-b"})
    assert "Type “team-a” to confirm." in wrong.content.decode()
    assert Tenant.objects.exists()
    assert client.post(f"{TEAM}delete/", {"confirm_name": "team-a"})["Location"] == LIST
    assert not Tenant.objects.exists()


def test_deletion_tells_what_is_left(client_of: ClientOf, root: User, team_a: Tenant) -> None:
    VolumeFactory(tenant=team_a)
    client = client_of(root)
    assert "It still has 1 volume" in client.get(TEAM).content.decode()
    response = client.post(f"{TEAM}delete/", {"confirm_name": "team-a"})
    assert response.status_code == 409
