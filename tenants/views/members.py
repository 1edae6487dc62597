"""The members of a tenant: everybody in it sees them, owners change them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.errors import Invalid, NotFound
from console.web.events import say
from console.web.pages import render_page, see_other, wants_partial
from tenants import actions, tables
from tenants.access import Permission, may, tenant_for, user_of
from tenants.forms import MemberForm, RoleForm, attempt
from tenants.models import Role, Tenant, User
from tenants.queries import members_of


@login_required
def member_list(request: HttpRequest, tenant: str) -> HttpResponse:
    """Show the members; POST admits one."""
    user = user_of(request)
    team = tenant_for(user, tenant)
    if request.method == "POST":
        return _add(request, user, team)
    return _page(request, team, MemberForm())


@login_required
@require_POST
def member_role(request: HttpRequest, tenant: str, username: str) -> HttpResponse:
    """Give a member another role."""
    user = user_of(request)
    team = tenant_for(user, tenant)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid(fields={"role": ["Choose viewer, developer or owner."]})
    role = form.cleaned_data["role"]
    actions.change_role(user=user, tenant=team, username=username, role=role)
    message = f"{username} is {Role(role).label} now."
    if wants_partial(request):
        return say(_page(request, team, MemberForm()), message)
    return see_other(request, _address(team), message=message)


@login_required
def member_remove(request: HttpRequest, tenant: str, username: str) -> HttpResponse:
    """Ask, then end a membership."""
    user = user_of(request)
    team = tenant_for(user, tenant)
    if request.method == "POST":
        actions.remove_member(user=user, tenant=team, username=username)
        leaves = not may(user, team, Permission.VIEW)
        target = reverse("home") if leaves else _address(team)
        return see_other(request, target, message=f"{username} is not a member any more.")
    membership = members_of(team).filter(user__username=username).first()
    if membership is None:
        raise NotFound(f"“{username}” is not a member of “{team}”.")
    context = {
        "section": "members",
        "heading": f"Remove {username} from {team}?",
        "text": f"{username} is {membership.get_role_display()}. They will not see “{team}” any "
        "more; what they made stays, and an owner can admit them again.",
        "label": f"Remove {username}",
        "back": _address(team),
        "back_label": "Members",
    }
    return render_page(request, "tenants/confirm.html", context)


def _add(request: HttpRequest, user: User, team: Tenant) -> HttpResponse:
    form = MemberForm(request.POST)
    if form.is_valid():
        added = attempt(
            form, lambda: actions.add_member(user=user, tenant=team, **form.cleaned_data)
        )
        if added:
            message = f"{added.user} is {Role(added.role).label} of “{team}” now."
            return see_other(request, _address(team), message=message)
    return _page(request, team, form, partial="member-form")


def _page(request: HttpRequest, team: Tenant, form: MemberForm, partial: str = "") -> HttpResponse:
    context = {
        "section": "members",
        "team": team,
        "table": tables.MEMBERS.page(request.GET, members_of(team)),
        "roles": Role.choices,
        "form": form,
    }
    partial = partial or tables.MEMBERS.name
    return render_page(request, "tenants/member_list.html", context, partial=partial)


def _address(team: Tenant) -> str:
    return reverse("member-list", kwargs={"tenant": team.slug})
