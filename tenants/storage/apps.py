"""Volumes as a Django app: their reconciler, and what they take of the tenant's quota."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "tenants.storage"
    label = "storage"

    def ready(self) -> None:
        """Register the reconciler and the use of quota; models are loaded only now."""
        from tenants import quota  # noqa: PLC0415
        from tenants.storage import sync  # noqa: PLC0415

        sync.register()
        quota.sources.append(sync.quota_used)
