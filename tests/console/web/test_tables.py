"""Tables over QuerySets and over lists give the same rows for the same URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from console.errors import Invalid
from console.web.tables import Choices, Column, Table
from tenants.models import Membership, Role, Tenant, User
from tests.factories import MembershipFactory

MEMBERS = Table(
    name="member-table",
    nouns=("member", "members"),
    columns=(
        Column("name", "Name", "user__username"),
        Column("role", "Role", "role", first="descending"),
        Column("seen", "Last seen", "user__last_login"),
        Column("actions", ""),
    ),
    search=("user__username", "user__email"),
    filters=(Choices("role", "Role", Role.choices),),
    sort="name",
    page_size=3,
)


@dataclass
class Spec:
    node: str


@dataclass
class Pod:
    name: str
    phase: str = "running"
    restarts: int | None = 0
    spec: Spec = field(default_factory=lambda: Spec("node-1"))


PODS = Table(
    name="pod-table",
    columns=(
        Column("name", "Name", "name"),
        Column("restarts", "Restarts", lambda pod: pod.restarts, align="end"),
        Column("node", "Node", "spec.node"),
    ),
    search=("name", "spec__node"),
    filters=(Choices("phase", "Phase", [("running", "Running"), ("failed", "Failed")]),),
    page_size=2,
    prefix="pods-",
)


@pytest.fixture
def members(team_a: Tenant) -> Any:
    for name, role in (("dora", Role.OWNER), ("Bert", Role.VIEWER), ("anna", Role.VIEWER)):
        MembershipFactory(tenant=team_a, user__username=name, role=role)
    for number in range(4):
        MembershipFactory(tenant=team_a, user__username=f"zoe-{number}", role=Role.DEVELOPER)
    return Membership.objects.filter(tenant=team_a).select_related("user")


def names(page: Any) -> list[str]:
    return [row.user.username for row in page.rows]


def test_a_queryset_costs_two_queries(
    members: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        page = MEMBERS.page(QueryDict("q=zoe&role=developer&sort=-name&page=2"), members)
        assert names(page) == ["zoe-0"]
        assert (page.total, page.matched, page.number, page.last, page.span) == (7, 4, 2, 2, (4, 4))
        assert [chip.count for chip in page.groups[0].chips] == [4]


def test_sorts_over_all_rows_and_breaks_ties_by_key(members: Any) -> None:
    first = MEMBERS.page(QueryDict("sort=-role"), members)
    second = MEMBERS.page(QueryDict("sort=-role&page=2"), members)
    assert names(first) == ["Bert", "anna", "dora"]
    assert names(second) == ["zoe-0", "zoe-1", "zoe-2"]


def test_empty_values_come_last_in_both_directions(members: Any, team_a: Tenant) -> None:
    User.objects.filter(username="anna").update(last_login="2026-01-01T00:00:00Z")
    for sort in ("seen", "-seen"):
        assert names(MEMBERS.page(QueryDict(f"sort={sort}"), members))[0] == "anna"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sort=nonsense", ["Bert", "anna", "dora"]),
        ("sort=actions", ["Bert", "anna", "dora"]),
        ("page=999", ["zoe-3"]),
        ("page=-1", ["Bert", "anna", "dora"]),
        ("page=x&page_size=0", ["Bert"]),
        ("role=king", ["Bert", "anna", "dora"]),
        ("filter=role:owner", ["dora"]),
        ("q=role:owner+role:viewer+ANN", ["anna"]),
        ("q=%00%25_'", []),
    ],
)
def test_bad_parameters_fall_back(members: Any, url: str, expected: list[str]) -> None:
    assert names(MEMBERS.page(QueryDict(url), members)) == expected


def test_the_api_refuses_an_unknown_sort(members: Any) -> None:
    with pytest.raises(Invalid) as caught:
        MEMBERS.page(QueryDict("sort=nonsense"), members, strict=True)
    assert "name, role, seen" in caught.value.fields["sort"][0]


def test_the_envelope_counts(members: Any) -> None:
    page = MEMBERS.page(QueryDict("role=viewer&page_size=1000"), members, strict=True)
    assert page.envelope(["a", "b"]) == {
        "items": ["a", "b"],
        "count": 2,
        "total": 7,
        "page": 1,
        "pages": 1,
        "page_size": 200,
    }


def test_chips_count_under_the_other_filters_and_toggle(members: Any) -> None:
    page = MEMBERS.page(QueryDict("role=viewer&q=e&page=2&tab=x"), members)
    chips = {chip.value: chip for chip in page.groups[0].chips}
    assert chips["viewer"].active
    assert chips["developer"].count == 4
    assert chips["viewer"].href == "?q=e&tab=x"
    assert chips["owner"].href == "?q=e&tab=x&role=viewer&role=owner"


def test_headers_turn_round_and_drop_the_page(members: Any) -> None:
    headers = {h.key: h for h in MEMBERS.page(QueryDict("sort=name&page=2"), members).headers}
    assert (headers["name"].sorted, headers["name"].href) == ("ascending", "?sort=-name")
    assert (headers["role"].sorted, headers["role"].href) == ("", "?sort=-role")
    assert headers["actions"].href == ""


def test_page_links_have_gaps() -> None:
    rows = [Pod(f"p{number}") for number in range(40)]
    page = PODS.page(QueryDict("pods-page=10"), rows)
    assert [link.number for link in page.pages] == [1, 0, 8, 9, 10, 11, 12, 0, 20]
    assert page.previous == "?pods-page=9"
    assert PODS.page(QueryDict("pods-page=2"), rows).previous == "?"
    assert PODS.page(QueryDict("pods-page=20"), rows).next == ""


def test_a_list_is_filtered_sorted_and_cut() -> None:
    rows = [
        Pod("web-1", restarts=3),
        Pod("Web-2", phase="failed", restarts=None),
        Pod("job-1", restarts=0, spec=Spec("node-web")),
        Pod("web-3", phase="failed", restarts=9),
    ]
    page = PODS.page(QueryDict("pods-q=WEB&pods-sort=-restarts"), rows)
    assert [pod.name for pod in page.rows] == ["web-3", "web-1"]
    assert page.matched == 4
    last = PODS.page(QueryDict("pods-q=web&pods-sort=-restarts&pods-page=2"), rows)
    assert [pod.name for pod in last.rows] == ["job-1", "Web-2"]
    failed = PODS.page(QueryDict("pods-phase=failed&pods-sort=name"), rows)
    assert [pod.name for pod in failed.rows] == ["Web-2", "web-3"]
    assert [chip.count for chip in failed.groups[0].chips] == [2, 2]


def test_equal_rows_of_a_list_keep_their_order() -> None:
    rows = [Pod("b"), Pod("a"), Pod("c")]
    page = PODS.page(QueryDict("pods-sort=-restarts&pods-page_size=9"), rows)
    assert [pod.name for pod in page.rows] == ["b", "a", "c"]


def test_a_function_can_not_read_a_queryset(members: Any) -> None:
    table = Table(name="t", columns=(Column("x", "X", lambda row: row),), sort="x")
    with pytest.raises(TypeError, match="path"):
        table.page(QueryDict(), members)


def test_an_empty_table() -> None:
    page = PODS.page(QueryDict(), [])
    assert (page.rows, page.span, page.last, page.noun, page.reset) == ([], (0, 0), 1, "rows", "?")


def test_the_filter_box_keeps_the_rest_of_the_url(members: Any) -> None:
    page = MEMBERS.page(QueryDict("q=a&page=2&role=viewer&role=owner&sort=name"), members)
    assert page.kept == [("role", "viewer"), ("role", "owner"), ("sort", "name")]
    assert page.reset == "?sort=name"
