"""The REST API of Apps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.errors import Invalid
from tenants.api_base import listing
from workloads import actions, queries, tables
from workloads.api.base import DRY_RUN, EXPECTED, WorkloadView, merged
from workloads.api.serializers import (
    AppInput,
    AppOutput,
    RevisionOutput,
    RollbackInput,
    ScaleInput,
)
from workloads.models import App


class AppView(WorkloadView):
    """A view of one App."""

    @property
    def app(self) -> App:
        """Return the App of the address. Raises NotFound."""
        return queries.app_for(self.user, self.tenant, self.kwargs["name"])

    def act(self, action: Callable[..., App], **more: Any) -> Response:
        """Carry out an action on the App and show it."""
        app = self.app
        return Response(AppOutput(self.do(lambda: action(user=self.user, app=app, **more))).data)


class AppListView(WorkloadView):
    @listing("apps_list", AppOutput, tag="apps")
    def get(self, request: Request, tenant: str) -> Response:
        """List the Apps."""
        rows = queries.with_mine(queries.apps_of(self.user, self.tenant), self.user)
        return self.page(tables.APPS, rows, AppOutput)

    @extend_schema(
        request=AppInput, responses={201: AppOutput}, parameters=[DRY_RUN], tags=["apps"]
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Create an App and start it."""
        if self.is_dry_run:
            return self.preview("app", self.body)
        app = actions.create_app(user=self.user, tenant=self.tenant, data=self.body)
        return Response(AppOutput(app).data, status=201)


class AppDetailView(AppView):
    @extend_schema(responses=AppOutput, tags=["apps"])
    def get(self, request: Request, tenant: str, name: str) -> Response:
        """Show an App with its state and why."""
        return Response(AppOutput(self.app).data)

    @extend_schema(
        request=AppInput, responses=AppOutput, parameters=[DRY_RUN, EXPECTED], tags=["apps"]
    )
    def put(self, request: Request, tenant: str, name: str) -> Response:
        """Give an App another spec, which becomes its next revision."""
        return self._change(dict(self.body))

    @extend_schema(
        request=AppInput(partial=True),
        responses=AppOutput,
        parameters=[DRY_RUN, EXPECTED],
        tags=["apps"],
    )
    def patch(self, request: Request, tenant: str, name: str) -> Response:
        """Change some fields of the spec (a merge patch: null removes a field)."""
        return self._change(merged(self.app.spec, self.body))

    @extend_schema(responses={202: AppOutput}, parameters=[DRY_RUN], tags=["apps"])
    def delete(self, request: Request, tenant: str, name: str) -> Response:
        """Delete an App; it is gone once its objects are."""
        response = self.act(actions.delete_app)
        response.status_code = 202
        return response

    def _change(self, data: dict[str, Any]) -> Response:
        if self.is_dry_run:
            return self.preview("app", data, self.app)
        expected = self.request.query_params.get("expected_revision")
        return self.act(actions.change_app, data=data, expected_revision=_number(expected))


class AppScaleView(AppView):
    @extend_schema(request=ScaleInput, responses=AppOutput, parameters=[DRY_RUN], tags=["apps"])
    def post(self, request: Request, tenant: str, name: str) -> Response:
        """Run another number of replicas."""
        return self.act(actions.scale_app, replicas=self.read(ScaleInput)["replicas"])


class AppRestartView(AppView):
    @extend_schema(request=None, responses=AppOutput, parameters=[DRY_RUN], tags=["apps"])
    def post(self, request: Request, tenant: str, name: str) -> Response:
        """Replace every replica, a few at a time."""
        return self.act(actions.restart_app)


class AppStopView(AppView):
    @extend_schema(request=None, responses=AppOutput, parameters=[DRY_RUN], tags=["apps"])
    def post(self, request: Request, tenant: str, name: str) -> Response:
        """End all replicas and keep everything else."""
        return self.act(actions.stop_app)


class AppStartView(AppView):
    @extend_schema(request=None, responses=AppOutput, parameters=[DRY_RUN], tags=["apps"])
    def post(self, request: Request, tenant: str, name: str) -> Response:
        """Run a stopped App again."""
        return self.act(actions.start_app)


class AppRollbackView(AppView):
    @extend_schema(request=RollbackInput, responses=AppOutput, parameters=[DRY_RUN], tags=["apps"])
    def post(self, request: Request, tenant: str, name: str) -> Response:
        """Take the spec of an earlier revision up again; the scale stays."""
        data = self.read(RollbackInput)
        return self.act(
            actions.roll_back_app,
            number=data["revision"],
            expected_revision=data.get("expected_revision"),
        )


class AppRevisionsView(AppView):
    @extend_schema(
        operation_id="apps_revisions_list", responses=RevisionOutput(many=True), tags=["apps"]
    )
    def get(self, request: Request, tenant: str, name: str) -> Response:
        """List every spec that the App had, the newest first."""
        return Response(RevisionOutput(list(queries.revisions_of(self.app)), many=True).data)


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(fields={"expected_revision": ["Write a whole number."]})
    return int(text)
