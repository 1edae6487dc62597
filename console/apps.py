"""The console's foundation as a Django app: checks, template tags, commands."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "console"

    def ready(self) -> None:
        """Register the system checks."""
        from console import checks  # noqa: F401, PLC0415 - checks register on import
