"""The page of one App or Job: is it all right, why not, what changed, and its tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from console.errors import NotFound
from console.web.pages import render_page
from tenants.access import Permission, tenant_for
from tenants.models import AuditEntry
from workloads import queries
from workloads.forms.changes import Difference, differences
from workloads.kinds.spec import spec_of
from workloads.models import FINISHED, App, Job
from workloads.views import tryout
from workloads.views.acts import goes_with, next_step, offered
from workloads.views.asking import NOUNS, page_of, workload_for
from workloads.views.shown import facts_of

TABS = {
    "app": (
        ("logs", "Logs"),
        ("replicas", "Replicas"),
        ("events", "Events"),
        ("configuration", "Configuration"),
        ("revisions", "Revisions"),
        ("try", "Try it"),
    ),
    "job": (
        ("logs", "Logs"),
        ("replicas", "Pods"),
        ("events", "Events"),
        ("configuration", "Configuration"),
    ),
}
LIVE = frozenset({"replicas", "events", "revisions"})
RECENT = 4
MOST_EVENTS = 200


@login_required
def detail(
    request: HttpRequest, tenant: str, kind: str, name: str, tab: str = "logs"
) -> HttpResponse:
    """Show one tab; htmx gets the status from the first address, and each tab from its own."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    workload = workload_for(request, team, kind, name)
    if tab not in dict(TABS[kind]):
        raise NotFound(f"There is no part “{tab[:40]}” of this page.")
    context = status_context(workload) | page_context(request, workload, tab)
    partial = "workload-status" if tab == "logs" else "workload-tab"
    return render_page(request, "workloads/workload_detail.html", context, partial=partial)


def status_context(workload: App | Job) -> dict[str, Any]:
    """Return what the head of the page shows: state, reason, next step, what changed lately."""
    team = workload.tenant
    acts = offered(workload)
    pods = queries.pods_of(workload)
    return {
        "workload": workload,
        "team": team,
        "kind": workload.kind,
        "noun": NOUNS[workload.kind],
        "section": f"{workload.kind}s",
        "here": page_of(workload, tenant=team.slug),
        "acts": acts,
        "step": next_step(workload),
        "pods": pods,
        "spec": spec_of(workload),
        "is_finished": workload.state in FINISHED,
        "goes": {key: goes_with(workload, act, len(pods)) for key, act in acts.items() if act.asks},
        "recent": _recent(workload),
    }


def _recent(workload: App | Job) -> list[AuditEntry]:
    """Return what was done to it lately, of this one and not of a former one of its name."""
    return list(
        AuditEntry.objects.filter(
            tenant_id=workload.tenant_id,
            object_kind=workload.kind,
            object_name=workload.name,
            at__gte=workload.created_at,
        )[:RECENT]
    )


def page_context(request: HttpRequest, workload: App | Job, tab: str) -> dict[str, Any]:
    """Return the tabs, and what the open one shows."""
    tabs = [
        {"key": key, "label": label, "href": page_of(workload, "" if key == "logs" else key)}
        for key, label in TABS[workload.kind]
    ]
    return {
        "tabs": tabs,
        "tab": tab,
        "is_live": tab in LIVE,
        "tab_template": f"workloads/_tab_{tab}.html",
        "log_url": _log_url(workload),
        **_TAB_CONTEXT[tab](request, workload),
    }


def _log_url(workload: App | Job) -> str:
    where = {"tenant": workload.tenant.slug, "name": workload.name}
    return reverse(f"{workload.kind}-log", kwargs=where)


def _logs(_request: HttpRequest, workload: App | Job) -> dict[str, Any]:
    pods = queries.pods_of(workload)
    return {
        "pod_names": [pod.name for pod in pods],
        "has_previous": any(pod.restarts for pod in pods),
    }


def _replicas(_request: HttpRequest, _workload: App | Job) -> dict[str, Any]:
    return {}


def _events(_request: HttpRequest, workload: App | Job) -> dict[str, Any]:
    return {"events": queries.events_of(workload)[:MOST_EVENTS]}


def _configuration(_request: HttpRequest, workload: App | Job) -> dict[str, Any]:
    return {
        "facts": facts_of(spec_of(workload)),
        "kubectl_text": f"kubectl apply -f - <<'EOF'\n{queries.manifests_text(workload)}\nEOF",
        "kinds": [manifest["kind"] for manifest in queries.manifests_of(workload)],
    }


def _revisions(request: HttpRequest, workload: App) -> dict[str, Any]:
    """Return all revisions, each with what it changed, and the one that is compared."""
    rows = list(queries.revisions_of(workload)[:100])
    specs = [*(row.spec for row in rows[1:]), {}]
    listed = [
        (row, differences(earlier, row.spec) if earlier else [])
        for row, earlier in zip(rows, specs, strict=True)
    ]
    asked = request.GET.get("compare", "")
    compared = next((row for row in rows if str(row.number) == asked), None)
    return {
        "revisions": listed,
        "compared": compared,
        "differences": _going_back(workload, compared.spec) if compared else [],
    }


def _going_back(app: App, spec: dict[str, Any]) -> list[Difference]:
    """Return what rolling back changes: not the number of replicas, which stays."""
    found = differences(app.spec, spec)
    return [each for each in found if each.path.partition(".")[0] not in {"replicas", "autoscale"}]


_TAB_CONTEXT: dict[str, Callable[[HttpRequest, Any], dict[str, Any]]] = {
    "logs": _logs,
    "replicas": _replicas,
    "events": _events,
    "configuration": _configuration,
    "revisions": _revisions,
    "try": tryout.context_of,
}
