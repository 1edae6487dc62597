"""Who may do what."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from console.errors import NotFound, Refused
from tenants import access
from tenants.access import Permission
from tenants.models import Role, Tenant, User

VIEW, OPERATE, MANAGE, AUDIT = Permission
MAY = {
    "alice": {VIEW, OPERATE, MANAGE, AUDIT},
    "bob": {VIEW, OPERATE},
    "vera": {VIEW},
    "charlie": set(),
    "root": {VIEW, OPERATE, MANAGE, AUDIT},
    "audrey": {VIEW, AUDIT},
}


@pytest.mark.parametrize("name", MAY)
def test_table_of_permissions(
    name: str, team_a: Tenant, request: pytest.FixtureRequest, db: None
) -> None:
    user = request.getfixturevalue(name)
    assert {one for one in Permission if access.may(user, team_a, one)} == MAY[name]
    for permission in Permission:
        if permission in MAY[name]:
            access.require(user, team_a, permission)
            assert access.tenant_for(user, "team-a", permission) == team_a
            continue
        expected = NotFound if name == "charlie" else Refused
        with pytest.raises(expected):
            access.require(user, team_a, permission)
        with pytest.raises(expected):
            access.tenant_for(user, "team-a", permission)


@pytest.mark.parametrize("name", MAY)
def test_disabled_users_may_nothing(
    name: str, team_a: Tenant, request: pytest.FixtureRequest, db: None
) -> None:
    user = request.getfixturevalue(name)
    user.is_active = False
    assert not any(access.may(user, team_a, permission) for permission in Permission)
    assert not access.visible_tenants(user).exists()


def test_anonymous_sees_no_tenant(team_a: Tenant) -> None:
    assert access.role_in(AnonymousUser(), team_a) is None
    assert not access.visible_tenants(AnonymousUser()).exists()


def test_missing_and_foreign_tenants_read_the_same(charlie: User, team_a: Tenant) -> None:
    messages = []
    for slug in ("team-a", "team-x"):
        with pytest.raises(NotFound) as caught:
            access.tenant_for(charlie, slug)
        messages.append(caught.value.message.replace(slug, "…"))
    assert messages[0] == messages[1]


def test_checking_a_tenant_of_an_address_takes_one_query(
    bob: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        access.tenant_for(bob, "team-a", OPERATE)


def test_a_member_who_audits_keeps_the_role(bob: User, team_a: Tenant) -> None:
    bob.is_auditor = True
    assert access.role_in(bob, team_a) == Role.DEVELOPER
    assert access.may(bob, team_a, AUDIT)


def test_writes_reach_the_cluster_under_name_and_role(
    bob: User, root: User, team_a: Tenant
) -> None:
    assert access.actor_for(bob, team_a).groups == ("moonbase:team-a:developer",)
    assert access.actor_for(root, team_a).groups == ("moonbase:team-a:owner",)


def test_an_outsider_writes_without_groups(charlie: User, team_a: Tenant) -> None:
    assert access.actor_for(charlie, team_a).groups == ()


def test_only_operators_and_auditors_read_the_platforms_audit(
    root: User, audrey: User, alice: User
) -> None:
    access.require_platform_audit(root)
    access.require_platform_audit(audrey)
    with pytest.raises(Refused):
        access.require_platform_audit(alice)
