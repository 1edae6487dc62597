"""Doing something to one App or Job: confirm where it takes something away, then do it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from console.errors import ConsoleError, Invalid, NotFound, Refused
from console.web.events import Event, announce, say
from console.web.pages import render_page, see_other, wants_partial
from tenants.access import Permission, require, tenant_for
from workloads import queries
from workloads.models import App, Job
from workloads.views.acts import ACTS, Act, goes_with
from workloads.views.asking import list_of, member, page_of, safe_next, workload_for
from workloads.views.detail import status_context


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, tenant: str, kind: str, name: str, key: str) -> HttpResponse:
    """Do one action, or ask for it on a page of its own."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    workload = workload_for(request, team, kind, name)
    chosen = ACTS[kind].get(key)
    if chosen is None:
        raise NotFound(f"There is no action “{key[:40]}”.")
    if request.method == "GET":
        require(request.user, team, Permission.OPERATE)
        return _ask(request, workload, chosen)
    _check_name(request, workload, chosen)
    try:
        chosen.run(member(request), workload, request.POST)
    except Refused:
        raise
    except ConsoleError as error:
        if wants_partial(request):
            raise
        messages.error(request, error.message)
        response = redirect(safe_next(request, page_of(workload)))
        response.status_code = 303
        return response
    return _done(request, workload, chosen)


def _ask(request: HttpRequest, workload: App | Job, chosen: Act) -> HttpResponse:
    """Show the confirmation, for a browser without the dialog."""
    context = {
        "workload": workload,
        "team": workload.tenant,
        "chosen": chosen,
        "lines": goes_with(workload, chosen, len(queries.pods_of(workload))),
        "section": f"{workload.kind}s",
    }
    return render_page(request, "workloads/act_confirm.html", context)


def _check_name(request: HttpRequest, workload: App | Job, chosen: Act) -> None:
    """Raise Invalid unless the name of what goes has been typed."""
    if chosen.danger and request.POST.get("confirm_name", "").strip() != workload.name:
        raise Invalid(fields={"confirm_name": [f"Type “{workload.name}” to delete it."]})


def _done(request: HttpRequest, workload: App | Job, chosen: Act) -> HttpResponse:
    """Answer with the new status for htmx, else lead back with a toast."""
    text = chosen.done.format(name=workload.name)
    if chosen.danger:
        return see_other(request, list_of(workload.kind, workload.tenant), message=text)
    is_page_of_its_own = "next" not in request.POST
    if not wants_partial(request) or (chosen.begins_log and is_page_of_its_own):
        return see_other(request, safe_next(request, page_of(workload)), message=text)
    workload.refresh_from_db()
    response = render_page(
        request,
        "workloads/workload_detail.html",
        status_context(workload),
        partial="workload-status",
    )
    announce(response, Event.WORKLOAD_CHANGED, kind=workload.kind, name=workload.name)
    return say(response, text)
