"""The REST API of tenants: same actions, same access, same errors as the pages."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.access import role_of_member, visible_tenants
from tenants.api_base import ConsoleView


class MyTenantOutput(serializers.Serializer[object]):
    name = serializers.CharField()
    role = serializers.CharField()


class MeOutput(serializers.Serializer[object]):
    username = serializers.CharField()
    is_operator = serializers.BooleanField()
    is_auditor = serializers.BooleanField()
    tenants = MyTenantOutput(many=True)


class MeView(ConsoleView):
    @extend_schema(responses=MeOutput)
    def get(self, request: Request) -> Response:
        """Return who asks, and their role in each tenant they can see."""
        tenants = visible_tenants(self.user).with_role_of(self.user)
        return Response(
            {
                "username": self.user.username,
                "is_operator": self.user.is_staff,
                "is_auditor": self.user.is_auditor,
                "tenants": [
                    {"name": tenant.slug, "role": role_of_member(self.user, tenant.member_role)}
                    for tenant in tenants
                ],
            }
        )
