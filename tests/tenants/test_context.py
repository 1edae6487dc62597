"""The frame of every page, and the address “/”."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import Client, RequestFactory
from django.urls import resolve

from tenants.context import Frame, frame
from tenants.models import AuditEntry, Role, Tenant, User
from tests.conftest import ClientOf, Commits
from tests.factories import MembershipFactory, TenantFactory
from tests.fakes import FakeCluster

MEMBERS = "/t/team-a/members/"


def frame_of(user: Any, path: str = MEMBERS) -> Frame:
    request = RequestFactory().get(path)
    request.user = user
    request.session = SessionStore()
    request.resolver_match = resolve(path)
    return frame(request)["frame"]


def test_the_frame_takes_one_query(bob: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        shown = frame_of(bob)
    with django_assert_num_queries(1):
        assert str(shown.tenant) == "Team A"
        assert shown.role == Role.DEVELOPER
        assert (shown.may_operate, shown.may_manage, shown.may_audit) == (True, False, False)
        assert [tenant.slug for tenant in shown.tenants] == ["team-a"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("alice", (True, True, True)),
        ("vera", (False, False, False)),
        ("root", (True, True, True)),
        ("audrey", (False, False, True)),
    ],
)
def test_what_is_offered(
    name: str,
    expected: tuple[bool, bool, bool],
    team_a: Tenant,
    request: pytest.FixtureRequest,
) -> None:
    shown = frame_of(request.getfixturevalue(name))
    assert (shown.may_operate, shown.may_manage, shown.may_audit) == expected


def test_an_outsider_gets_no_tenant(charlie: User, team_a: Tenant) -> None:
    shown = frame_of(charlie)
    assert shown.tenant is None
    assert shown.role is None
    assert not shown.may_operate


def test_anonymous_gets_an_empty_frame(db: None, django_assert_num_queries: Any) -> None:
    request = RequestFactory().get("/sign-in/")
    request.user = AnonymousUser()
    request.resolver_match = resolve("/sign-in/")
    shown = frame(request)["frame"]
    with django_assert_num_queries(0):
        assert (shown.tenant, shown.tenants, shown.may_audit) == (None, [], False)


def test_a_tenant_beyond_the_switcher_is_found(
    root: User, team_a: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    TenantFactory(slug="aaa")
    monkeypatch.setattr("tenants.context.SWITCHER_LIMIT", 1)
    shown = frame_of(root)
    assert [tenant.slug for tenant in shown.tenants] == ["aaa"]
    assert shown.tenant == team_a


def test_the_clusters_limits_are_shown(bob: User, cluster: FakeCluster) -> None:
    assert frame_of(bob).cluster_limits == cluster.capabilities.limits


def test_home_leads_to_the_only_tenant(client_of: ClientOf, bob: User) -> None:
    response = client_of(bob).get("/")
    assert (response.status_code, response["Location"]) == (302, "/t/team-a/")


def test_home_offers_a_choice_and_remembers_it(
    client_of: ClientOf, bob: User, team_b: Tenant
) -> None:
    MembershipFactory(tenant=team_b, user=bob)
    client = client_of(bob)
    page = client.get("/")
    assert page.status_code == 200
    assert "/t/team-b/" in page.content.decode()
    client.get("/t/team-b/members/")
    assert client.get("/")["Location"] == "/t/team-b/"
    assert client.get("/?all").status_code == 200
    bob.memberships.filter(tenant=team_b).delete()
    assert client.get("/")["Location"] == "/t/team-a/"


def test_home_lets_an_operator_name_the_first_tenant(
    client_of: ClientOf, root: User, cluster: FakeCluster, commits: Commits
) -> None:
    client = client_of(root)
    assert "Name your first tenant" in client.get("/").content.decode()
    refused = client.post("/", {"slug": "No Name"})
    assert refused.status_code == 200
    assert "No Name" in refused.content.decode()
    with commits():
        made = client.post("/", {"slug": "vision", "title": "Vision"})
    assert (made.status_code, made["Location"]) == (303, "/t/vision/")
    assert cluster.names("Namespace") == ["tenant-vision"]
    assert root.memberships.get().role == Role.OWNER


def test_home_tells_others_whom_to_ask(client_of: ClientOf, bob: User) -> None:
    bob.memberships.all().delete()
    client = client_of(bob)
    assert "Ask the owner" in client.get("/").content.decode()
    assert client.post("/", {"slug": "vision"}).status_code == 403
    assert AuditEntry.objects.get().outcome == "refused"


@pytest.mark.django_db
def test_home_asks_anonymous_to_sign_in() -> None:
    assert Client().get("/")["Location"] == "/sign-in/?next=/"
