"""A rolling update never has too few serving nor too many running, and ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.cluster.local.controllers.rollout import (
    Counts,
    bounds,
    fraction,
    recreate,
    roll,
    template_hash,
)


@pytest.mark.parametrize(
    ("replicas", "expected"),
    [(1, (1, 0)), (2, (1, 0)), (3, (1, 0)), (4, (1, 1)), (10, (3, 2)), (0, (0, 1))],
)
def test_a_quarter_rounded_as_kubernetes_does(replicas: int, expected: tuple[int, int]) -> None:
    assert bounds({"replicas": replicas}) == expected


def test_own_bounds() -> None:
    strategy = {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "50%"}}
    assert bounds({"replicas": 3, "strategy": strategy}) == (0, 1)
    strategy = {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}
    assert bounds({"replicas": 3, "strategy": strategy}) == (0, 1)
    assert fraction(2, 10, up=True) == 2


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 4), st.integers(0, 4))
def test_a_good_update_ends_and_keeps_serving(
    old_pods: int, replicas: int, surge: int, unavailable: int
) -> None:
    unavailable = unavailable if surge or unavailable else 1
    old = Counts("old", old_pods, old_pods, old_pods)
    new = Counts("new", 0, 0, 0)
    least = min(old_pods, replicas - unavailable)
    for _ in range(100):
        roll(new, [old], replicas, surge, unavailable)
        old.available = min(old.available, old.wanted)
        assert new.wanted + old.wanted <= max(replicas + surge, old_pods)
        assert new.available + old.available >= least
        if (new.wanted, old.wanted, new.available) == (replicas, 0, replicas):
            return
        new.available = new.wanted
    pytest.fail(f"the update did not end: {new} {old}")


@given(st.integers(1, 12))
def test_a_broken_update_keeps_enough_old_replicas(replicas: int) -> None:
    old = Counts("old", replicas, replicas, replicas)
    new = Counts("new", 0, 0, 0)
    surge, unavailable = bounds({"replicas": replicas})
    for _ in range(20):
        roll(new, [old], replicas, surge, unavailable)
        old.available = min(old.available, old.wanted)
    assert old.available >= replicas - unavailable
    assert old.available >= 1


def test_recreate_waits_for_the_old_ones() -> None:
    old, new = Counts("old", 2, 2, 2), Counts("new", 0, 0, 0)
    recreate(new, [old], 2, old_pods=2)
    assert (old.wanted, new.wanted) == (0, 0)
    recreate(new, [old], 2, old_pods=0)
    assert new.wanted == 2


def test_a_hash_does_not_depend_on_the_order_of_fields() -> None:
    assert template_hash({"a": 1, "b": 2}) == template_hash({"b": 2, "a": 1})
    assert template_hash({"a": 1}) != template_hash({"a": 2})
