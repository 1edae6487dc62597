"""The members page: full, partial, outsider, anonymous; and what its forms do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tenants.models import Membership, Tenant, User
from tests.conftest import ClientOf
from tests.factories import MembershipFactory, UserFactory

PAGE = "/t/team-a/members/"
HTMX = {"HX-Request": "true"}


def test_full_and_partial(client_of: ClientOf, alice: User, bob: User) -> None:
    client = client_of(alice)
    full = client.get(PAGE).content.decode()
    assert "<html" in full
    assert "Add member" in full
    partial = client.get(PAGE, headers=HTMX).content.decode()
    assert "<html" not in partial
    assert "bob" in partial
    assert "HX-Request" in client.get(PAGE)["Vary"]


def test_outsider_and_anonymous(client_of: ClientOf, charlie: User, team_a: Tenant) -> None:
    assert client_of(charlie).get(PAGE).status_code == 404
    assert Client().get(PAGE)["Location"] == f"/sign-in/?next={PAGE}"


def test_others_read_only(client_of: ClientOf, vera: User, bob: User) -> None:
    page = client_of(vera).get(PAGE).content.decode()
    assert "Add member" not in page
    assert "/members/bob/" not in page
    assert "/members/vera/remove/" in page


def test_few_queries_for_many_members(
    client_of: ClientOf, alice: User, team_a: Tenant, django_assert_num_queries: Any
) -> None:
    MembershipFactory.create_batch(45, tenant=team_a)
    client = client_of(alice)
    client.get(PAGE)
    with django_assert_num_queries(6):
        client.get(PAGE)


def test_filter_and_sort(client_of: ClientOf, alice: User, bob: User, vera: User) -> None:
    client = client_of(alice)
    page = client.get(PAGE, {"q": "role:viewer"}, headers=HTMX).content.decode()
    assert "/vera/" in page
    assert "/bob/" not in page
    page = client.get(PAGE, {"sort": "-username"}, headers=HTMX).content.decode()
    assert page.index("/vera/") < page.index("/alice/")


def test_adding(client_of: ClientOf, alice: User) -> None:
    UserFactory(username="dana")
    client = client_of(alice)
    response = client.post(PAGE, {"username": "dana", "role": "developer"})
    assert (response.status_code, response["Location"]) == (303, PAGE)
    assert Membership.objects.get(user__username="dana").role == "developer"
    assert "dana is Developer" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_bad_name_keeps_what_was_typed(
    headers: dict[str, str], client_of: ClientOf, alice: User
) -> None:
    data = {"username": "nobody", "role": "owner"}
    response = client_of(alice).post(PAGE, data, headers=headers)
    page = response.content.decode()
    assert response.status_code == 200
    assert "There is no user “nobody”" in page
    assert 'value="nobody"' in page
    assert ("<html" in page) is not bool(headers)


def test_changing_a_role(client_of: ClientOf, alice: User, bob: User) -> None:
    client = client_of(alice)
    response = client.post(f"{PAGE}bob/role/", {"role": "viewer"})
    assert (response.status_code, response["Location"]) == (303, PAGE)
    assert bob.memberships.get().role == "viewer"
    response = client.post(f"{PAGE}bob/role/", {"role": "owner"}, headers=HTMX)
    assert response.status_code == 200
    assert "message-sent" in response["HX-Trigger"]
    assert 'id="member-table"' in response.content.decode()
    assert client.post(f"{PAGE}bob/role/", {"role": "god"}).status_code == 422
    assert client.get(f"{PAGE}bob/role/").status_code == 405


def test_the_last_owner_is_told(client_of: ClientOf, alice: User) -> None:
    response = client_of(alice).post(f"{PAGE}alice/role/", {"role": "viewer"})
    assert response.status_code == 409
    assert "last owner" in response.content.decode()


def test_removing_names_the_person(client_of: ClientOf, alice: User, bob: User) -> None:
    client = client_of(alice)
    page = client.get(f"{PAGE}bob/remove/").content.decode()
    assert "Remove bob from Team A?" in page
    response = client.post(f"{PAGE}bob/remove/")
    assert (response.status_code, response["Location"]) == (303, PAGE)
    assert not bob.memberships.exists()
    assert client.get(f"{PAGE}bob/remove/").status_code == 404


def test_leaving_leads_home(client_of: ClientOf, vera: User) -> None:
    response = client_of(vera).post(f"{PAGE}vera/remove/")
    assert (response.status_code, response["Location"]) == (303, "/")


def test_hostile_names_stay_text(client_of: ClientOf, alice: User, team_a: Tenant) -> None:
    name = "<script>alert(1)</script>"
    MembershipFactory(tenant=team_a, user__username="mallory", user__first_name=name)
    page = client_of(alice).get(PAGE).content.decode()
    assert name not in page
    assert "&lt;script&gt;" in page
