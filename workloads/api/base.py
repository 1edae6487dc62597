"""What the API views of workloads share: dry runs, and reading a spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from console.errors import Invalid
from tenants.api_base import TenantView
from workloads import actions
from workloads.api.serializers import PreviewOutput
from workloads.models import App

T = TypeVar("T")

DRY_RUN = OpenApiParameter(
    "dry_run", bool, description="Check everything, change nothing, and say what would happen."
)
EXPECTED = OpenApiParameter(
    "expected_revision", int, description="409 if the App is at another revision meanwhile."
)


class WorkloadView(TenantView):
    """A view of Apps, Jobs or pods."""

    @property
    def is_dry_run(self) -> bool:
        """Return whether nothing may change."""
        return self.request.query_params.get("dry_run", "").lower() in {"1", "true", "yes"}

    @property
    def body(self) -> Mapping[str, Any]:
        """Return the JSON object of the request."""
        data = self.request.data
        if not isinstance(data, Mapping):
            raise Invalid("Send a JSON object.")
        return data

    def do(self, action: Callable[[], T]) -> T:
        """Carry out an action; in a dry run undo it, its audit entry and what waits for commit."""
        if not self.is_dry_run:
            return action()
        with transaction.atomic():
            result = action()
            transaction.set_rollback(True)
        return result

    def preview(self, kind: str, data: Mapping[str, Any], app: App | None = None) -> Response:
        """Answer with what would happen. Raises Invalid with all complaints."""
        found = actions.preview(user=self.user, tenant=self.tenant, kind=kind, data=data, app=app)
        if found.errors:
            raise Invalid(fields=found.errors)
        return Response(PreviewOutput(found).data)


def merged(spec: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec with a merge patch applied (RFC 7396): null removes, objects merge.

    Of `replicas` and `autoscale` the one that comes replaces the other.
    """
    result = _merge(spec, patch)
    if patch.get("autoscale") is not None and "replicas" not in patch:
        result.pop("replicas", None)
    elif patch.get("replicas") is not None and "autoscale" not in patch:
        result.pop("autoscale", None)
    return result


def _merge(target: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            before = result.get(key)
            result[key] = _merge(before if isinstance(before, Mapping) else {}, value)
        else:
            result[key] = value
    return result
