"""The REST API of pods, read from the cluster cache."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api_base import listing
from workloads import queries, tables
from workloads.api.base import WorkloadView
from workloads.api.serializers import PodOutput


class PodListView(WorkloadView):
    @listing("pods_list", PodOutput, tag="pods")
    def get(self, request: Request, tenant: str) -> Response:
        """List the pods of the tenant's Apps and Jobs."""
        return self.page(tables.PODS, queries.pods_in(self.tenant), PodOutput)


class PodDetailView(WorkloadView):
    @extend_schema(responses=PodOutput, tags=["pods"])
    def get(self, request: Request, tenant: str, name: str) -> Response:
        """Show a pod with its state and why."""
        return Response(PodOutput(queries.pod_in(self.tenant, name)).data)
