"""Server-side apply as a law: what is applied is there, what others wrote stays."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from console.cluster.local.merge import applied_fields, merged

leaves = st.one_of(st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=2))
names = st.sampled_from("abcd")
objects = st.recursive(
    st.dictionaries(names, leaves, max_size=3),
    lambda inner: st.dictionaries(names, st.one_of(leaves, inner), max_size=3),
    max_leaves=8,
)


def contains(whole: Any, part: Any) -> bool:
    """Tell whether all of an object is found in another."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and contains(whole[name], item) for name, item in part.items()
        )
    return bool(whole == part)


@given(objects, objects)
def test_what_is_applied_is_there(live: dict[str, Any], now: dict[str, Any]) -> None:
    result = merged(live, {}, now)
    assert contains(result, now)
    assert merged(result, now, now) == result


@given(objects, objects)
def test_applying_only_mine_leaves_only_mine(before: dict[str, Any], now: dict[str, Any]) -> None:
    assert contains(now, merged(merged({}, {}, before), before, now)) or _has_empty(before)


def _has_empty(value: Any) -> bool:
    return isinstance(value, dict) and (not value or any(map(_has_empty, value.values())))


def test_fields_of_others_stay_when_mine_go() -> None:
    live = {"spec": {"mine": 1, "theirs": 2}, "status": {"ready": 1}, "gone": {"x": 1}}
    before = {"spec": {"mine": 1}, "gone": {"x": 1}}
    assert merged(live, before, {}) == {"spec": {"theirs": 2}, "status": {"ready": 1}}


def test_the_servers_own_fields_are_not_claimed() -> None:
    manifest = {
        "kind": "Pod",
        "metadata": {"name": "x", "uid": "1", "resourceVersion": "2", "labels": {"a": None}},
        "spec": {"list": [{"keep": 1, "drop": None}]},
        "status": {"phase": "Running"},
    }
    assert applied_fields(manifest) == {
        "kind": "Pod",
        "metadata": {"name": "x", "labels": {}},
        "spec": {"list": [{"keep": 1}]},
    }
