"""What the palette finds: Apps, Jobs, pods and volumes of the tenant, and its pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from console.web.pages import render_page
from tenants.access import Permission, may, tenant_for
from tenants.models import Tenant
from tenants.storage.models import Volume
from workloads import queries
from workloads.views.asking import member, page_of

EACH = 6
_PAGES = (
    ("Overview", "overview", "layout-dashboard"),
    ("Apps", "app-list", "broadcast"),
    ("Jobs", "job-list", "flask"),
    ("Pods", "pod-list", "box"),
    ("Volumes", "volume-list", "database"),
    ("Members", "member-list", "users"),
)
_ACTIONS = (("New App", "app-create", "plus"), ("New Job", "job-create", "plus"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the results."""

    name: str
    what: str
    href: str
    icon: str


@login_required
def search(request: HttpRequest, tenant: str) -> HttpResponse:
    """Show what has the words in its name, the nearest name first."""
    team = tenant_for(request.user, tenant, Permission.VIEW)
    text = request.GET.get("q", "").replace("\0", "").strip()[:80]
    hits = list(_hits(request, team, text)) if text else []
    hits.sort(key=lambda hit: (not hit.name.lower().startswith(text.lower()), hit.name.lower()))
    context = {"hits": hits, "text": text, "team": team}
    return render_page(request, "workloads/search.html", context, partial="search-hits")


def _hits(request: HttpRequest, team: Tenant, text: str) -> Iterator[Hit]:
    user, slug = member(request), team.slug
    for app in queries.apps_of(user, team).defer("spec").filter(name__icontains=text)[:EACH]:
        yield Hit(app.name, "App", page_of(app, tenant=slug), "broadcast")
    for job in queries.jobs_of(user, team).defer("spec").filter(name__icontains=text)[:EACH]:
        yield Hit(job.name, "Job", page_of(job, tenant=slug), "flask")
    pods = [pod for pod in queries.pods_in(team) if text.lower() in pod.name.lower()]
    for pod in pods[:EACH]:
        where = {"tenant": slug, "pod": pod.name}
        yield Hit(pod.name, "Pod", reverse("pod-log", kwargs=where), "box")
    for volume in Volume.objects.filter(tenant=team, name__icontains=text)[:EACH]:
        yield Hit(volume.name, "Volume", _address("volume-list", slug), "database")
    yield from _pages(request, team, text)


def _pages(request: HttpRequest, team: Tenant, text: str) -> Iterator[Hit]:
    allowed = may(request.user, team, Permission.OPERATE)
    for label, name, icon in (*_PAGES, *(_ACTIONS if allowed else ())):
        href = _address(name, team.slug)
        if href and text.lower() in label.lower():
            yield Hit(label, "Page", href, icon)


def _address(name: str, slug: str) -> str:
    """Return a page's address, nothing for a page that is not installed."""
    try:
        return reverse(name, kwargs={"tenant": slug})
    except NoReverseMatch:
        return ""
