"""Doing one thing to several Apps or Jobs: confirm what goes, then say how each one went."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from console.errors import Invalid
from console.web.events import Event, announce
from console.web.pages import render_page
from tenants.access import Permission, require, tenant_for
from workloads import actions
from workloads.views.acts import ACTS, BULK
from workloads.views.asking import NOUNS, list_of, member

MOST = 200


@login_required
@require_POST
def bulk(request: HttpRequest, tenant: str, kind: str) -> HttpResponse:
    """Ask first where something goes, else do it and list the results."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    require(request.user, team, Permission.OPERATE)
    key = request.POST.get("action", "")
    names = list(dict.fromkeys(request.POST.getlist("name")))[:MOST]
    if key not in BULK[kind]:
        raise Invalid(fields={"action": [f"Choose one of {', '.join(BULK[kind])}."]})
    chosen = ACTS[kind][key]
    context = {
        "team": team,
        "kind": kind,
        "noun": NOUNS[kind],
        "section": f"{kind}s",
        "chosen": chosen,
        "names": names,
        "list_url": list_of(kind, team),
    }
    if not names or (chosen.asks and not request.POST.get("confirmed")):
        return render_page(request, "workloads/bulk.html", context, partial="bulk-outcome")
    results = actions.bulk(user=member(request), tenant=team, kind=kind, action=key, names=names)
    context |= {"results": results, "done": sum(result.ok for result in results)}
    response = render_page(request, "workloads/bulk.html", context, partial="bulk-outcome")
    return announce(response, Event.WORKLOAD_CHANGED, kind=kind)
