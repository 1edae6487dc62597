"""What the views of an App or Job ask first: who it is, which tenant, and what they are called."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.models import Tenant, User
from workloads import queries
from workloads.models import App, Job

NOUNS = {"app": "App", "job": "Job"}


def member(request: HttpRequest) -> User:
    """Return the user of a request whose access has been checked."""
    return cast("User", request.user)


def workload_for(request: HttpRequest, tenant: Tenant, kind: str, name: str) -> App | Job:
    """Return the App or Job of an address. Raises NotFound."""
    if kind == "app":
        return queries.app_for(member(request), tenant, name)
    return queries.job_for(member(request), tenant, name)


def page_of(workload: App | Job, tab: str = "", *, tenant: str = "") -> str:
    """Return the address of a workload, or of one of its tabs."""
    where = {"tenant": tenant or workload.tenant.slug, "name": workload.name}
    if tab:
        return reverse(f"{workload.kind}-tab", kwargs={**where, "tab": tab})
    return reverse(f"{workload.kind}-detail", kwargs=where)


def list_of(kind: str, tenant: Tenant) -> str:
    """Return the address of the list of a kind."""
    return reverse(f"{kind}-list", kwargs={"tenant": tenant.slug})


def safe_next(request: HttpRequest, default: str) -> str:
    """Return where the form wants to go on, if that is a page of this console."""
    url: Any = request.POST.get("next", "")
    ok = url.startswith("/") and url_has_allowed_host_and_scheme(url, {request.get_host()})
    return url if ok else default
