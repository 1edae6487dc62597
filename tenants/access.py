"""The only place that decides who may do what; pages, API and sockets all ask here.

A tenant that a user does not belong to does not exist for them (404). A member without the right
role is told which role is missing and who can grant it (403).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from console.cluster.protocol import Actor
from console.errors import NotFound, Refused
from tenants.models import Membership, Role, Tenant, TenantQuerySet, User

AnyUser: TypeAlias = User | AnonymousUser


class Permission(StrEnum):
    """What can be allowed in a tenant."""

    VIEW = "view"
    OPERATE = "operate"
    MANAGE = "manage"
    AUDIT = "audit"


_LEAST_ROLE = {
    Permission.VIEW: Role.VIEWER,
    Permission.OPERATE: Role.DEVELOPER,
    Permission.MANAGE: Role.OWNER,
    Permission.AUDIT: Role.OWNER,
}
_RANK = {Role.VIEWER: 0, Role.DEVELOPER: 1, Role.OWNER: 2}
_WHAT = {
    Permission.VIEW: "see this",
    Permission.OPERATE: "change workloads",
    Permission.MANAGE: "manage the tenant",
    Permission.AUDIT: "read the audit trail",
}


def user_of(request: HttpRequest) -> User:
    """Return the person who is signed in; pages come here after `login_required`."""
    if not isinstance(request.user, User):
        raise Refused("Sign in first.")
    return request.user


def visible_tenants(user: AnyUser) -> TenantQuerySet:
    """Return the tenants that a user may know of, by name."""
    return Tenant.objects.visible_to(user)


def role_in(user: AnyUser, tenant: Tenant) -> Role | None:
    """Return the user's role: OWNER for an operator, VIEWER for an auditor, else by membership."""
    if not user.is_authenticated or not user.is_active or user.is_staff:
        return role_of_member(user, None)
    roles = Membership.objects.filter(tenant=tenant, user=user).values_list("role", flat=True)
    return role_of_member(user, roles.first())


def role_of_member(user: AnyUser, member_role: str | None) -> Role | None:
    """Return what `role_in` returns, for a membership (or none) that was read already."""
    if not user.is_authenticated or not user.is_active:
        return None
    if user.is_staff:
        return Role.OWNER
    if member_role:
        return Role(member_role)
    return Role.VIEWER if user.is_auditor else None


def may(user: AnyUser, tenant: Tenant, permission: Permission) -> bool:
    """Return whether a user has a permission in a tenant."""
    return role_allows(user, role_in(user, tenant), permission)


def role_allows(user: AnyUser, role: Role | None, permission: Permission) -> bool:
    """Return whether a role reaches for a permission; auditors may always read the audit trail."""
    if role is None:
        return False
    if permission == Permission.AUDIT and getattr(user, "is_auditor", False):
        return True
    return _RANK[role] >= _RANK[_LEAST_ROLE[permission]]


def require(user: AnyUser, tenant: Tenant, permission: Permission) -> None:
    """Raise NotFound for an outsider, Refused for a member whose role does not reach."""
    _require_role(user, role_in(user, tenant), tenant, permission)


def _require_role(user: AnyUser, role: Role | None, tenant: Tenant, permission: Permission) -> None:
    if role is None:
        raise NotFound(f"There is no tenant “{tenant.slug}”, or you are not a member of it.")
    if role_allows(user, role, permission):
        return
    least = _LEAST_ROLE[permission].label
    raise Refused(
        f"You need the role {least} to {_WHAT[permission]}.",
        hint=f"An owner of “{tenant}” can grant it on the Members page.",
    )


def tenant_for(user: AnyUser, slug: str, permission: Permission = Permission.VIEW) -> Tenant:
    """Return the tenant of an address after checking access to it."""
    tenant = Tenant.objects.filter(slug=slug).with_role_of(user).first()
    if tenant is None:
        raise NotFound(f"There is no tenant “{slug[:40]}”, or you are not a member of it.")
    _require_role(user, role_of_member(user, tenant.member_role), tenant, permission)
    return tenant


def require_operator(user: AnyUser, what: str) -> None:
    """Raise Refused unless the user runs the platform; `what` completes "to ..."."""
    if not (user.is_authenticated and user.is_active and user.is_staff):
        raise Refused(
            f"You need to be a platform operator to {what}.",
            hint="Ask whoever runs this console.",
        )


def actor_for(user: User, tenant: Tenant) -> Actor:
    """Return the identity under which a user's writes reach the cluster."""
    role = role_in(user, tenant)
    return Actor(user.username, (f"moonbase:{tenant.slug}:{role}",) if role else ())


def require_platform_audit(user: AnyUser) -> None:
    """Raise Refused unless the user may read what was done on the whole platform."""
    if not (user.is_authenticated and user.is_active and (user.is_staff or user.is_auditor)):
        raise Refused("You need to be a platform operator or an auditor to read the audit trail.")
