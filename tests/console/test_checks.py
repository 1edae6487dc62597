from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from console import checks, env

ROOT = Path(__file__).resolve().parents[2]


def test_the_shipped_settings_are_fine() -> None:
    for check in (checks.environment, checks.urls, checks.plain_http, checks.data_directory):
        assert check() == []
    assert checks.debug() == []


def test_every_variable_that_can_not_be_read_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "problems", [("CONSOLE_PORT", "must be a whole number")])

    (error,) = checks.environment()

    assert error.id == "console.E001"
    assert "CONSOLE_PORT" in error.msg


@pytest.mark.parametrize(
    ("setting", "url", "code"),
    [
        ("CLUSTER_URL", "docker:", "console.E002"),
        ("CLUSTER_URL", "kubernetes:", "console.E003"),
        ("CLUSTER_URL", "", "console.E002"),
        ("CHANNELS_URL", "redis://cache:6379", "console.E003"),
        ("FILES_URL", "seaweedfs+http://filer:8888", "console.E003"),
    ],
)
def test_urls_of_systems_that_are_not_there(
    settings: Settings, setting: str, url: str, code: str
) -> None:
    setattr(settings, setting, url)

    (error,) = checks.urls()

    assert error.id == code
    assert error.hint


def test_no_message_repeats_a_secret_of_a_url(settings: Settings) -> None:
    settings.CHANNELS_URL = "redis://:canary-password@cache:6379"
    settings.CLUSTER_URL = "unknown://user:canary-password@host"

    assert "canary" not in str(checks.urls())


@pytest.mark.parametrize(
    ("host", "tls", "allowed", "fine"),
    [
        ("127.0.0.1", False, False, True),
        ("127.8.0.1", False, False, True),
        ("localhost", False, False, True),
        ("::1", False, False, True),
        ("[::1]", False, False, True),
        ("0.0.0.0", False, False, False),
        ("::", False, False, False),
        ("10.1.2.3", False, False, False),
        ("console.example", False, False, False),
        ("0.0.0.0", True, False, True),
        ("0.0.0.0", False, True, True),
    ],
)
def test_plain_http_stays_on_this_machine(
    settings: Settings, host: str, tls: bool, allowed: bool, fine: bool
) -> None:
    settings.HOST, settings.BEHIND_TLS, settings.ALLOW_PLAIN_HTTP = host, tls, allowed

    assert [error.id for error in checks.plain_http()] == ([] if fine else ["console.E004"])


def test_a_data_directory_below_a_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.DATA_DIR = tmp_path / "file" / "data"

    assert [error.id for error in checks.data_directory()] == ["console.E005"]


def test_debug_on_a_network_is_warned_of(settings: Settings) -> None:
    settings.DEBUG, settings.HOST = True, "0.0.0.0"

    assert [warning.id for warning in checks.debug()] == ["console.W001"]


def test_the_process_refuses_to_start_with_a_bad_value(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "CONSOLE_DATA_DIR": str(tmp_path),
            "CONSOLE_PORT": "eighty",
            "CONSOLE_CLUSTER_URL": "docker:",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode != 0
    assert "console.E001" in run.stderr
    assert "console.E002" in run.stderr
    assert "HINT" in run.stderr


def test_every_setting_of_the_environment_is_documented() -> None:
    source = (ROOT / "console/settings.py").read_text()
    document = (ROOT / "docs/settings.md").read_text()
    read = set(re.findall(r"CONSOLE_[A-Z_]+", source))
    described = set(re.findall(r"^\| `(CONSOLE_[A-Z_]+)`", document, re.MULTILINE))

    assert read == described


def test_secrets_can_come_from_files() -> None:
    assert "_FILE" in (settings.BASE_DIR / "docs/settings.md").read_text()
