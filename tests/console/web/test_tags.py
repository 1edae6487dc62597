"""Template tags and filters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import timezone

from console.web.icons import UnknownIcon, icon_svg
from console.web.states import LOOKS, SHAPES, look_of
from console.web.times import as_datetime, long_duration, short_duration
from workloads.models import State


def render(text: str, **context: object) -> str:
    return Template(text).render(Context(context))


@pytest.mark.parametrize("word", [str(state) for state in State])
def test_each_state_of_a_workload_has_its_look(word: str) -> None:
    html = render("{% state thing %}", thing=SimpleNamespace(state=word, message="", reason=""))
    assert look_of(word).word in html
    assert LOOKS[word].shape in SHAPES
    assert f'data-state="{word}"' in html
    assert "<svg" in html


def test_states_differ_by_more_than_colour() -> None:
    looks = [LOOKS[str(state)] for state in State]
    assert len({look.shape for look in looks}) == len(looks)


def test_a_word_nobody_foresaw_is_escaped() -> None:
    html = render("{% state word %}", word="<b>odd")
    assert "&lt;b&gt;odd" in html
    assert "<b>" not in html
    assert "Unknown" in render("{% state word %}", word="")


def test_the_reason_is_the_title() -> None:
    thing = SimpleNamespace(state="failed", message='exit "1"', reason="Error")
    assert 'title="exit &quot;1&quot;"' in render("{% state thing %}", thing=thing)
    assert "Gone wrong" in render('{% state "failed" "Gone wrong" %}')


def test_icons_come_from_the_package() -> None:
    html = render('{% icon "check" %}')
    assert html.startswith('<svg class="icon icon-outline"')
    assert "<path" in html
    assert 'stroke="none"' not in html
    for name in ("no-such-icon", "../check"):
        with pytest.raises(UnknownIcon):
            icon_svg(name)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "just now"), (5, "5s ago"), (65, "1m ago"), (7300, "2h ago"), (180000, "2d ago")],
)
def test_ago(seconds: int, text: str) -> None:
    at = timezone.now() - timedelta(seconds=seconds)
    html = render("{{ at|ago }}", at=at)
    assert f">{text}</time>" in html
    assert f'datetime="{at.isoformat()}"' in html


def test_times_in_the_form_of_kubernetes() -> None:
    assert as_datetime("2026-01-02T03:04:05Z") == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    html = render("{{ at|clock }}", at="2026-01-02T03:04:05Z")
    assert ">2026-01-02 03:04:05 UTC</time>" in html
    for nothing in (None, "", "never", 7):
        assert render("{{ at|age }}{{ at|ago }}{{ at|clock }}", at=nothing).count("–") == 3


def test_durations() -> None:
    assert [short_duration(n) for n in (0, 59.9, 60, 90000)] == ["0s", "59s", "1m", "1d"]
    assert [long_duration(n) for n in (0, 61, 3600, 7260, 90061)] == [
        "0s",
        "1m 1s",
        "1h",
        "2h 1m",
        "1d 1h",
    ]
    assert render("{{ n|duration }} {{ none|duration }}", n=61, none=None) == "1m 1s –"


def test_amounts() -> None:
    assert render("{{ m|memory }} {{ c|cpu }}", m=1610612736, c=500) == "1.5 GiB 0.5"
    assert render("{{ m|memory }} {{ c|cpu }}", m=None, c=None) == "– –"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (["python", "train.py", "a b"], "python train.py 'a b'"),
        ("", "“”"),
        ("web", "web"),
        (3, "3"),
        ({"count": 2}, '{"count": 2}'),
        ([1, 2], "[1, 2]"),
    ],
)
def test_recorded_values_read_as_people_write_them(value: object, shown: str) -> None:
    assert render("{% autoescape off %}{{ value|plain }}{% endautoescape %}", value=value) == shown


def test_long_names_give_way_in_the_middle() -> None:
    html = render("{{ name|middle }}", name="image-classifier-<b>-production")
    assert 'title="image-classifier-&lt;b&gt;-production"' in html
    assert "<span>oduction</span>" in html
    assert "<b>" not in html
    assert (
        render("{{ name|middle }}", name="digits")
        == '<span class="middle" title="digits">digits</span>'
    )


@pytest.mark.parametrize(
    ("used", "limit", "tone", "width"),
    [
        (0, 4, "normal", "0.0"),
        (1, 4, "normal", "25.0"),
        (9, 10, "high", "90.0"),
        (9, 4, "full", "100.0"),
        (1, 0, "full", "100.0"),
        (0, 0, "normal", "0.0"),
    ],
)
def test_bars(used: int, limit: int, tone: str, width: str) -> None:
    html = render("{% progress used limit 'CPU used' %}", used=used, limit=limit)
    assert f"bar-{tone}" in html
    assert f'width="{width}%"' in html
    assert 'aria-label="CPU used"' in html
    assert "style=" not in html


def test_a_name_as_a_pattern_matches_only_itself() -> None:
    assert render("{{ name|regex_literal }}", name="a.b+c@d-e") == r"a\.b\+c@d-e"
