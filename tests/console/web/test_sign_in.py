"""The sign-in page, and the frame of a page behind it."""

from __future__ import annotations

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests.conftest import ClientOf
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def test_signs_in_and_leads_where_the_user_wanted(client: Client, alice: User) -> None:
    page = client.get("/sign-in/?next=/t/team-a/members/")
    assert b'value="/t/team-a/members/"' in page.content
    form = {"username": "alice", "password": PASSWORD, "next": "/t/team-a/members/"}
    response = client.post("/sign-in/", form)
    assert (response.status_code, response["Location"]) == (302, "/t/team-a/members/")


@pytest.mark.parametrize("target", ["https://elsewhere.test/", "//elsewhere.test", "javascript:x"])
def test_never_leads_to_another_host(client: Client, alice: User, target: str) -> None:
    form = {"username": "alice", "password": PASSWORD, "next": target}
    assert client.post("/sign-in/", form)["Location"] == "/"


def test_a_wrong_password_keeps_the_name(client: Client, alice: User) -> None:
    response = client.post("/sign-in/", {"username": "alice", "password": "wrong"})
    assert response.status_code == 200
    assert b'value="alice"' in response.content
    assert b"wrong" not in response.content
    assert b'role="alert"' in response.content


def test_signs_out_by_post_only(client_of: ClientOf, alice: User) -> None:
    client = client_of(alice)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/t/team-a/members/").status_code == 302


def test_the_frame_offers_what_the_user_may_see(
    client_of: ClientOf, alice: User, vera: User, team_a: Tenant
) -> None:
    owner = client_of(alice).get("/t/team-a/members/").content.decode()
    viewer = client_of(vera).get("/t/team-a/members/").content.decode()
    assert 'href="/t/team-a/audit/"' in owner
    assert 'href="/t/team-a/audit/"' not in viewer
    for html in (owner, viewer):
        assert 'data-tenant="team-a"' in html
        assert 'aria-current="page" data-hotkey="g m"' in html
        assert "/admin/" not in html
        assert 'hx-headers:inherited=\'{"X-CSRFToken": "' in html


def test_the_frame_of_an_operator(client_of: ClientOf, root: User, team_a: Tenant) -> None:
    html = client_of(root).get("/t/team-a/members/").content.decode()
    assert 'href="/admin/"' in html
    assert 'href="/tenants/"' in html
    assert "Platform operator" in html
