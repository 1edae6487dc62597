"""The console's foundation as a Django app: checks, template tags, commands."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "console"

    def ready(self) -> None:
        """Register the system checks and what runs beside requests, in the order it starts."""
        from console import checks, health, runtime  # noqa: F401, PLC0415 - checks register on import
        from console.cluster import cache, connect  # noqa: PLC0415 - needs loaded settings
        from console.realtime.hub import hub  # noqa: PLC0415

        health.register()
        runtime.register(runtime.Service("hub", start=lambda: None, stop=hub.close))
        runtime.register(runtime.Service("cluster", connect.start, connect.stop))
        runtime.register(runtime.Service("cluster cache", cache.start, cache.stop))
