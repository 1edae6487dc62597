"""The REST API of volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console.quantities import memory_quantity
from tenants.api_base import TenantView, listing
from tenants.storage import actions
from tenants.storage.forms import read_size
from tenants.storage.models import DEFAULT_SIZE, Volume
from tenants.storage.queries import volume_for, volumes_of
from tenants.storage.tables import VOLUMES


class VolumeInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=40)
    size = serializers.CharField(default=memory_quantity(DEFAULT_SIZE), help_text="1Gi")

    def validate_size(self, text: str) -> int:
        """Read the size in bytes."""
        try:
            return read_size(text)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


class VolumeOutput(serializers.Serializer[Volume]):
    name = serializers.CharField()
    size = serializers.SerializerMethodField()
    claim = serializers.CharField(source="claim_name")
    mounted_by = serializers.SerializerMethodField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    sync_error = serializers.CharField()

    def get_size(self, volume: Volume) -> str:
        """Return the size as Kubernetes writes it."""
        return memory_quantity(volume.size_bytes)

    def get_mounted_by(self, volume: Volume) -> list[str]:
        """Return who mounts it, one phrase each."""
        mounts: Mapping[str, list[str]] | None = self.context.get("mounts")
        return mounts.get(volume.name, []) if mounts is not None else actions.mounted_by(volume)


class VolumeListView(TenantView):
    @listing("volumes_list", VolumeOutput, tag="volumes")
    def get(self, request: Request, tenant: str) -> Response:
        """List the volumes."""
        mounts = actions.mounts_in(self.tenant)
        rows = volumes_of(self.user, self.tenant)
        return self.page(VOLUMES, rows, VolumeOutput, mounts=mounts)

    @extend_schema(request=VolumeInput, responses={201: VolumeOutput}, tags=["volumes"])
    def post(self, request: Request, tenant: str) -> Response:
        """Create a volume."""
        data = self.read(VolumeInput)
        volume = actions.create_volume(
            user=self.user, tenant=self.tenant, name=data["name"], size_bytes=data["size"]
        )
        return Response(VolumeOutput(volume).data, status=201)


class VolumeDetailView(TenantView):
    @extend_schema(responses=VolumeOutput, tags=["volumes"])
    def get(self, request: Request, tenant: str, name: str) -> Response:
        """Show a volume with what mounts it."""
        return Response(VolumeOutput(volume_for(self.user, self.tenant, name)).data)

    @extend_schema(responses={204: None}, tags=["volumes"])
    def delete(self, request: Request, tenant: str, name: str) -> Response:
        """Delete a volume with its files; 409 while an App or a Job mounts it."""
        actions.delete_volume(user=self.user, volume=volume_for(self.user, self.tenant, name))
        return Response(status=204)
