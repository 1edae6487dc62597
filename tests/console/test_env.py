from __future__ import annotations

from pathlib import Path

import pytest

from console import env


@pytest.fixture(autouse=True)
def _no_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "problems", [])


def test_text_is_the_variable_or_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_X", "value")

    assert env.text("CONSOLE_X", "default") == "value"
    assert env.text("CONSOLE_Y", "default") == "default"


def test_a_file_wins_over_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("CONSOLE_X", "from the variable")
    monkeypatch.setenv("CONSOLE_X_FILE", str(tmp_path / "secret"))

    assert env.text("CONSOLE_X") == "from the file"
    assert env.problems == []


def test_a_file_that_can_not_be_read_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CONSOLE_X_FILE", str(tmp_path / "missing"))

    assert env.text("CONSOLE_X", "default") == "default"
    assert [name for name, _ in env.problems] == ["CONSOLE_X_FILE"]


@pytest.mark.parametrize("value", ["eighty", "-1", "70000", "8 0", "٣"])
def test_a_bad_number_is_a_problem(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CONSOLE_X", value)

    assert env.number("CONSOLE_X", 8000, most=65535) == 8000
    assert len(env.problems) == 1
    assert "from 0 to 65535" in env.problems[0][1]


def test_a_good_number_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_X", "8080")

    assert env.number("CONSOLE_X", 8000) == 8080
    assert env.number("CONSOLE_Y", 8000) == 8000


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False)]
)
def test_flags(monkeypatch: pytest.MonkeyPatch, value: str, meant: bool) -> None:
    monkeypatch.setenv("CONSOLE_X", value)

    assert env.flag("CONSOLE_X", default=not meant) is meant


def test_a_flag_that_is_neither_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_X", "perhaps")

    assert env.flag("CONSOLE_X", default=True) is True
    assert "'perhaps'" in env.problems[0][1]


def test_words_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_X", " a, b,,c ")

    assert env.words("CONSOLE_X") == ["a", "b", "c"]
    assert env.words("CONSOLE_Y", "d") == ["d"]
