"""The first page of a tenant: quota, what needs attention, what runs, and the start."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from console.errors import NotFound
from console.web.pages import render_page, see_other
from tenants.access import Permission, require, tenant_for
from tenants.models import Tenant
from tenants.storage import actions as storage
from tenants.storage.models import Volume
from workloads import actions, queries, quota
from workloads.models import App, Job, State
from workloads.views import digits
from workloads.views.acts import Step, next_step
from workloads.views.asking import member, page_of

Advised = tuple[App | Job, Step | None]

SHOWN = 8
_TROUBLE = {State.DEGRADED: 0, State.FAILED: 1, State.PENDING: 2, State.UNKNOWN: 3}
_BUSY = (State.RUNNING, State.STARTING, State.STOPPING)


@login_required
def overview(request: HttpRequest, tenant: str) -> HttpResponse:
    """Show how a tenant is."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    user = member(request)
    apps = list(queries.apps_of(user, team).defer("spec"))
    jobs = queries.jobs_of(user, team).defer("spec")
    recent = list(jobs.order_by("-created_at")[:2])
    waiting = _waiting(apps, jobs)
    context = {
        "team": team,
        "section": "overview",
        "quota": quota.usage(team),
        "steps": digits.steps(apps, recent),
        "apps": sorted(apps, key=_urgency)[:SHOWN],
        "app_count": len(apps),
        "waiting": waiting,
        "running": list(jobs.filter(state__in=_BUSY).order_by("-started_at", "-pk")[:SHOWN]),
        "failures": _failed_lately(team, [each for each, _step in waiting]),
        "has_jobs": bool(recent),
    }
    return render_page(request, "workloads/overview.html", context, partial="overview-live")


def _urgency(app: App) -> tuple[int, str]:
    return (_TROUBLE.get(State(app.state), 9), app.name)


def _waiting(apps: list[App], jobs: Any) -> list[Advised]:
    """Return what needs somebody now, the worst first, each with what to do about it."""
    found: list[App | Job] = [app for app in sorted(apps, key=_urgency) if app.state in _TROUBLE]
    found += list(jobs.filter(state__in=(State.DEGRADED, State.PENDING))[:SHOWN])
    return [(each, next_step(each)) for each in found[:SHOWN]]


def _failed_lately(team: Tenant, shown: list[App | Job]) -> list[Advised]:
    """Return what failed and is not shown above already."""
    failed = queries.recent_failures(team, 2 * SHOWN)
    rest = [each for each in failed if each.state == State.FAILED and each not in shown]
    return [(each, next_step(each)) for each in rest[:SHOWN]]


@login_required
@require_POST
def start(request: HttpRequest, tenant: str, step: str) -> HttpResponse:
    """Launch a step of the digits example: `train` with its volume, or `serve`."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    require(request.user, team, Permission.OPERATE)
    user = member(request)
    if step == "train":
        _make_volume(request, team)
        job = actions.create_job(user=user, tenant=team, data=digits.train_spec())
        return see_other(request, page_of(job), message="The training run starts.")
    if step == "serve":
        app = actions.create_app(user=user, tenant=team, data=digits.serve_spec())
        return see_other(request, page_of(app), message="The App starts.")
    raise NotFound(f"There is no step “{step[:40]}”.")


def _make_volume(request: HttpRequest, team: Tenant) -> None:
    """Make the example's volume unless it is there."""
    if not Volume.objects.filter(tenant=team, name=digits.VOLUME).exists():
        storage.create_volume(user=member(request), tenant=team, name=digits.VOLUME)
