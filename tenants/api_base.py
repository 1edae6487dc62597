"""What every view of the REST API shares: access to the tenant, input by serializer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from console.errors import FieldErrors, Invalid
from tenants import access, api_schema  # noqa: F401 - registers on import
from tenants.access import Permission
from tenants.models import Tenant, User

S = TypeVar("S", bound=serializers.Serializer[Any])


class ConsoleView(APIView):
    """A view for whoever is signed in, by token or by session."""

    @property
    def user(self) -> User:
        """Return the person who asks; the permission class has refused everybody else."""
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101 - narrows the type
        return user

    def read(self, serializer: type[S], *, partial: bool = False) -> dict[str, Any]:
        """Return the request's body through a serializer; raises Invalid with all its messages."""
        known = serializer(data=self.request.data, partial=partial)
        if not known.is_valid():
            raise Invalid(fields=flat_errors(known.errors))
        return dict(known.validated_data)


class TenantView(ConsoleView):
    """A view below `tenants/<tenant>/`; `self.tenant` is set once access has been checked.

    `permission` says what a method needs. Left out, it is VIEW, also for what changes something:
    actions check what they need themselves, so that a refused attempt reaches the audit trail.
    """

    permission: ClassVar[Mapping[str, Permission]] = {}
    tenant: Tenant

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, then check access to the tenant of the address."""
        super().initial(request, *args, **kwargs)
        needed = self.permission.get(request.method or "", Permission.VIEW)
        self.tenant = access.tenant_for(self.user, kwargs["tenant"], needed)


def flat_errors(errors: Any, path: str = "") -> FieldErrors:
    """Return nested errors as field path -> messages, paths such as `resources.cpu`, `mounts.0`."""
    if not isinstance(errors, Mapping):
        return {path or "non_field_errors": [str(message) for message in errors]}
    flat: dict[str, list[str]] = {}
    for key, value in errors.items():
        name = f"{path}.{key}" if path else str(key)
        for inner, messages in flat_errors(value, name).items():
            flat.setdefault(inner, []).extend(messages)
    return flat
