"""Container logs on disk: cut, turned over, read from the end, followed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.cluster.local.kubelet.log_reader import follow, read
from console.cluster.local.kubelet.logs import MOST_LINE, LogWriter, older


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "0.log"


def _texts(path: Path, tail: int | None = None) -> list[str]:
    return [line.text for line in read(path, tail=tail)]


def test_lines_arrive_in_pieces(path: Path) -> None:
    writer = LogWriter(path)
    writer.feed("stdout", b"one\ntw")
    assert _texts(path) == ["one"]
    writer.feed("stderr", b"bad\n")
    writer.feed("stdout", b"o\nrest")
    writer.close()
    assert [(line.stream, line.text) for line in read(path)] == [
        ("stdout", "one"),
        ("stderr", "bad"),
        ("stdout", "two"),
        ("stdout", "rest"),
    ]
    assert path.stat().st_mode & 0o077 == 0


def test_long_lines_are_cut_between_characters(path: Path) -> None:
    writer = LogWriter(path)
    text = "é" * MOST_LINE
    writer.feed("stdout", text.encode() + b"\nnext\n")
    writer.close()
    texts = _texts(path)
    assert "".join(texts[:-1]) == text
    assert texts[-1] == "next"
    assert all(len(part.encode()) <= MOST_LINE for part in texts)


def test_a_line_without_end_takes_no_memory(path: Path) -> None:
    writer = LogWriter(path)
    for _ in range(100):
        writer.feed("stdout", b"x" * 10_000)
    assert sum(map(len, _texts(path))) >= 100 * 10_000 - MOST_LINE
    writer.close()


def test_what_is_no_text_is_replaced(path: Path) -> None:
    writer = LogWriter(path)
    writer.feed("stdout", b"\xff\xfe ok\n\x00\n")
    writer.close()
    assert _texts(path) == ["\ufffd\ufffd ok", "\x00"]


def test_the_log_is_turned_over(path: Path) -> None:
    writer = LogWriter(path, limit=2000)
    for number in range(100):
        writer.feed("stdout", f"{number}\n".encode())
    writer.close()
    assert path.stat().st_size <= 2000
    assert older(path).stat().st_size <= 2000
    texts = _texts(path)
    assert texts == [str(n) for n in range(int(texts[0]), 100)]
    assert _texts(path, tail=60) == texts[-60:]


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_tail_is_the_end_of_all(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("logs") / "0.log"
    writer = LogWriter(path)
    writer.feed("stdout", "".join(f"{line}\n" for line in lines).encode())
    writer.close()
    assert _texts(path) == lines
    for tail in (0, 1, 2, len(lines), len(lines) + 1):
        assert _texts(path, tail) == (lines[-tail:] if tail else [])


def test_follow_goes_on_in_the_new_file(path: Path) -> None:
    writer = LogWriter(path, limit=2000)
    writer.feed("stdout", b"0\n")
    lines = follow(path, writer, timeout=10)
    seen = [next(lines).text]
    for number in range(1, 60):
        writer.feed("stdout", f"{number}\n".encode())
    timer = threading.Timer(0.1, writer.close)
    timer.start()
    seen += [line.text for line in lines]
    timer.join()
    assert seen == [str(n) for n in range(60)]
    assert older(path).exists()


def test_what_is_written_meanwhile_is_not_part_of_a_tail(path: Path) -> None:
    writer = LogWriter(path)
    writer.feed("stdout", b"1\n2\n3\n")
    lines = read(path, tail=2)
    assert next(lines).text == "2"
    writer.feed("stdout", b"4\n")
    assert [line.text for line in lines] == ["3"]
    writer.close()


def test_half_a_line_is_not_shown(path: Path) -> None:
    path.parent.mkdir()
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000000Z")
    path.write_text(f"{stamp} stdout F whole\n{stamp} stdout F ha", encoding="utf-8")
    assert _texts(path) == ["whole"]


def test_no_log_is_empty(path: Path) -> None:
    assert _texts(path) == []
