"""What every view of the REST API shares: access to the tenant, input by serializer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from console.errors import FieldErrors, Invalid
from console.web.tables import Table
from tenants import access, api_schema  # noqa: F401 - registers on import
from tenants.access import Permission
from tenants.models import Tenant, User

Handler = TypeVar("Handler", bound=Callable[..., Any])
S = TypeVar("S", bound=serializers.Serializer[Any])


_LIST_PARAMETERS = [
    OpenApiParameter("filter", str, description="Words to look for, and “state:failed”."),
    OpenApiParameter("sort", str, description="A column, with “-” before it for descending."),
    OpenApiParameter("page", int, description="From 1."),
    OpenApiParameter("page_size", int, description="At most 200."),
]


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

    def page(
        self,
        table: Table,
        rows: QuerySet[Any] | Iterable[Any],
        serializer: type[serializers.Serializer[Any]],
        **context: Any,
    ) -> Response:
        """Answer with the page that the URL asks for; raises Invalid for a bad `sort`.

        The serializer finds the user and `context` in its context.
        """
        found = table.page(self.request.query_params, rows, strict=True)
        items = serializer(found.rows, many=True, context={"user": self.user} | context).data
        return Response(found.envelope(list(items)))


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


def listing(
    operation_id: str, serializer: type[serializers.Serializer[Any]], *, tag: str
) -> Callable[[Handler], Handler]:
    """Describe, for the schema, a handler that answers with `page`."""
    return extend_schema(
        operation_id=operation_id,
        parameters=_LIST_PARAMETERS,
        responses=paged(serializer),
        tags=[tag],
    )


@cache
def paged(serializer: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """Return, for the schema, what `page` answers."""
    counts = ("count", "total", "page", "pages", "page_size")
    return inline_serializer(
        serializer.__name__.removesuffix("Output") + "Page",
        {"items": serializer(many=True)} | {name: serializers.IntegerField() for name in counts},
    )


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
