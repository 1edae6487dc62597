"""The operators' admin: accounts are made there, the rest is read-only."""

from __future__ import annotations

import pytest

from tenants.models import AuditEntry, Tenant, User
from tests.conftest import ClientOf
from tests.factories import PASSWORD, AuditEntryFactory

USERS = "/admin/tenants/user/"


def account(**changed: str) -> dict[str, str]:
    inline = {
        f"memberships-{name}": "0"
        for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
    }
    return inline | changed


@pytest.fixture
def operator(root: User) -> User:
    """Return an operator who has no Django permissions."""
    root.is_superuser = False
    root.save()
    return root


def test_an_operator_makes_and_disables_accounts(client_of: ClientOf, operator: User) -> None:
    client = client_of(operator)
    data = account(username="dana", password1=PASSWORD, password2=PASSWORD, usable_password="true")
    assert client.post(f"{USERS}add/", data).status_code == 302
    dana = User.objects.get(username="dana")
    assert dana.check_password(PASSWORD)
    assert client.post(f"{USERS}{dana.pk}/change/", account(username="dana")).status_code == 302
    dana.refresh_from_db()
    assert not dana.is_active
    entries = AuditEntry.objects.order_by("id").values_list("actor", "action", "object_name")
    assert list(entries) == [("root", "user.create", "dana"), ("root", "user.change", "dana")]
    assert PASSWORD not in str(list(AuditEntry.objects.values()))


def test_nobody_is_made_a_superuser_here(client_of: ClientOf, operator: User, bob: User) -> None:
    data = account(username="bob", is_active="on", is_superuser="on")
    client_of(operator).post(f"{USERS}{bob.pk}/change/", data)
    bob.refresh_from_db()
    assert not bob.is_superuser


def test_records_are_read_only(client_of: ClientOf, root: User, team_a: Tenant, bob: User) -> None:
    entry = AuditEntryFactory(tenant=team_a)
    client = client_of(root)
    assert client.get("/admin/").status_code == 200
    for path in (f"auditentry/{entry.pk}", f"tenant/{team_a.pk}"):
        assert client.get(f"/admin/tenants/{path}/change/").status_code == 200
        assert client.post(f"/admin/tenants/{path}/change/", {}).status_code == 403
        assert client.post(f"/admin/tenants/{path}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/tenants/tenant/add/").status_code == 403
    assert client.post(f"{USERS}{bob.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/tenants/auditentry/?q=alice").status_code == 200


def test_others_stay_outside(client_of: ClientOf, alice: User) -> None:
    assert client_of(alice).get(USERS).status_code == 302
