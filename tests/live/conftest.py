"""Every test here runs a console as a process of its own; `make test-live` calls them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.console_process import ConsoleProcess


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as live."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ConsoleProcess]:
    """Return a started console with its administrator signed in."""
    process = ConsoleProcess(tmp_path / "console")
    process.start()
    try:
        process.sign_in()
        yield process
    finally:
        process.stop()
