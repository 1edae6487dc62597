"""Quotas: as written, as kept, as used."""

from __future__ import annotations

import pytest

from console.errors import Invalid
from tenants import quota
from tenants.models import Tenant
from tenants.quota import NOTHING, Quota, parse, quota_of, shown, used_by, written
from tests.factories import VolumeFactory


def test_words_come_back_as_they_were_read() -> None:
    words = {"cpu": "8500m", "memory": "16Gi", "gpu": "2", "pods": "50", "storage": "1Ti"}
    assert written(parse(words)) == words


def test_what_is_left_out_stays() -> None:
    base = Quota(cpu_milli=1, memory_bytes=2, gpu_count=3, pod_count=4, storage_bytes=5)
    assert parse({"gpu": 9, "cpu": ""}, base) == Quota(1, 2, 9, 4, 5)


def test_every_bad_amount_is_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        parse({"cpu": "many", "memory": "-1", "gpu": "1.5", "pods": "9999999", "storage": "9999P"})
    assert set(caught.value.fields) == {"cpu", "memory", "gpu", "pods", "storage"}
    assert caught.value.fields["pods"] == ["At most 1000000."]


def test_a_reader_sees_units() -> None:
    assert shown(Quota()) == {
        "cpu": "4",
        "memory": "8 GiB",
        "gpu": "0",
        "pods": "100",
        "storage": "20 GiB",
    }


def test_used_is_the_sum_of_all_sources(
    team_a: Tenant, team_b: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    VolumeFactory(tenant=team_a, size_bytes=100)
    VolumeFactory(tenant=team_a, size_bytes=20)
    VolumeFactory(tenant=team_b, size_bytes=3)
    monkeypatch.setattr(quota, "sources", [*quota.sources, lambda _: Quota(1, 2, 3, 4, 5)])
    used = used_by(team_a)
    assert (used.storage_bytes, used.gpu_count) == (125, 3)
    assert quota_of(team_a) == Quota()
    monkeypatch.setattr(quota, "sources", [])
    assert used_by(team_a) == NOTHING
