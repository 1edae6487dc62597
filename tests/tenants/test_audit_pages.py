"""The audit pages, of a tenant and of the platform."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tenants import audit
from tenants.models import AuditEntry, Tenant, User
from tests.conftest import ClientOf
from tests.factories import AuditEntryFactory

PAGE = "/t/team-a/audit/"
HTMX = {"HX-Request": "true"}


def test_full_and_partial(client_of: ClientOf, alice: User, team_a: Tenant) -> None:
    AuditEntryFactory(tenant=team_a, before={"cpu": "1"}, after={"cpu": "2", "gpu": None})
    client = client_of(alice)
    full = client.get(PAGE).content.decode()
    assert "<html" in full
    assert "<del>1</del>" in full
    assert "<ins>2</ins>" in full
    assert "<html" not in client.get(PAGE, headers=HTMX).content.decode()


@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 200), ("root", 200), ("audrey", 200), ("bob", 403), ("vera", 403), ("charlie", 404)],
)
def test_who_reads_it(
    name: str, status: int, client_of: ClientOf, team_a: Tenant, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(name)
    assert client_of(user).get(PAGE).status_code == status
    assert Client().get(PAGE).status_code == 302


def test_only_this_tenants_entries(
    client_of: ClientOf, alice: User, team_a: Tenant, team_b: Tenant
) -> None:
    AuditEntryFactory(tenant=team_a, object_name="mine")
    AuditEntryFactory(tenant=team_b, object_name="theirs")
    page = client_of(alice).get(PAGE).content.decode()
    assert "mine" in page
    assert "theirs" not in page


def test_filtered_over_all_rows(
    client_of: ClientOf, alice: User, team_a: Tenant, django_assert_num_queries: Any
) -> None:
    AuditEntryFactory.create_batch(80, tenant=team_a)
    AuditEntryFactory(tenant=team_a, actor="bob", outcome="refused", object_name="needle")
    client = client_of(alice)
    client.get(PAGE)
    with django_assert_num_queries(6):
        page = client.get(PAGE, {"q": "bob", "outcome": "refused"}).content.decode()
    assert "needle" in page
    assert page.count('id="entry-') == 1


def test_the_platforms_audit(client_of: ClientOf, root: User, audrey: User, alice: User) -> None:
    audit.record(actor="root", action="tenant.delete", tenant_name="gone")
    assert "gone" in client_of(root).get("/audit/").content.decode()
    assert client_of(audrey).get("/audit/").status_code == 200
    assert client_of(alice).get("/audit/").status_code == 403


def test_long_names_are_cut_not_refused(db: None) -> None:
    audit.record(actor="bob", action="app.create", object_name="x" * 500, message="y" * 500)
    entry = AuditEntry.objects.get()
    assert (len(entry.object_name), len(entry.message)) == (150, 300)
    assert str(entry).startswith("bob app.create")
