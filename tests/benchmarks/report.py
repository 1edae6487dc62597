"""How every benchmark tells its figures: one line each, and a JSON file under bench/."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

BENCH = Path(__file__).resolve().parents[2] / "bench"


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio of one run: ours against a peer, the median of its rounds."""

    id: str
    what: str
    value: float
    unit: str
    goal: str
    met: bool | None
    rounds: list[list[float]]
    peer: str
    ours: float
    theirs: float


def ratio(
    figure_id: str, what: str, ours: Sequence[float], theirs: Sequence[float], *, peer: str
) -> Figure:
    """Return the median of the rounds' ratios, without a goal: for choosing between two."""
    value = median(a / b for a, b in zip(ours, theirs, strict=True))
    rounds = [[round(a, 3), round(b, 3)] for a, b in zip(ours, theirs, strict=True)]
    return Figure(
        *(figure_id, what, round(value, 3), "x", "a choice, no goal", None, rounds, peer),
        ours=round(median(ours), 3),
        theirs=round(median(theirs), 3),
    )


def limit(figure_id: str, what: str, rounds: Sequence[float], unit: str, *, most: float) -> Figure:
    """Return the worst of the rounds, held against what it may be at most; it has no peer."""
    worst = round(max(rounds), 3)
    return Figure(
        *(figure_id, what, worst, unit, f"<= {most:g}", worst <= most),
        *([[round(one, 3)] for one in rounds], "-"),
        ours=worst,
        theirs=most,
    )


def write(name: str, figures: Sequence[Figure]) -> None:
    """Print the figures and write `bench/<name>.json`."""
    for one in figures:
        print(f"{one.id} {one.value} {one.unit} ({one.ours} / {one.theirs}, {one.goal}) {one.what}")
    BENCH.mkdir(exist_ok=True)
    document = json.dumps([asdict(one) for one in figures], indent=2)
    (BENCH / f"{name}.json").write_text(document + "\n", encoding="utf-8")
