"""The lists: Apps, Jobs and pods of a tenant."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Case, CharField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from console.web.pages import render_page
from console.web.tables import Table
from tenants.access import Permission, tenant_for
from tenants.models import Tenant
from workloads import queries
from workloads.tables import APPS, JOBS, PODS
from workloads.views.asking import member


@login_required
def app_list(request: HttpRequest, tenant: str) -> HttpResponse:
    """Show the Apps of a tenant."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    return _workloads(request, team, "app", APPS, queries.apps_of(member(request), team))


@login_required
def job_list(request: HttpRequest, tenant: str) -> HttpResponse:
    """Show the Jobs of a tenant."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    return _workloads(request, team, "job", JOBS, queries.jobs_of(member(request), team))


def _workloads(
    request: HttpRequest, team: Tenant, kind: str, table: Table, rows: QuerySet[Any]
) -> HttpResponse:
    mine = Case(
        When(created_by=member(request).username, then=Value("yes")),
        default=Value(""),
        output_field=CharField(),
    )
    page = table.page(request.GET, rows.defer("spec").annotate(mine=mine))
    context = {
        "table": page,
        "section": f"{kind}s",
        "team": team,
        "kind": kind,
        "create_url": reverse(f"{kind}-create", kwargs={"tenant": team.slug}),
    }
    return render_page(request, f"workloads/{kind}_list.html", context, partial=page.name)


@login_required
def pod_list(request: HttpRequest, tenant: str) -> HttpResponse:
    """Show the pods of a tenant, from the cluster cache."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    page = PODS.page(request.GET, queries.pods_in(team))
    context = {"table": page, "section": "pods", "team": team}
    return render_page(request, "workloads/pod_list.html", context, partial=page.name)
