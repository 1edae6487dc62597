"""Sends what was typed into the Try it panel, and shows the answer beside it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from console.errors import ConsoleError, Invalid
from console.web.pages import render_page, wants_partial
from tenants.access import Permission, require, tenant_for
from workloads import queries
from workloads.views.asking import member
from workloads.views.detail import page_context, status_context
from workloads.views.tryout import METHODS, curl_of, request_of, send, trial_of


@login_required
@require_POST
def app_try(request: HttpRequest, tenant: str, name: str) -> HttpResponse:
    """Send one request to the App and show its answer, or why there is none."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    app = queries.app_for(member(request), team, name)
    require(request.user, team, Permission.OPERATE)
    trial = trial_of(request)
    shown: dict[str, Any] = {
        "trial": trial,
        "methods": METHODS,
        "curl": curl_of(request, app, trial),
    }
    try:
        shown["answer"] = send(request, app, request_of(request, trial))
    except Invalid as error:
        trial.errors = dict(error.fields)
    except ConsoleError as error:
        shown["failure"] = error
    if wants_partial(request):
        return render_page(request, "workloads/_try_answer.html", shown)
    context = status_context(app) | page_context(request, app, "try") | shown
    return render_page(request, "workloads/workload_detail.html", context)
