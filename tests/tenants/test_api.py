"""The REST API of tenants, members and the audit trail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from tenants.models import Membership, Tenant, User
from tests.conftest import ApiOf, ClientOf, Commits
from tests.factories import ApiTokenFactory, AuditEntryFactory, MembershipFactory, TenantFactory
from tests.fakes import FakeCluster

TENANTS = "/api/v1/tenants/"
TEAM = f"{TENANTS}team-a/"
MEMBERS = f"{TEAM}members/"


def test_an_operator_makes_a_tenant(
    api: ApiOf, root: User, bob: User, cluster: FakeCluster, commits: Commits
) -> None:
    with commits():
        response = api(root).post(
            TENANTS, {"slug": "vision", "owner": "bob", "quota": {"cpu": "8"}}, format="json"
        )
    assert response.status_code == 201
    body = response.json()
    assert body["quota"] == {
        "cpu": "8",
        "memory": "8Gi",
        "gpu": "0",
        "pods": "100",
        "storage": "20Gi",
    }
    assert body["used_exactly"]["cpu_milli"] == 0
    assert "tenant-vision" in cluster.names("Namespace")
    assert api(bob).get(f"{TENANTS}vision/").json()["role"] == "owner"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "slug"),
        ({"slug": "No Name"}, "slug"),
        ({"slug": "ok", "quota": {"cpu": "many"}}, "cpu"),
        ({"slug": "ok", "quota": []}, "quota.non_field_errors"),
        ({"slug": "ok", "owner": "nobody"}, "owner"),
    ],
)
def test_bad_input_is_a_problem_document(body: object, field: str, api: ApiOf, root: User) -> None:
    response = api(root).post(TENANTS, body, format="json")
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert field in response.json()["errors"]


def test_a_body_that_is_no_json_is_400(api: ApiOf, root: User) -> None:
    response = api(root).post(TENANTS, "{", content_type="application/json")
    assert response.status_code == 400
    assert response.json()["code"] == "malformed"


def test_owners_make_no_tenants(api: ApiOf, alice: User) -> None:
    response = api(alice).post(TENANTS, {"slug": "vision"}, format="json")
    assert response.status_code == 403
    assert response.json()["code"] == "refused"


def test_a_list_shows_what_one_may_see(
    api: ApiOf, bob: User, charlie: User, audrey: User, django_assert_num_queries: Any
) -> None:
    assert [item["slug"] for item in api(charlie).get(TENANTS).json()["items"]] == ["team-b"]
    client = api(audrey)
    client.get(TENANTS)
    with django_assert_num_queries(3):
        body = client.get(TENANTS).json()
    assert [(item["slug"], item["role"]) for item in body["items"]] == [
        ("team-a", "viewer"),
        ("team-b", "viewer"),
    ]


def test_lists_are_filtered_sorted_and_cut(api: ApiOf, root: User) -> None:
    for number in range(5):
        TenantFactory(slug=f"t{number}", gpu_count=number)
    client = api(root)
    body = client.get(TENANTS, {"sort": "-gpu", "page_size": "2", "page": "2"}).json()
    assert [item["slug"] for item in body["items"]] == ["t2", "t1"]
    assert (body["count"], body["pages"], body["page_size"]) == (5, 3, 2)
    assert client.get(TENANTS, {"filter": "t3"}).json()["count"] == 1
    assert client.get(TENANTS, {"sort": "password"}).status_code == 422


def test_an_operator_changes_a_quota(api: ApiOf, root: User, team_a: Tenant) -> None:
    response = api(root).patch(TEAM, {"quota": {"gpu": "2"}}, format="json")
    assert response.json()["quota"]["gpu"] == "2"
    team_a.refresh_from_db()
    assert (team_a.gpu_count, team_a.cpu_milli) == (2, 4000)


def test_an_owner_does_not(api: ApiOf, alice: User) -> None:
    response = api(alice).patch(TEAM, {"quota": {"gpu": "2"}}, format="json")
    assert response.status_code == 403


def test_a_tenant_is_deleted(api: ApiOf, root: User, team_a: Tenant) -> None:
    assert api(root).delete(TEAM).status_code == 204
    assert not Tenant.objects.exists()


def test_an_owner_manages_members(api: ApiOf, alice: User, charlie: User) -> None:
    client = api(alice)
    added = client.post(MEMBERS, {"username": "charlie", "role": "viewer"}, format="json")
    assert added.status_code == 201
    assert added.json()["username"] == "charlie"
    changed = client.patch(f"{MEMBERS}charlie/", {"role": "developer"}, format="json")
    assert changed.json()["role"] == "developer"
    listed = client.get(MEMBERS, {"sort": "-role"}).json()
    assert [item["username"] for item in listed["items"]] == ["alice", "charlie"]
    assert client.delete(f"{MEMBERS}charlie/").status_code == 204
    assert client.delete(f"{MEMBERS}charlie/").status_code == 404
    assert client.delete(f"{MEMBERS}alice/").status_code == 409


def test_an_unknown_role_is_told(api: ApiOf, alice: User, bob: User) -> None:
    response = api(alice).patch(f"{MEMBERS}bob/", {"role": "god"}, format="json")
    assert response.status_code == 422
    assert "role" in response.json()["errors"]


def test_a_members_list_takes_few_queries(
    api: ApiOf, alice: User, team_a: Tenant, django_assert_num_queries: Any
) -> None:
    MembershipFactory.create_batch(20, tenant=team_a)
    client = api(alice)
    client.get(MEMBERS)
    with django_assert_num_queries(4):
        assert len(client.get(MEMBERS).json()["items"]) == 21


def test_a_session_may_use_the_api_but_not_without_csrf(
    client_of: ClientOf, alice: User, bob: User
) -> None:
    client = client_of(alice)
    assert client.get(TEAM).status_code == 200
    client.handler.enforce_csrf_checks = True
    body = json.dumps({"role": "viewer"})
    response = client.patch(f"{MEMBERS}bob/", body, content_type="application/json")
    assert response.status_code == 403
    assert Membership.objects.get(user=bob).role == "developer"


def test_owners_auditors_and_operators_read_the_audit(
    api: ApiOf, alice: User, audrey: User, team_a: Tenant, team_b: Tenant
) -> None:
    AuditEntryFactory(tenant=team_a, object_name="mine")
    AuditEntryFactory(tenant=team_b, object_name="theirs")
    for user in (alice, audrey):
        body = api(user).get(f"{TEAM}audit/").json()
        assert [item["object_name"] for item in body["items"]] == ["mine"]
    assert api(audrey).get("/api/v1/audit/").json()["count"] == 2
    assert api(alice).get("/api/v1/audit/").status_code == 403


def test_audit_is_not_for_developers(api: ApiOf, bob: User) -> None:
    assert api(bob).get(f"{TEAM}audit/").status_code == 403


def test_own_tokens_only(api: ApiOf, bob: User, alice: User) -> None:
    theirs = ApiTokenFactory(user=alice)
    mine = ApiTokenFactory(user=bob, hint="mb_mine")
    client = api(bob)
    items = client.get("/api/v1/tokens/").json()["items"]
    assert len(items) == 2
    assert not any("digest" in item or "token" in item for item in items)
    assert client.delete(f"/api/v1/tokens/{theirs.pk}/").status_code == 404
    assert client.delete(f"/api/v1/tokens/{mine.pk}/").status_code == 204


def test_the_schema_is_complete_and_the_docs_run_no_inline_script(
    client_of: ClientOf, bob: User
) -> None:
    client = client_of(bob)
    schema = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()
    assert "/api/v1/tenants/{tenant}/members/" in schema["paths"]
    assert schema["components"]["securitySchemes"]["bearerToken"]["scheme"] == "bearer"
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    assert "<style" not in page.content.decode()
    script = client.get("/api/v1/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.content.decode()


@pytest.mark.django_db
def test_the_schema_is_not_for_anonymous() -> None:
    assert APIClient().get("/api/v1/schema/").status_code == 401
    assert APIClient().get("/api/v1/docs/").status_code == 302
