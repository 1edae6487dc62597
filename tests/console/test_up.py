from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError
from django.core.management.base import OutputWrapper
from pytest_django import Settings

from console.management import startup
from console.management.commands import up
from tenants.models import User
from tests.live_server import LiveConsole, _one_console, live_console

__all__ = ["_one_console", "live_console"]


def test_a_data_directory_belongs_to_one_console(tmp_path: Path) -> None:
    refused = pytest.raises(CommandError, match=rf"Another console \(process {os.getpid()}\)")
    with startup.lock_data_directory(tmp_path / "data"), refused:
        startup.lock_data_directory(tmp_path / "data")

    startup.lock_data_directory(tmp_path / "data").close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_the_lock_of_a_killed_console_is_free(tmp_path: Path) -> None:
    program = (
        "import os, fcntl, sys; f = open(sys.argv[1], 'a+'); fcntl.flock(f, fcntl.LOCK_EX); "
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "lock")], check=False)

    startup.lock_data_directory(tmp_path).close()


def test_a_taken_port_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"port {port}: address already in use"):
            startup.listen("127.0.0.1", port)


def test_an_address_of_nobody_is_said_too() -> None:
    with pytest.raises(CommandError, match=r"Can't listen on 192\.0\.2\.1"):
        startup.listen("192.0.2.1", 0)


@pytest.mark.django_db
def test_the_first_operator_gets_a_password_that_is_told_once() -> None:
    password = startup.make_admin("")

    admin = User.objects.get(username="admin")
    assert len(password) >= 16
    assert admin.check_password(password)
    assert admin.is_staff
    assert startup.make_admin("") == ""
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_given_password_is_not_told() -> None:
    assert startup.make_admin("a-given-password") == ""
    assert User.objects.get(username="admin").check_password("a-given-password")


@pytest.mark.django_db
def test_an_ordinary_user_called_admin_is_not_made_an_operator() -> None:
    User.objects.create_user("admin")

    with pytest.raises(CommandError, match="ordinary user"):
        startup.make_admin("")


@pytest.mark.django_db
def test_migrations_that_are_applied_are_left_alone() -> None:
    assert startup.migrate() == 0


def test_static_files_are_collected_only_after_a_change(settings: Settings, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a {}")
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]

    assert startup.collect_static()
    assert not startup.collect_static()
    (source / "b.css").write_text("b {}")
    (source / "b.css.map").write_text("{}")
    assert startup.collect_static()
    assert (settings.STATIC_ROOT / "b.css").exists()
    assert not (settings.STATIC_ROOT / "b.css.map").exists()


@pytest.mark.django_db
def test_up_prepares_serves_and_announces(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.DATA_DIR, settings.PORT = tmp_path, 0
    monkeypatch.setattr(startup, "collect_static", lambda: True)
    monkeypatch.setattr("signal.signal", lambda *_: None)

    def serve(listener: socket.socket, *, behind_proxy: bool, ready: Callable[[], None]) -> None:
        assert listener.getsockname()[0] == "127.0.0.1"
        assert not behind_proxy
        ready()
        listener.close()

    monkeypatch.setattr(up, "serve", serve)

    command = up.Command()
    command.stdout = OutputWrapper(sys.stdout)
    command.handle()

    out = capsys.readouterr().out
    assert f"data directory  {tmp_path}" in out
    assert "http://127.0.0.1:" in out
    assert "sign in as admin with the password " in out


def test_a_second_console_on_the_same_directory_is_refused(live_console: LiveConsole) -> None:
    second = live_console.another(CONSOLE_PORT="0")

    assert second.returncode == 1
    assert f"Another console (process {live_console.process.pid})" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_in_use_is_refused(live_console: LiveConsole, tmp_path: Path) -> None:
    second = live_console.another(CONSOLE_DATA_DIR=str(tmp_path))

    assert second.returncode == 1
    assert "address already in use" in second.stderr


def test_it_answers_and_hides_what_it_is(live_console: LiveConsole) -> None:
    answer = httpx.get(f"{live_console.url}/readyz")

    assert answer.json()["ready"] is True
    assert "server" not in answer.headers


def test_static_files_are_hashed_and_compressed(live_console: LiveConsole) -> None:
    icon = httpx.get(f"{live_console.url}/favicon.ico").headers["location"]

    answer = httpx.get(f"{live_console.url}{icon}", headers={"Accept-Encoding": "br"})

    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "nosniff" in answer.headers["x-content-type-options"]


def test_many_static_requests_leave_no_threads_behind(live_console: LiveConsole) -> None:
    icon = httpx.get(f"{live_console.url}/favicon.ico").headers["location"]
    with httpx.Client(base_url=live_console.url) as client:
        client.get(icon)
        before = live_console.threads()
        for _ in range(200):
            client.get(icon).raise_for_status()
        assert live_console.threads() <= before + 2


def test_sigterm_ends_it_within_seconds_although_a_socket_is_open(
    live_console: LiveConsole,
) -> None:
    held = socket.create_connection(("127.0.0.1", live_console.port))
    held.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"200 OK" in held.recv(4096)

    assert live_console.terminate(seconds=8) == 0
    held.close()
