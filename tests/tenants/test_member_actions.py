"""Admitting, promoting and removing members."""

from __future__ import annotations

import pytest

from console.errors import Conflict, Invalid, NotFound, Refused
from tenants import actions
from tenants.models import AuditEntry, Membership, Outcome, Role, Tenant, User
from tests.factories import UserFactory


def role_of(user: User, tenant: Tenant) -> str | None:
    return (
        Membership.objects.filter(user=user, tenant=tenant).values_list("role", flat=True).first()
    )


def test_an_owner_admits(alice: User, charlie: User, team_a: Tenant) -> None:
    actions.add_member(user=alice, tenant=team_a, username="charlie", role=Role.VIEWER)
    assert role_of(charlie, team_a) == "viewer"
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.object_name) == ("alice", "member.add", "charlie")
    assert entry.after == {"role": "viewer"}


@pytest.mark.parametrize("persona", ["bob", "vera"])
def test_others_are_refused_and_audited(
    persona: str, charlie: User, team_a: Tenant, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(persona)
    with pytest.raises(Refused):
        actions.add_member(user=user, tenant=team_a, username="charlie", role=Role.OWNER)
    with pytest.raises(Refused):
        actions.change_role(user=user, tenant=team_a, username=persona, role=Role.OWNER)
    assert role_of(charlie, team_a) is None
    assert [entry.outcome for entry in AuditEntry.objects.all()] == [Outcome.REFUSED] * 2


def test_an_outsider_leaves_no_trace(charlie: User, bob: User, team_a: Tenant) -> None:
    for attempt in (
        lambda: actions.add_member(user=charlie, tenant=team_a, username="bob", role=Role.OWNER),
        lambda: actions.change_role(user=charlie, tenant=team_a, username="bob", role=Role.OWNER),
        lambda: actions.remove_member(user=charlie, tenant=team_a, username="bob"),
        lambda: actions.remove_member(user=charlie, tenant=team_a, username="charlie"),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("username", ["nobody", "gone", "x" * 200])
def test_an_unknown_or_disabled_user_is_told(username: str, alice: User, team_a: Tenant) -> None:
    UserFactory(username="gone", is_active=False)
    with pytest.raises(Invalid, match="An operator can create the account") as caught:
        actions.add_member(user=alice, tenant=team_a, username=username, role=Role.VIEWER)
    assert "username" in caught.value.fields


def test_a_member_is_not_admitted_twice(alice: User, bob: User, team_a: Tenant) -> None:
    with pytest.raises(Invalid, match="a member already"):
        actions.add_member(user=alice, tenant=team_a, username="bob", role=Role.OWNER)
    assert role_of(bob, team_a) == "developer"


def test_an_owner_changes_a_role(alice: User, vera: User, team_a: Tenant) -> None:
    actions.change_role(user=alice, tenant=team_a, username="vera", role=Role.OWNER)
    assert role_of(vera, team_a) == "owner"
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == ({"role": "viewer"}, {"role": "owner"})


def test_the_last_owner_stays(alice: User, vera: User, team_a: Tenant) -> None:
    with pytest.raises(Conflict, match="last owner"):
        actions.change_role(user=alice, tenant=team_a, username="alice", role=Role.VIEWER)
    with pytest.raises(Conflict, match="last owner"):
        actions.remove_member(user=alice, tenant=team_a, username="alice")
    assert role_of(alice, team_a) == "owner"
    assert AuditEntry.objects.filter(outcome=Outcome.REFUSED).count() == 2
    actions.change_role(user=alice, tenant=team_a, username="alice", role=Role.OWNER)
    actions.change_role(user=alice, tenant=team_a, username="vera", role=Role.OWNER)
    actions.remove_member(user=alice, tenant=team_a, username="alice")
    assert role_of(alice, team_a) is None


def test_a_member_may_leave(vera: User, bob: User, alice: User, team_a: Tenant) -> None:
    actions.remove_member(user=vera, tenant=team_a, username="vera")
    assert role_of(vera, team_a) is None
    with pytest.raises(Refused):
        actions.remove_member(user=bob, tenant=team_a, username="alice")


def test_operators_manage_every_tenant(root: User, bob: User, team_a: Tenant) -> None:
    actions.remove_member(user=root, tenant=team_a, username="bob")
    assert role_of(bob, team_a) is None


def test_who_is_no_member_is_not_found(alice: User, charlie: User, team_a: Tenant) -> None:
    with pytest.raises(NotFound):
        actions.change_role(user=alice, tenant=team_a, username="charlie", role=Role.OWNER)
