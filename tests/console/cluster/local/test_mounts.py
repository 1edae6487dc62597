"""Mount paths become real directories where they are whole path components, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.cluster.local.kubelet.mounts import Rewriter

REAL = "/srv/volumes/team-a/digits"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/data", REAL),
        ("/data/", f"{REAL}/"),
        ("/data/model.joblib", f"{REAL}/model.joblib"),
        ("--out=/data/x", f"--out={REAL}/x"),
        ("a:/data:b", f"a:{REAL}:b"),
        ("file:///data/x", f"file://{REAL}/x"),
        ("cp /data/a '/data/b'", f"cp {REAL}/a '{REAL}/b'"),
        ("open('/data')", f"open('{REAL}')"),
        ("/database", "/database"),
        ("/data.old", "/data.old"),
        ("/data-2/x", "/data-2/x"),
        ("/srv/data", "/srv/data"),
        ("data/x", "data/x"),
        ("~/data", "~/data"),
        ("$(ROOT)/data", "$(ROOT)/data"),
        ("//data", "//data"),
        ("", ""),
    ],
)
def test_whole_components_only(text: str, expected: str) -> None:
    assert Rewriter({"/data": REAL})(text) == expected


def test_the_longest_mount_wins() -> None:
    rewrite = Rewriter({"/data": "/one", "/data/models/": "/two"})
    assert rewrite("/data/models/x /data/x /data/models2") == "/two/x /one/x /one/models2"


def test_what_was_written_is_not_rewritten_again() -> None:
    rewrite = Rewriter({"/a": "/b", "/b": "/a"})
    assert rewrite("/a /b") == "/b /a"


def test_without_mounts_nothing_changes() -> None:
    assert Rewriter({})("/data") == "/data"


component = st.text(alphabet="abc.-_0é", min_size=1, max_size=4).filter(
    lambda text: text not in {".", ".."}
)
paths = st.lists(component, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
texts = st.text(alphabet="abc.-_0é/:='\" $(){}~\n", max_size=60)


@given(paths, texts)
def test_a_text_without_the_path_stays(path: str, text: str) -> None:
    if path not in text:
        assert Rewriter({path: "/REAL"})(text) == text


@given(paths, st.lists(component, max_size=3))
def test_a_path_below_a_mount_is_below_its_directory(path: str, below: list[str]) -> None:
    inside = "".join(f"/{part}" for part in below)
    assert Rewriter({path: "/REAL"})(path + inside) == "/REAL" + inside


@given(paths, component, texts)
def test_a_longer_name_is_another_path(path: str, more: str, rest: str) -> None:
    assert Rewriter({path: "/REAL"})(f"{path}{more} {path}x").startswith(f"{path}{more} ")


@given(st.dictionaries(paths, st.just("/REAL"), min_size=1, max_size=4), texts)
def test_rewriting_touches_nothing_else(mounts: dict[str, str], text: str) -> None:
    """What is put in can be taken out again: the text around it is the same."""
    marked = Rewriter({path: f"\0{path}\0" for path in mounts})(text)
    assert marked.replace("\0", "") == text
