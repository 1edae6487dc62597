"""The REST API of Jobs."""

from __future__ import annotations

from collections.abc import Callable

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api_base import listing
from workloads import actions, queries, tables
from workloads.api.base import DRY_RUN, WorkloadView
from workloads.api.serializers import JobInput, JobOutput
from workloads.models import Job


class JobView(WorkloadView):
    """A view of one Job."""

    @property
    def job(self) -> Job:
        """Return the Job of the address. Raises NotFound."""
        return queries.job_for(self.user, self.tenant, self.kwargs["name"])

    def act(self, action: Callable[..., Job]) -> Response:
        """Carry out an action on the Job and show it."""
        job = self.job
        return Response(JobOutput(self.do(lambda: action(user=self.user, job=job))).data)


class JobListView(WorkloadView):
    @listing("jobs_list", JobOutput, tag="jobs")
    def get(self, request: Request, tenant: str) -> Response:
        """List the Jobs."""
        rows = queries.with_mine(queries.jobs_of(self.user, self.tenant), self.user)
        return self.page(tables.JOBS, rows, JobOutput)

    @extend_schema(
        request=JobInput, responses={201: JobOutput}, parameters=[DRY_RUN], tags=["jobs"]
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Create a Job and run it."""
        if self.is_dry_run:
            return self.preview("job", self.body)
        job = actions.create_job(user=self.user, tenant=self.tenant, data=self.body)
        return Response(JobOutput(job).data, status=201)


class JobDetailView(JobView):
    @extend_schema(responses=JobOutput, tags=["jobs"])
    def get(self, request: Request, tenant: str, name: str) -> Response:
        """Show a Job with its state and why."""
        return Response(JobOutput(self.job).data)

    @extend_schema(responses={202: JobOutput}, parameters=[DRY_RUN], tags=["jobs"])
    def delete(self, request: Request, tenant: str, name: str) -> Response:
        """Delete a Job; it is gone once its objects are."""
        response = self.act(actions.delete_job)
        response.status_code = 202
        return response


class JobCancelView(JobView):
    @extend_schema(request=None, responses=JobOutput, parameters=[DRY_RUN], tags=["jobs"])
    def post(self, request: Request, tenant: str, name: str) -> Response:
        """End a Job that has not ended."""
        return self.act(actions.cancel_job)


class JobRetryView(JobView):
    @extend_schema(request=None, responses=JobOutput, parameters=[DRY_RUN], tags=["jobs"])
    def post(self, request: Request, tenant: str, name: str) -> Response:
        """Run a Job that has ended once more."""
        return self.act(actions.retry_job)
