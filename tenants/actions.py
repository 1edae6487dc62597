"""Everything a user can do to tenants, their members and the user's own tokens.

Each function checks access, writes the row and the audit entry in one transaction, and leaves the
cluster and the browsers to after commit.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from console.cluster.protocol import Ref
from console.errors import Conflict, Invalid, NotFound
from console.realtime.publish import publish_on_commit
from console.web.events import Event
from tenants import access, audit, sync
from tenants.access import Permission
from tenants.models import ApiToken, Membership, Role, Tenant, User
from tenants.quota import Quota, quota_of, written

MOST_TOKENS = 50
KEEPS_NO_TENANT = frozenset({"memberships", "audit_entries"})


def create_tenant(
    *, user: User, slug: str, title: str = "", quota: Quota | None = None, owner: str = ""
) -> Tenant:
    """Create a tenant and its Namespace; `owner` is the username of its first member.

    Raises Refused (not an operator), Invalid (the name), Conflict (the name's former Namespace).
    """
    with audit.attempt(user, "tenant.create", kind="tenant", name=slug) as entry:
        access.require_operator(user, "create a tenant")
        tenant = Tenant(slug=slug, title=title.strip(), **asdict(quota or Quota()))
        _validate(tenant)
        if sync.is_leaving(Ref("Namespace", f"tenant-{slug}")):
            raise Conflict(
                f"The Namespace of a former tenant “{slug}” is still being removed.",
                hint="Try again in a moment, or take another name.",
            )
        tenant.save()
        if owner:
            person = _person(owner, field="owner")
            Membership.objects.create(tenant=tenant, user=person, role=Role.OWNER)
        entry.tenant = tenant
        named = {"title": tenant.title, "owner": owner}
        entry.after = {word: text for word, text in named.items() if text}
        entry.after |= written(quota_of(tenant))
        transaction.on_commit(partial(sync.push_tenant, tenant.pk))
    return tenant


def change_quota(*, user: User, tenant: Tenant, quota: Quota) -> Tenant:
    """Give a tenant another quota; what runs already goes on even where it is more than that."""
    with audit.attempt(
        user, "tenant.change-quota", tenant=tenant, kind="tenant", name=tenant.slug
    ) as entry:
        access.require(user, tenant, Permission.VIEW)
        access.require_operator(user, "change a quota")
        before, after = written(quota_of(tenant)), written(quota)
        entry.before = {word: text for word, text in before.items() if after[word] != text}
        entry.after = {word: after[word] for word in entry.before}
        for column, amount in asdict(quota).items():
            setattr(tenant, column, amount)
        tenant.save(update_fields=list(asdict(quota)))
        transaction.on_commit(partial(sync.push_tenant, tenant.pk))
    return tenant


def delete_tenant(*, user: User, tenant: Tenant) -> None:
    """Delete a tenant and its Namespace. Raises Conflict while anything but members is in it."""
    with audit.attempt(
        user, "tenant.delete", tenant=tenant, kind="tenant", name=tenant.slug
    ) as entry:
        access.require(user, tenant, Permission.VIEW)
        access.require_operator(user, "delete a tenant")
        left = things_in(tenant)
        if left:
            raise Conflict(
                f"“{tenant}” still has {_listed(left)}.",
                hint="Delete these first, then the tenant.",
            )
        entry.before = {"slug": tenant.slug, "title": tenant.title} | written(quota_of(tenant))
        publish_on_commit(tenant.channel, Event.MEMBERS_CHANGED, {})
        sync.leave(Ref("Namespace", tenant.namespace))
        Tenant.objects.filter(pk=tenant.pk).delete()
        entry.tenant = None


def things_in(tenant: Tenant) -> list[str]:
    """Return "2 apps", "1 volume", ...: the rows of all apps that belong to a tenant."""
    found = []
    for relation in Tenant._meta.related_objects:
        if relation.get_accessor_name() in KEEPS_NO_TENANT:
            continue
        model = relation.related_model
        count = model._default_manager.filter(**{relation.field.name: tenant}).count()
        if count:
            names = model._meta
            noun = names.verbose_name if count == 1 else names.verbose_name_plural
            found.append(f"{count} {noun}")
    return found


def add_member(*, user: User, tenant: Tenant, username: str, role: Role) -> Membership:
    """Admit a user to a tenant. Raises Invalid for an unknown user or one who is in it."""
    with audit.attempt(user, "member.add", tenant=tenant, kind="member", name=username) as entry:
        access.require(user, tenant, Permission.MANAGE)
        membership = Membership(tenant=tenant, user=_person(username), role=role)
        try:
            with transaction.atomic():
                membership.save()
        except IntegrityError as error:
            message = f"“{username}” is a member already; change the role in the table."
            raise Invalid(fields={"username": [message]}) from error
        entry.after = {"role": str(role)}
        publish_on_commit(tenant.channel, Event.MEMBERS_CHANGED, {})
    return membership


def change_role(*, user: User, tenant: Tenant, username: str, role: Role) -> Membership:
    """Give a member another role. Raises Conflict for the last owner."""
    with audit.attempt(
        user, "member.change-role", tenant=tenant, kind="member", name=username
    ) as entry:
        access.require(user, tenant, Permission.MANAGE)
        membership = _membership(tenant, username)
        _keep_an_owner(membership, role)
        entry.before, entry.after = {"role": membership.role}, {"role": str(role)}
        membership.role = role
        membership.save(update_fields=["role"])
        publish_on_commit(tenant.channel, Event.MEMBERS_CHANGED, {})
    return membership


def remove_member(*, user: User, tenant: Tenant, username: str) -> None:
    """End a membership; members may leave by themselves. Raises Conflict for the last owner."""
    with audit.attempt(user, "member.remove", tenant=tenant, kind="member", name=username) as entry:
        own = username == user.username
        access.require(user, tenant, Permission.VIEW if own else Permission.MANAGE)
        membership = _membership(tenant, username)
        _keep_an_owner(membership, None)
        entry.before = {"role": membership.role}
        membership.delete()
        publish_on_commit(tenant.channel, Event.MEMBERS_CHANGED, {})


def issue_token(*, user: User, lifetime: timedelta | None = None) -> tuple[ApiToken, str]:
    """Make a token of the user's own and return it with its secret, which can't be had again.

    Expired ones are forgotten. Raises Conflict above MOST_TOKENS.
    """
    with audit.attempt(user, "token.issue", kind="token") as entry:
        user.api_tokens.filter(expires_at__lte=timezone.now()).delete()
        if user.api_tokens.count() >= MOST_TOKENS:
            raise Conflict(
                f"You have {MOST_TOKENS} tokens, as many as one person may have.",
                hint="Revoke one that is not used any more.",
            )
        kept = lifetime or timedelta(hours=settings.TOKEN_LIFETIME_HOURS)
        token, secret = ApiToken.issue(user, timezone.now() + kept)
        entry.object_name = token.hint
        entry.after = {"expires_at": token.expires_at.isoformat(timespec="seconds")}
    return token, secret


def revoke_token(*, user: User, token_id: int) -> None:
    """End one of the user's own tokens. Raises NotFound."""
    with audit.attempt(user, "token.revoke", kind="token") as entry:
        token = user.api_tokens.filter(pk=token_id).first()
        if token is None:
            raise NotFound("You have no such token.")
        entry.object_name = token.hint
        token.delete()


def change_password(*, user: User, password: str) -> None:
    """Set the user's own password and end their tokens; the caller has asked for the old one."""
    with audit.attempt(user, "user.change-password", kind="user", name=user.username) as entry:
        user.set_password(password)
        user.save(update_fields=["password"])
        revoked, _ = user.api_tokens.all().delete()
        entry.after = {"revoked_tokens": revoked}


def _person(username: str, *, field: str = "username") -> User:
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        message = f"There is no user “{username[:150]}”. An operator can create the account."
        raise Invalid(fields={field: [message]})
    return person


def _membership(tenant: Tenant, username: str) -> Membership:
    """Return a member's row, locked until the action ends."""
    members = Membership.objects.select_for_update().filter(tenant=tenant)
    membership = members.filter(user__username=username).first()
    if membership is None:
        raise NotFound(f"“{username[:150]}” is not a member of “{tenant}”.")
    return membership


def _keep_an_owner(membership: Membership, role: Role | None) -> None:
    """Raise Conflict if this change would leave the tenant without an owner."""
    if membership.role != Role.OWNER or role == Role.OWNER:
        return
    owners = Membership.objects.select_for_update().filter(
        tenant=membership.tenant_id, role=Role.OWNER
    )
    if len(owners) == 1:
        raise Conflict(
            f"“{membership.user.username}” is the last owner of “{membership.tenant}”.",
            hint="Make somebody else an owner first.",
        )


def _validate(tenant: Tenant) -> None:
    try:
        tenant.full_clean(exclude=["namespace"])
    except ValidationError as error:
        raise Invalid(fields=error.message_dict) from error


def _listed(words: list[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
