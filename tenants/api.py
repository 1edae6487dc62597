"""The REST API of tenants: same actions, same access, same errors as the pages."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.serializer_helpers import ReturnDict

from tenants import access, actions, quota, sign_in, tables
from tenants.access import Permission, role_of_member, visible_tenants
from tenants.api_base import ConsoleView, TenantView, listing
from tenants.api_serializers import (
    AuditOutput,
    CredentialsInput,
    IssuedTokenOutput,
    MemberInput,
    MemberOutput,
    MeOutput,
    QuotaInput,
    RoleInput,
    TenantDetailOutput,
    TenantInput,
    TenantOutput,
    TokenOutput,
)
from tenants.authentication import TokenAuthentication
from tenants.models import AuditEntry, Role, Tenant
from tenants.queries import members_of


class TokenView(ConsoleView):
    """Sign in with a password, sign out with the token."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Return nothing for POST, where an old token or session must not be in the way."""
        asked = self.request.method if self.request else None
        return [] if asked == "POST" else [TokenAuthentication()]

    def get_permissions(self) -> list[BasePermission]:
        """Return that anybody may try to sign in."""
        return [AllowAny() if self.request.method == "POST" else IsAuthenticated()]

    def get_authenticate_header(self, request: Request) -> str:
        """Return the challenge; DRF finds none where there are no authenticators."""
        return TokenAuthentication().authenticate_header(request)

    @extend_schema(
        request=CredentialsInput, responses={201: IssuedTokenOutput}, auth=[], tags=["token"]
    )
    def post(self, request: Request) -> Response:
        """Issue a token for a username and a password; 429 after too many failures."""
        data = self.read(CredentialsInput)
        wait = sign_in.seconds_to_wait(request._request, data["username"])
        if wait:
            raise Throttled(wait)
        user = sign_in.check_password(request._request, data["username"], data["password"])
        if user is None:
            raise AuthenticationFailed("The username or the password is wrong.")
        token, secret = actions.issue_token(user=user)
        return Response({"token": secret, "expires_at": token.expires_at}, status=201)

    @extend_schema(request=None, responses={204: None}, tags=["token"])
    def delete(self, request: Request) -> Response:
        """Revoke the token that is presented."""
        actions.revoke_token(user=self.user, token_id=request.auth.pk)
        return Response(status=204)


class TokenListView(ConsoleView):
    @listing("tokens_list", TokenOutput, tag="token")
    def get(self, request: Request) -> Response:
        """List your own tokens, without their secrets."""
        return self.page(tables.TOKENS, self.user.api_tokens.all(), TokenOutput)


class TokenDetailView(ConsoleView):
    @extend_schema(responses={204: None}, tags=["token"])
    def delete(self, request: Request, token: int) -> Response:
        """Revoke one of your own tokens."""
        actions.revoke_token(user=self.user, token_id=token)
        return Response(status=204)


class MeView(ConsoleView):
    @extend_schema(responses=MeOutput, tags=["token"])
    def get(self, request: Request) -> Response:
        """Say who asks, and their role in each tenant they can see."""
        tenants = visible_tenants(self.user).with_role_of(self.user)
        return Response(
            {
                "username": self.user.username,
                "is_operator": self.user.is_staff,
                "is_auditor": self.user.is_auditor,
                "tenants": [
                    {"slug": tenant.slug, "role": role_of_member(self.user, tenant.member_role)}
                    for tenant in tenants
                ],
            }
        )


class TenantListView(ConsoleView):
    @listing("tenants_list", TenantOutput, tag="tenants")
    def get(self, request: Request) -> Response:
        """List the tenants that you can see."""
        tenants = visible_tenants(self.user).with_role_of(self.user)
        return self.page(tables.TENANTS, tenants, TenantOutput)

    @extend_schema(request=TenantInput, responses={201: TenantDetailOutput}, tags=["tenants"])
    def post(self, request: Request) -> Response:
        """Create a tenant; for operators."""
        data = self.read(TenantInput)
        tenant = actions.create_tenant(
            user=self.user,
            slug=data["slug"],
            title=data["title"],
            owner=data["owner"],
            quota=quota.parse(data.get("quota", {})),
        )
        return Response(_detail(self, tenant), status=201)


class TenantDetailView(TenantView):
    @extend_schema(responses=TenantDetailOutput, tags=["tenants"])
    def get(self, request: Request, tenant: str) -> Response:
        """Show a tenant with its quota and what is used of it."""
        return Response(_detail(self, self.tenant))

    @extend_schema(request=QuotaInput, responses=TenantDetailOutput, tags=["tenants"])
    def patch(self, request: Request, tenant: str) -> Response:
        """Change the quota; amounts left out stay. For operators."""
        words = self.read(QuotaInput)["quota"]
        wanted = quota.parse(words, quota.quota_of(self.tenant))
        actions.change_quota(user=self.user, tenant=self.tenant, quota=wanted)
        return Response(_detail(self, self.tenant))

    @extend_schema(responses={204: None}, tags=["tenants"])
    def delete(self, request: Request, tenant: str) -> Response:
        """Delete a tenant in which nothing is left; for operators."""
        actions.delete_tenant(user=self.user, tenant=self.tenant)
        return Response(status=204)


class MemberListView(TenantView):
    @listing("members_list", MemberOutput, tag="members")
    def get(self, request: Request, tenant: str) -> Response:
        """List the members."""
        return self.page(tables.MEMBERS, members_of(self.tenant), MemberOutput)

    @extend_schema(request=MemberInput, responses={201: MemberOutput}, tags=["members"])
    def post(self, request: Request, tenant: str) -> Response:
        """Admit a user; for owners."""
        data = self.read(MemberInput)
        membership = actions.add_member(
            user=self.user, tenant=self.tenant, username=data["username"], role=Role(data["role"])
        )
        return Response(MemberOutput(membership).data, status=201)


class MemberDetailView(TenantView):
    @extend_schema(request=RoleInput, responses=MemberOutput, tags=["members"])
    def patch(self, request: Request, tenant: str, username: str) -> Response:
        """Change a member's role; for owners."""
        role = Role(self.read(RoleInput)["role"])
        membership = actions.change_role(
            user=self.user, tenant=self.tenant, username=username, role=role
        )
        return Response(MemberOutput(membership).data)

    @extend_schema(responses={204: None}, tags=["members"])
    def delete(self, request: Request, tenant: str, username: str) -> Response:
        """Remove a member; for owners, and for members themselves."""
        actions.remove_member(user=self.user, tenant=self.tenant, username=username)
        return Response(status=204)


class TenantAuditView(TenantView):
    permission: ClassVar = {"GET": Permission.AUDIT}

    @listing("tenant_audit_list", AuditOutput, tag="audit")
    def get(self, request: Request, tenant: str) -> Response:
        """List who did what in a tenant; for owners and auditors."""
        return self.page(tables.AUDIT, self.tenant.audit_entries.all(), AuditOutput)


class AuditView(ConsoleView):
    @listing("audit_list", AuditOutput, tag="audit")
    def get(self, request: Request) -> Response:
        """List who did what on the whole platform; for operators and auditors."""
        access.require_platform_audit(self.user)
        return self.page(tables.AUDIT, AuditEntry.objects.all(), AuditOutput)


def _detail(view: ConsoleView, tenant: Tenant) -> ReturnDict[str, object]:
    known = visible_tenants(view.user).with_role_of(view.user).get(pk=tenant.pk)
    return TenantDetailOutput(known, context={"user": view.user}).data
