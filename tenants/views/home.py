"""The address “/”: leads to the tenant one works in, or to the first step."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from console.web.pages import render_page, see_other
from tenants import actions
from tenants.access import user_of, visible_tenants
from tenants.context import LAST_TENANT, SWITCHER_LIMIT
from tenants.forms import FirstTenantForm, attempt
from tenants.models import Tenant, User


def overview_of(slug: str) -> str:
    """Return the address of a tenant's first page."""
    return reverse("overview", kwargs={"tenant": slug})


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the last or only tenant; else offer a choice, a first one, or say whom to ask."""
    user = user_of(request)
    if request.method == "POST":
        return _create_first(request, user)
    tenants = list(visible_tenants(user).with_role_of(user)[:SWITCHER_LIMIT])
    if not tenants:
        form = FirstTenantForm() if user.is_staff else None
        return render_page(request, "tenants/home_empty.html", {"form": form, "section": "home"})
    slug = "" if "all" in request.GET else _usual(request, tenants)
    if slug:
        return redirect(overview_of(slug))
    context = {"tenants": tenants, "section": "home"}
    return render_page(request, "tenants/home.html", context)


def _usual(request: HttpRequest, tenants: list[Tenant]) -> str:
    """Return the name of the last tenant if it is still there, or of the only one."""
    names = [tenant.slug for tenant in tenants]
    last = request.session.get(LAST_TENANT, "")
    if last in names:
        return str(last)
    return names[0] if len(names) == 1 else ""


def _create_first(request: HttpRequest, user: User) -> HttpResponse:
    form = FirstTenantForm(request.POST)
    if form.is_valid():
        tenant = attempt(
            form,
            lambda: actions.create_tenant(user=user, owner=user.username, **form.cleaned_data),
        )
        if tenant:
            return see_other(request, overview_of(tenant.slug))
    context = {"form": form, "section": "home"}
    return render_page(request, "tenants/home_empty.html", context, partial="first-tenant")
