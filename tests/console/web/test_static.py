"""Static files: what is served from node_modules, and how names are hashed."""

from __future__ import annotations

import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django_htmx import __file__ as htmx_file

from console.web.finders import FILES, NodePackageFinder
from console.web.storage import ConsoleStaticStorage

OURS = Path(settings.BASE_DIR) / "static/console"
COLD = ["console.css", "theme.js", "main.js", "notices.js", "keyboard.js", "rows.js", "socket.js"]


def test_only_listed_files_are_found() -> None:
    for name in FILES:
        found = finders.find(name)
        assert found is not None
        assert Path(found).is_file()
    assert finders.find("vendor/tabler.min.css.map") is None
    finder = NodePackageFinder()
    assert finder.find("vendor/tabler.min.css", find_all=True) == [
        finder.find("vendor/tabler.min.css")
    ]
    assert [name for name, _ in finder.list(None)] == list(FILES)


def test_a_missing_package_is_a_check(settings: object, tmp_path: Path) -> None:
    assert NodePackageFinder().check() == []
    settings.NODE_MODULES = tmp_path  # type: ignore[attr-defined]
    assert [problem.id for problem in NodePackageFinder().check()] == ["console.E010"] * len(FILES)


@pytest.fixture
def storage(tmp_path: Path) -> ConsoleStaticStorage:
    return ConsoleStaticStorage(location=str(tmp_path), base_url="/static/")


def test_modules_import_each_other_by_hashed_names(storage: ConsoleStaticStorage) -> None:
    paths = {}
    for source in OURS.iterdir():
        storage.save(f"console/{source.name}", ContentFile(source.read_bytes()))
        paths[f"console/{source.name}"] = (storage, f"console/{source.name}")
    hashed = {name: new for name, new, _processed in storage.post_process(paths)}
    text = Path(storage.path(hashed["console/main.js"])).read_text(encoding="utf-8")
    names = re.findall(r'(?:from |import\()"(\./[^"]+)"', text)
    assert len(names) >= 6
    assert all(re.fullmatch(r"\./[a-z]+\.[0-9a-f]{12}\.js", name) for name in names)


def test_a_source_map_is_not_looked_for(storage: ConsoleStaticStorage) -> None:
    storage.save("a.css", ContentFile(b"p{}\n/*# sourceMappingURL=a.css.map */\n"))
    names = [
        name for name, _, error in storage.post_process({"a.css": (storage, "a.css")}) if error
    ]
    assert "a.css" in names


def test_a_cold_page_stays_in_its_budget() -> None:
    """Measure what goals.md B14 counts, without the page itself (about 4 KB)."""
    files = [OURS / name for name in COLD]
    files += [Path(settings.NODE_MODULES) / source for source in FILES.values()]
    files.append(Path(htmx_file).parent / "static/django_htmx/htmx-4.min.js")
    size = sum(len(brotli.compress(file.read_bytes())) for file in files)
    assert size <= 110 * 1024
    assert len(files) + 1 <= 10
