"""The socket topic of a tenant's changes, and the facts that actions publish."""

from __future__ import annotations

from typing import Any

import pytest

from console.errors import Invalid, NotFound
from console.realtime import topics
from tenants import actions
from tenants.models import Role, Tenant, User
from tests.conftest import Commits


def test_members_listen_to_their_tenant(vera: User, team_a: Tenant) -> None:
    topic = topics.find("tenant.changes")
    assert topic.open(vera, {"tenant": "team-a"}).channel == team_a.channel


def test_outsiders_do_not(charlie: User, team_a: Tenant) -> None:
    topic = topics.find("tenant.changes")
    with pytest.raises(NotFound):
        topic.open(charlie, {"tenant": "team-a"})
    for params in ({}, {"tenant": 1}, {"tenant": ""}):
        with pytest.raises(Invalid):
            topic.open(charlie, params)


def test_actions_publish_after_commit(
    alice: User, vera: User, team_a: Tenant, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts: list[tuple[str, str, dict[str, Any]]] = []
    monkeypatch.setattr("console.realtime.publish.hub.publish", lambda *fact: facts.append(fact))
    with commits():
        actions.change_role(user=alice, tenant=team_a, username="vera", role=Role.OWNER)
        assert not facts
    assert facts == [(team_a.channel, "members-changed", {})]
