"""What the frame of every page shows: the tenant, the others to switch to, and what may be done."""

from __future__ import annotations

from functools import cached_property

from django.http import HttpRequest

from console.cluster.connect import cluster
from tenants.access import Permission, role_allows, role_of_member, visible_tenants
from tenants.models import Role, Tenant

LAST_TENANT = "last_tenant"
SWITCHER_LIMIT = 200


class Frame:
    """The frame of one page; nothing is read until a template asks, and then in one query."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def tenants(self) -> list[Tenant]:
        """Return the tenants to switch to, by name."""
        user = self._request.user
        if not user.is_authenticated:
            return []
        return list(visible_tenants(user).with_role_of(user)[:SWITCHER_LIMIT])

    @cached_property
    def tenant(self) -> Tenant | None:
        """Return the tenant of the address, None elsewhere or for an outsider."""
        match = self._request.resolver_match
        slug = match.kwargs.get("tenant") if match else None
        if not slug or not self._request.user.is_authenticated:
            return None
        found = next((tenant for tenant in self.tenants if tenant.slug == slug), None)
        if found is None and len(self.tenants) == SWITCHER_LIMIT:
            user = self._request.user
            found = visible_tenants(user).with_role_of(user).filter(slug=slug).first()
        if found:
            self._remember(found)
        return found

    @cached_property
    def role(self) -> Role | None:
        """Return the user's role in the tenant of the address."""
        if self.tenant is None:
            return None
        return role_of_member(self._request.user, self.tenant.member_role)

    @property
    def may_operate(self) -> bool:
        """Return whether to offer what changes workloads."""
        return self._may(Permission.OPERATE)

    @property
    def may_manage(self) -> bool:
        """Return whether to offer what changes the tenant."""
        return self._may(Permission.MANAGE)

    @property
    def may_audit(self) -> bool:
        """Return whether to offer the audit trail."""
        return self._may(Permission.AUDIT)

    @property
    def cluster_limits(self) -> tuple[str, ...]:
        """Return what this cluster can't do, one sentence each."""
        return cluster().capabilities.limits

    def _may(self, permission: Permission) -> bool:
        return role_allows(self._request.user, self.role, permission)

    def _remember(self, tenant: Tenant) -> None:
        """Keep the tenant in the session, where the address “/” leads next time."""
        session = self._request.session
        if session.get(LAST_TENANT) != tenant.slug:
            session[LAST_TENANT] = tenant.slug


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Give every template `frame`."""
    return {"frame": Frame(request)}
