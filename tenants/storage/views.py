"""The volumes of a tenant, with what mounts them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from console.web.pages import render_page, see_other
from tenants.access import tenant_for, user_of
from tenants.forms import ConfirmForm, attempt
from tenants.models import Tenant, User
from tenants.storage import actions
from tenants.storage.forms import VolumeForm
from tenants.storage.models import Volume
from tenants.storage.queries import volume_for, volumes_of
from tenants.storage.tables import VOLUMES


@login_required
def volume_list(request: HttpRequest, tenant: str) -> HttpResponse:
    """Show the volumes; POST creates one."""
    user = user_of(request)
    team = tenant_for(user, tenant)
    if request.method == "POST":
        return _create(request, user, team)
    return _page(request, user, team, VolumeForm(), VOLUMES.name)


@login_required
def volume_delete(request: HttpRequest, tenant: str, name: str) -> HttpResponse:
    """Ask for the name, then delete a volume with its files."""
    user = user_of(request)
    team = tenant_for(user, tenant)
    volume = volume_for(user, team, name)
    form = ConfirmForm(volume.name, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.delete_volume(user=user, volume=volume)
        return see_other(request, _address(team), message=f"“{volume.name}” is deleted.")
    return _confirm(request, team, volume, form)


def _confirm(request: HttpRequest, team: Tenant, volume: Volume, form: ConfirmForm) -> HttpResponse:
    mounts = actions.mounted_by(volume)
    context = {
        "section": "volumes",
        "heading": f"Delete the volume {volume.name}?",
        "text": "It is mounted by these, and can’t be deleted until they are:"
        if mounts
        else "All its files go with it, for good.",
        "lines": mounts,
        "confirm": form,
        "label": f"Delete {volume.name}",
        "back": _address(team),
        "back_label": "Volumes",
    }
    return render_page(request, "tenants/confirm.html", context, partial="confirm-form")


def _create(request: HttpRequest, user: User, team: Tenant) -> HttpResponse:
    form = VolumeForm(request.POST)
    if form.is_valid():
        name, size = form.cleaned_data["name"], form.cleaned_data["size"]
        volume = attempt(
            form,
            lambda: actions.create_volume(user=user, tenant=team, name=name, size_bytes=size),
        )
        if volume:
            return see_other(request, _address(team), message=f"“{volume.name}” is ready.")
    return _page(request, user, team, form, "volume-form")


def _page(
    request: HttpRequest, user: User, team: Tenant, form: VolumeForm, partial: str
) -> HttpResponse:
    table = VOLUMES.page(request.GET, volumes_of(user, team))
    mounts = actions.mounts_in(team)
    for volume in table.rows:
        volume.mounts = mounts.get(volume.name, [])
    context = {"section": "volumes", "team": team, "table": table, "form": form}
    return render_page(request, "storage/volume_list.html", context, partial=partial)


def _address(team: Tenant) -> str:
    return reverse("volume-list", kwargs={"tenant": team.slug})
