"""What `manage.py up` does before it serves; each step is skipped when there is nothing to do."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import socket
from pathlib import Path
from typing import IO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

ADMIN = "admin"
UNUSED_STATIC = ("*.map", "redoc", "rest_framework", "htmax*", "htmx-2*")
"""What packages bring and no page asks for; compressing it would take most of the first start."""


def lock_data_directory(directory: Path) -> IO[str]:
    """Return an open file that marks the directory as in use until this process ends.

    Raises CommandError when another console holds it. The lock ends with its holder.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (directory / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read(20).strip()
        lock.close()
        raise CommandError(
            f"Another console (process {holder or 'unknown'}) uses the data directory {directory}. "
            "End it first, or set CONSOLE_DATA_DIR to another directory."
        ) from error
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address. Raises CommandError when that is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
    except OSError as error:
        listener.close()
        raise CommandError(
            f"Can't listen on {host} port {port}: {os.strerror(error.errno or 0).lower()}. "
            "End what uses it, or set CONSOLE_PORT to another port."
        ) from error
    listener.setblocking(False)
    return listener


def migrate() -> int:
    """Apply the migrations that are missing and return how many there were."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", verbosity=0, interactive=False)
    return len(plan)


def make_admin(password: str) -> str:
    """Make the first operator if there is none; return the password if one had to be made up."""
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return ""
    if users.filter(username=ADMIN).exists():
        raise CommandError(
            f"No operator exists, and “{ADMIN}” is an ordinary user. "
            "Make one with: manage.py createsuperuser"
        )
    made_up = "" if password else secrets.token_urlsafe(15)
    users.create_superuser(ADMIN, password=password or made_up)
    return made_up


def collect_static() -> bool:
    """Hash and compress the static files if a source changed, and return whether one did."""
    stamp = settings.STATIC_ROOT / ".stamp"
    digest = _static_digest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return False
    call_command(
        "collectstatic",
        verbosity=0,
        interactive=False,
        clear=settings.STATIC_ROOT.exists(),
        ignore_patterns=list(UNUSED_STATIC),
    )
    stamp.write_text(digest, encoding="ascii")
    return True


def _static_digest() -> str:
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list(list(UNUSED_STATIC)), key=lambda found: found[0]):
            status = os.stat(storage.path(name))
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
