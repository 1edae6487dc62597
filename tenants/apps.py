"""Tenants as a Django app: its socket topic and its reconciler."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        """Register the topic and the reconciler; models are loaded only now."""
        from tenants import sync, topics  # noqa: PLC0415

        topics.register()
        sync.register()
