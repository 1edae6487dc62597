"""Quantities are read as people write them, and written as Kubernetes reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import quantities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1048576", 1_048_576),
        ("512Mi", 512 * 2**20),
        ("2 GiB", 2 * 2**30),
        ("1.5G", 1_500_000_000),
        ("64k", 64_000),
        (" 1Ti ", 2**40),
        ("10B", 10),
    ],
)
def test_memory_is_read(text: str, expected: int) -> None:
    assert quantities.parse_memory(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("500m", 500),
        ("0.5", 500),
        ("2", 2_000),
        ("2 cores", 2_000),
        ("1 CPU", 1_000),
        ("250 m", 250),
    ],
)
def test_cpu_is_read(text: str, expected: int) -> None:
    assert quantities.parse_cpu(text) == expected


@pytest.mark.parametrize("text", ["", "-1", "1e9", "ten", "1 Xi", "0x10", "٣", "9" * 40])
def test_nonsense_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="512Mi"):
        quantities.parse_memory(text)
    with pytest.raises(ValueError, match="500m"):
        quantities.parse_cpu(text)


@given(st.integers(min_value=0, max_value=2**49))
def test_memory_survives_being_written_and_read(value: int) -> None:
    assert quantities.parse_memory(quantities.memory_quantity(value)) == value


@given(st.integers(min_value=0, max_value=10**8))
def test_cpu_survives_being_written_and_read(milli: int) -> None:
    assert quantities.parse_cpu(quantities.cpu_quantity(milli)) == milli


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536 * 2**20, "1.5 GiB"),
        (2**50 * 3, "3 PiB"),
        (2**61, "2048 PiB"),
    ],
)
def test_memory_is_shown(value: int, shown: str) -> None:
    assert quantities.show_memory(value) == shown


@pytest.mark.parametrize(("milli", "shown"), [(500, "0.5"), (12, "0.012"), (2_000, "2"), (0, "0")])
def test_cpu_is_shown(milli: int, shown: str) -> None:
    assert quantities.show_cpu(milli) == shown
