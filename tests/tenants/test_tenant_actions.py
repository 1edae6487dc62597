"""Creating, changing and deleting tenants."""

from __future__ import annotations

from typing import Any

import pytest

from console.cluster.protocol import Ref
from console.errors import Conflict, Invalid, NotFound, Refused
from tenants import actions, sync
from tenants.models import AuditEntry, Leftover, Outcome, Role, Tenant, User
from tenants.quota import Quota
from tests.conftest import Commits
from tests.factories import AppFactory, VolumeFactory
from tests.fakes import FakeCluster

NAMESPACE = Ref("Namespace", "tenant-vision")


def create(root: User, **given: Any) -> Tenant:
    return actions.create_tenant(user=root, slug="vision", **given)


def test_a_tenant_gets_its_namespace_after_commit(
    root: User, cluster: FakeCluster, commits: Commits
) -> None:
    with commits():
        tenant = create(root, title=" Vision ", owner="root", quota=Quota(cpu_milli=2000))
        assert NAMESPACE not in cluster.objects
    assert cluster.names("ResourceQuota", "tenant-vision") == ["tenant"]
    assert cluster.names("LimitRange", "tenant-vision") == ["tenant"]
    assert tenant.title == "Vision"
    assert tenant.memberships.get().role == Role.OWNER
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.tenant) == ("root", "tenant.create", tenant)
    assert entry.after["cpu"] == "2"


def test_only_operators_create_tenants(alice: User) -> None:
    with pytest.raises(Refused):
        actions.create_tenant(user=alice, slug="vision")
    assert not Tenant.objects.filter(slug="vision").exists()
    assert AuditEntry.objects.get().outcome == Outcome.REFUSED


@pytest.mark.parametrize(
    "slug", ["", "Vision", "1st", "-a", "a-", "a" * 41, "a b", "../x", "team-a"]
)
def test_a_bad_or_taken_name_is_told(slug: str, root: User, team_a: Tenant) -> None:
    with pytest.raises(Invalid) as caught:
        actions.create_tenant(user=root, slug=slug)
    assert "slug" in caught.value.fields
    assert Tenant.objects.count() == 1


def test_an_unknown_owner_creates_nothing(root: User) -> None:
    with pytest.raises(Invalid) as caught:
        create(root, owner="nobody")
    assert "owner" in caught.value.fields
    assert not Tenant.objects.exists()


def test_a_cluster_that_is_down_is_told_on_the_row_and_mended(
    root: User, cluster: FakeCluster, commits: Commits
) -> None:
    with cluster.failing(), commits():
        tenant = create(root)
    tenant.refresh_from_db()
    assert tenant.sync_error == "The cluster does not answer."
    sync.mend()
    tenant.refresh_from_db()
    assert tenant.sync_error == ""
    assert NAMESPACE in cluster.objects


def test_a_quota_reaches_the_cluster(root: User, cluster: FakeCluster, commits: Commits) -> None:
    with commits():
        tenant = create(root)
        actions.change_quota(user=root, tenant=tenant, quota=Quota(gpu_count=4))
    hard = cluster.objects[Ref("ResourceQuota", "tenant", "tenant-vision")]["spec"]["hard"]
    assert hard["requests.nvidia.com/gpu"] == "4"
    entry = AuditEntry.objects.get(action="tenant.change-quota")
    assert (entry.before, entry.after) == ({"gpu": "0"}, {"gpu": "4"})


def test_owners_do_not_change_their_quota(alice: User, team_a: Tenant) -> None:
    with pytest.raises(Refused):
        actions.change_quota(user=alice, tenant=team_a, quota=Quota(gpu_count=4))
    team_a.refresh_from_db()
    assert team_a.gpu_count == 0
    assert AuditEntry.objects.get(tenant=team_a).outcome == Outcome.REFUSED


def test_outsiders_learn_nothing(charlie: User, team_a: Tenant) -> None:
    with pytest.raises(NotFound):
        actions.change_quota(user=charlie, tenant=team_a, quota=Quota())
    with pytest.raises(NotFound):
        actions.delete_tenant(user=charlie, tenant=team_a)
    assert not AuditEntry.objects.exists()


def test_deletion_takes_the_namespace(root: User, cluster: FakeCluster, commits: Commits) -> None:
    with commits():
        tenant = create(root, owner="root")
    with commits():
        actions.delete_tenant(user=root, tenant=tenant)
        assert NAMESPACE in cluster.objects
    assert NAMESPACE not in cluster.objects
    assert not Leftover.objects.exists()
    entries = AuditEntry.objects.filter(tenant=None).values_list("action", "tenant_name")
    assert list(entries) == [("tenant.delete", "vision"), ("tenant.create", "vision")]


def test_deletion_goes_on_when_the_cluster_is_back(
    root: User, cluster: FakeCluster, commits: Commits
) -> None:
    with commits():
        tenant = create(root)
    with cluster.failing(), commits():
        actions.delete_tenant(user=root, tenant=tenant)
    assert NAMESPACE in cluster.objects
    with pytest.raises(Conflict, match="still being removed"):
        create(root)
    sync.mend()
    assert NAMESPACE not in cluster.objects
    assert create(root).pk != tenant.pk


def test_deletion_is_refused_while_something_is_in_it(root: User, team_a: Tenant) -> None:
    AppFactory.create_batch(2, tenant=team_a)
    VolumeFactory(tenant=team_a)
    with pytest.raises(Conflict) as caught:
        actions.delete_tenant(user=root, tenant=team_a)
    assert "1 volume" in caught.value.message
    assert "2 apps" in caught.value.message
    assert Tenant.objects.filter(pk=team_a.pk).exists()
    entry = AuditEntry.objects.get()
    assert (entry.outcome, entry.tenant) == (Outcome.REFUSED, team_a)


def test_all_tenants_are_applied_at_start(
    team_a: Tenant, team_b: Tenant, cluster: FakeCluster
) -> None:
    sync.push_all()
    assert cluster.names("Namespace") == ["tenant-team-a", "tenant-team-b"]
    sync.push_tenant(-1)
