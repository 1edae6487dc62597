"""Who did what: of one tenant, and of the whole platform."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from console.web.pages import render_page
from tenants import tables
from tenants.access import Permission, require_platform_audit, tenant_for, user_of
from tenants.models import AuditEntry


@login_required
def audit_list(request: HttpRequest, tenant: str) -> HttpResponse:
    """Show what was done in a tenant; for owners, auditors and operators."""
    team = tenant_for(user_of(request), tenant, Permission.AUDIT)
    table = tables.AUDIT.page(request.GET, AuditEntry.objects.filter(tenant=team))
    context = {"section": "audit", "table": table, "team": team}
    return render_page(request, "tenants/audit_list.html", context, partial=table.name)


@login_required
def platform_audit(request: HttpRequest) -> HttpResponse:
    """Show what was done anywhere; for operators and auditors."""
    require_platform_audit(user_of(request))
    table = tables.AUDIT.page(request.GET, AuditEntry.objects.all())
    context = {"section": "audit", "table": table}
    return render_page(request, "tenants/audit_list.html", context, partial=table.name)
