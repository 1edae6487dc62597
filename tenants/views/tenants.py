"""Tenants as operators see them: what each was given, a new one, another quota, deletion."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.web.pages import render_page, see_other
from tenants import actions, tables
from tenants.access import require_operator, tenant_for, user_of
from tenants.forms import ConfirmForm, QuotaForm, TenantForm, attempt
from tenants.models import Tenant, User
from tenants.quota import RESOURCES, Quota, quota_of, used_by, written


@login_required
def tenant_list(request: HttpRequest) -> HttpResponse:
    """Show every tenant with its quota."""
    require_operator(user_of(request), "see all tenants")
    table = tables.TENANTS.page(request.GET, Tenant.objects.all())
    context = {"section": "tenants", "table": table}
    return render_page(request, "tenants/tenant_list.html", context, partial=table.name)


@login_required
def tenant_new(request: HttpRequest) -> HttpResponse:
    """Create a tenant with a quota and its first owner."""
    user = user_of(request)
    require_operator(user, "create a tenant")
    form = TenantForm(request.POST if request.method == "POST" else None, initial=written(Quota()))
    if request.method == "POST" and form.is_valid():
        tenant = attempt(form, lambda: _create(user, form))
        if tenant:
            message = f"“{tenant}” is ready."
            return see_other(request, reverse("tenant-list"), message=message)
    context = {"section": "tenants", "form": form}
    return render_page(request, "tenants/tenant_form.html", context, partial="tenant-form")


@login_required
def tenant_edit(request: HttpRequest, tenant: str) -> HttpResponse:
    """Show a tenant's quota beside what is used of it; POST changes it."""
    user = user_of(request)
    team = tenant_for(user, tenant)
    require_operator(user, "change a quota")
    form = QuotaForm.of(quota_of(team), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.change_quota(user=user, tenant=team, quota=form.cleaned_data["quota"])
        message = f"The quota of “{team}” is changed."
        return see_other(request, _address(team), message=message)
    return _edit_page(request, team, form, ConfirmForm(team.slug))


@login_required
@require_POST
def tenant_delete(request: HttpRequest, tenant: str) -> HttpResponse:
    """Delete a tenant after its name was typed."""
    user = user_of(request)
    team = tenant_for(user, tenant)
    require_operator(user, "delete a tenant")
    form = ConfirmForm(team.slug, request.POST)
    if not form.is_valid():
        return _edit_page(request, team, QuotaForm.of(quota_of(team)), form)
    actions.delete_tenant(user=user, tenant=team)
    return see_other(request, reverse("tenant-list"), message=f"“{team}” is deleted.")


def _create(user: User, form: TenantForm) -> Tenant:
    words = form.cleaned_data
    return actions.create_tenant(
        user=user,
        slug=words["slug"],
        title=words["title"],
        owner=words["owner"],
        quota=words["quota"],
    )


def _edit_page(
    request: HttpRequest, team: Tenant, form: QuotaForm, confirm: ConfirmForm
) -> HttpResponse:
    given, used = quota_of(team), used_by(team)
    bars = [
        {
            "label": resource.label,
            "used": getattr(used, resource.column),
            "limit": getattr(given, resource.column),
            "used_text": resource.show(getattr(used, resource.column)),
            "limit_text": resource.show(getattr(given, resource.column)),
        }
        for resource in RESOURCES
    ]
    context = {
        "section": "tenants",
        "team": team,
        "form": form,
        "confirm": confirm,
        "bars": bars,
        "things": actions.things_in(team),
    }
    return render_page(request, "tenants/tenant_detail.html", context, partial="quota-form")


def _address(team: Tenant) -> str:
    return reverse("tenant-edit", kwargs={"tenant": team.slug})
