"""Apps and Jobs in the operators' admin, to look at: a change there would bypass actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from tenants.admin import OperatorsMixin
from workloads.models import App, Job, Revision

# Django's class takes type arguments only in the stubs.
if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


class WorkloadAdmin(OperatorsMixin, Base):
    list_display = ("name", "tenant", "state", "reason", "image", "created_by", "created_at")
    list_filter = ("state", "tenant")
    list_select_related = ("tenant",)
    search_fields = ("name", "image", "created_by", "tenant__slug")
    date_hierarchy = "created_at"
    # Values of `env` may be secrets of a tenant.
    exclude = ("spec",)


@admin.register(App)
class AppAdmin(WorkloadAdmin):
    """Apps of all tenants."""


@admin.register(Job)
class JobAdmin(WorkloadAdmin):
    """Jobs of all tenants."""


@admin.register(Revision)
class RevisionAdmin(OperatorsMixin, Base):
    list_display = ("app", "number", "created_by", "created_at", "reason")
    list_select_related = ("app",)
    exclude = ("spec",)
