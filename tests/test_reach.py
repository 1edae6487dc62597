"""Every address and socket topic, for every persona: foreign tenants do not exist, viewers look.

The rows are in tests/reach.py; an address, a method of the API or a topic without one fails here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.test import APIClient

from console.errors import NotFound
from console.realtime import topics
from tenants.models import AuditEntry, Outcome, Role, Tenant, User
from tests.conftest import ApiOf, ClientOf
from tests.factories import AppFactory, JobFactory, MembershipFactory, VolumeFactory
from tests.reach import ROWS, TEAM, TOPICS, Level, Row

PERSONAS = {
    "anonymous": None,
    "outsider": "charlie",
    "viewer": "vera",
    "developer": "bob",
    "owner": "alice",
    "operator": "root",
    "auditor": "audrey",
}
OBJECTS = {"name", "username", "pod"}
Sender = Callable[[str, Row, dict[str, Any]], Any]


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Yield the namespace, the route and the pattern of every address."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            for space, route, pattern in patterns(entry, f"{prefix}{entry.pattern}"):
                yield entry.namespace or space, route, pattern
        else:
            yield "", f"{prefix}{entry.pattern}", entry


def addresses(namespace: str) -> list[tuple[str, URLPattern]]:
    """Return the route and the pattern of every address of a namespace."""
    return [(route, one) for space, route, one in patterns(get_resolver()) if space == namespace]


@pytest.fixture
def people(request: pytest.FixtureRequest, team_a: Tenant) -> dict[str, User | None]:
    """Fill team-a and return the personas."""
    MembershipFactory(tenant=team_a, user__username="dave", role=Role.VIEWER)
    VolumeFactory(tenant=team_a, name="data")
    AppFactory(tenant=team_a, name="digits")
    JobFactory(tenant=team_a, name="train")
    return {
        persona: request.getfixturevalue(name) if name else None
        for persona, name in PERSONAS.items()
    }


@pytest.fixture
def send(people: dict[str, User | None], client_of: ClientOf, api: ApiOf) -> Sender:
    """Return a function that sends a row's request as a persona, and undoes what it did."""

    def send(persona: str, row: Row, parts: dict[str, Any]) -> Any:
        user, is_api = people[persona], uses_tokens(row)
        client: Client
        if is_api:
            client = api(user) if user else APIClient()
        else:
            client = client_of(user) if user else Client()
        kind: dict[str, Any] = {"format": "json"} if is_api and row.method != "get" else {}
        with transaction.atomic():
            response = getattr(client, row.method)(
                reverse(row.name, kwargs=parts), row.data, **kind
            )
            transaction.set_rollback(True)
        return response

    return send


def uses_tokens(row: Row) -> bool:
    """Return whether a row is of the API; its docs are a page."""
    return row.name.startswith("api-") and row.name != "api-docs"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_persona_reaches_what_the_table_says(row: Row, send: Sender) -> None:
    for persona in PERSONAS:
        response = send(persona, row, dict(row.parts))
        status, where = response.status_code, response.headers.get("Location", "")
        if persona in row.level.value:
            assert status < 400 or status in row.also, f"{persona}: {status}"
            assert not where.startswith("/sign-in/?"), persona
        elif persona == "anonymous" and uses_tokens(row):
            assert status == 401
        elif persona == "anonymous":
            assert status == 302
            assert where.startswith("/sign-in/?")
        else:
            hidden = persona == "outsider" and "tenant" in row.parts
            assert status == (404 if hidden else 403), persona


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "tenant" in row.parts and OBJECTS & row.parts.keys()], ids=str
)
def test_objects_are_not_found_through_another_tenant(row: Row, send: Sender) -> None:
    assert send("outsider", row, {**row.parts, "tenant": "team-b"}).status_code == 404


@pytest.mark.parametrize("row", [row for row in ROWS if "tenant" in row.parts], ids=str)
def test_who_may_only_look_changes_nothing(
    row: Row, people: dict[str, User | None], client_of: ClientOf
) -> None:
    for persona in ("outsider", "viewer", "auditor"):
        user = people[persona]
        assert user
        client_of(user).post(
            reverse(row.name, kwargs=dict(row.parts)), {**row.data, "confirmed": "1"}
        )
        assert not AuditEntry.objects.filter(outcome=Outcome.DONE).exists(), persona


def test_every_address_has_a_row() -> None:
    known = {(row.name, row.method) for row in ROWS}
    missing = []
    for route, pattern in addresses(""):
        methods = _methods(pattern)
        if not {(pattern.name, method) for method in methods} <= known and methods:
            missing.append(f"{route} {methods}")
        if not any(name == pattern.name for name, _ in known):
            missing.append(route)
    assert not missing, "add rows to tests/reach.py"


def _methods(pattern: URLPattern) -> set[str]:
    """Return the methods that a view of the API answers; a page does not tell."""
    view = getattr(pattern.callback, "cls", None)
    verbs = ("get", "post", "put", "patch", "delete")
    return {verb for verb in verbs if hasattr(view, verb)} if view else set()


def test_no_row_is_left_over() -> None:
    names = {pattern.name for _, pattern in addresses("")}
    assert {row.name for row in ROWS} <= names


def test_every_address_of_a_tenant_is_checked_against_it() -> None:
    open_levels = {Level.PUBLIC, Level.SIGNED_IN, Level.PLATFORM_AUDIT}
    assert not [str(row) for row in ROWS if "tenant" in row.parts and row.level in open_levels]


def test_the_admin_is_for_operators(people: dict[str, User | None], client_of: ClientOf) -> None:
    routes = [re.sub(r"<[^>]+>", "1", route) for route, _ in addresses("admin")]
    routes = [route for route in routes if "(" not in route and "log" not in route]
    assert len(routes) > 15
    for persona, user in people.items():
        if persona == "operator":
            continue
        client = client_of(user) if user else Client()
        for route in routes:
            response = client.get(f"/{route}")
            assert response.status_code == 302, (persona, route)
            assert response["Location"].startswith("/admin/login/"), (persona, route)


def test_every_topic_has_a_row() -> None:
    assert set(topics.names()) == set(TOPICS), "add rows to TOPICS in tests/reach.py"


@pytest.mark.parametrize("name", sorted(TOPICS))
def test_each_persona_opens_what_the_table_says(name: str, people: dict[str, User | None]) -> None:
    topic = topics.find(name)
    for persona, user in people.items():
        if persona in Level.VIEW.value:
            assert topic.open(user, TOPICS[name]).channel
            continue
        with pytest.raises(NotFound):
            topic.open(user or AnonymousUser(), TOPICS[name])


@pytest.mark.parametrize("name", [name for name in sorted(TOPICS) if TOPICS[name] != TEAM])
def test_topics_do_not_reach_through_another_tenant(
    name: str, people: dict[str, User | None]
) -> None:
    with pytest.raises(NotFound):
        topics.find(name).open(people["outsider"], TOPICS[name] | {"tenant": "team-b"})
