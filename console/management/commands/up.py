"""Runs the whole console in this process: `make up`."""

from __future__ import annotations

import signal
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from console.management import startup
from console.management.server import serve


class Command(BaseCommand):
    help = "Prepare the data directory and serve the console until Ctrl-C."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Take the directory and the port, prepare what is missing, serve."""
        self.began = time.monotonic()
        self.invented_password = ""
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signal_number, self._end)
        with startup.lock_data_directory(settings.DATA_DIR):
            listener = startup.listen(settings.HOST, settings.PORT)
            self.address = listener.getsockname()
            self._prepare()
            serve(listener, behind_proxy=settings.BEHIND_TLS, ready=self._announce)

    def _prepare(self) -> None:
        self._say(f"data directory  {settings.DATA_DIR}")
        migrations = startup.migrate()
        self._say(f"database        {_done(migrations, 'migrated')}")
        collected = startup.collect_static()
        self._say(f"static files    {_done(collected, 'collected')}")
        self.invented_password = startup.make_admin(settings.ADMIN_PASSWORD)
        self._say("cluster         starting")

    def _announce(self) -> None:
        host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
        self._say(f"ready           after {time.monotonic() - self.began:.1f} s; Ctrl-C ends it")
        self._say(f"\n  http://{host}:{self.address[1]}/")
        if self.invented_password:
            self._say(f"  sign in as {startup.ADMIN} with the password {self.invented_password}")
            self._say("  (shown this once; change it on the account page)")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    @staticmethod
    def _end(_signal: int, _frame: Any) -> None:
        # Before the server runs, and once more when it has shut down.
        sys.exit(0)


def _done(anything: object, what: str) -> str:
    return what if anything else "ready"
