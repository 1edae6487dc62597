"""Workloads as a Django app: what it adds to the process, to quotas and to the socket."""

from django.apps import AppConfig


class WorkloadsConfig(AppConfig):
    name = "workloads"

    def ready(self) -> None:
        """Register the service, the topic and what others ask; models are loaded only now."""
        from tenants import quota as tenant_quota  # noqa: PLC0415
        from tenants.storage import actions as storage_actions  # noqa: PLC0415
        from workloads import queries, quota, sync, topics  # noqa: PLC0415

        tenant_quota.sources.append(quota.used)
        storage_actions.mount_checks.append(queries.mounting)
        storage_actions.mount_lists.append(queries.mounts)
        topics.register()
        sync.register()
