"""Volumes: actions, manifest, sync, page and API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from console.cluster.protocol import Ref
from console.errors import Conflict, Invalid, NotFound, QuotaExceeded, Refused
from tenants import sync as tenant_sync
from tenants.models import AuditEntry, Leftover, Outcome, Tenant, User
from tenants.storage import actions, sync
from tenants.storage.claims import claim
from tenants.storage.models import Volume
from tests.conftest import ApiOf, ClientOf, Commits
from tests.factories import AppFactory, JobFactory, VolumeFactory
from tests.fakes import FakeCluster

PAGE = "/t/team-a/volumes/"
API = "/api/v1/tenants/team-a/volumes/"
HTMX = {"HX-Request": "true"}
CLAIM = Ref("PersistentVolumeClaim", "volume-data", "tenant-team-a")
MIB = 2**20


@pytest.fixture
def namespace(team_a: Tenant, cluster: FakeCluster) -> None:
    """Apply the tenant's Namespace, as its creation would have."""
    tenant_sync.push_tenant(team_a.pk)


def mounts(name: str) -> dict[str, Any]:
    return {"name": "x", "image": "y", "mounts": [{"volume": name, "path": "/data"}]}


def test_the_claim() -> None:
    manifest = claim(
        slug="team-a",
        namespace="tenant-team-a",
        name="data",
        claim_name="volume-data",
        size_bytes=512 * MIB,
    )
    assert manifest == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": "volume-data",
            "namespace": "tenant-team-a",
            "labels": {
                "app.kubernetes.io/managed-by": "moonbase",
                "moonbase.dev/tenant": "team-a",
                "moonbase.dev/kind": "volume",
                "moonbase.dev/name": "data",
            },
        },
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "512Mi"}},
        },
    }


@pytest.mark.usefixtures("namespace")
def test_a_volume_comes_and_goes(
    bob: User, team_a: Tenant, cluster: FakeCluster, commits: Commits
) -> None:
    with commits():
        volume = actions.create_volume(user=bob, tenant=team_a, name="data")
        assert CLAIM not in cluster.objects
    assert CLAIM in cluster.objects
    with commits():
        actions.delete_volume(user=bob, volume=volume)
    assert CLAIM not in cluster.objects
    assert not Leftover.objects.exists()
    entries = AuditEntry.objects.values_list("action", "object_name", "outcome")
    assert list(entries) == [("volume.delete", "data", "done"), ("volume.create", "data", "done")]


@pytest.mark.usefixtures("namespace")
def test_a_cluster_that_is_down_is_mended(
    bob: User, team_a: Tenant, cluster: FakeCluster, commits: Commits
) -> None:
    with cluster.failing(), commits():
        volume = actions.create_volume(user=bob, tenant=team_a, name="data")
    volume.refresh_from_db()
    assert volume.sync_error == "The cluster does not answer."
    sync.mend()
    volume.refresh_from_db()
    assert (volume.sync_error, CLAIM in cluster.objects) == ("", True)
    with cluster.failing(), commits():
        actions.delete_volume(user=bob, volume=volume)
    with pytest.raises(Conflict, match="still being removed"):
        actions.create_volume(user=bob, tenant=team_a, name="data")
    tenant_sync.mend()
    assert CLAIM not in cluster.objects
    actions.create_volume(user=bob, tenant=team_a, name="data")


@pytest.mark.usefixtures("namespace")
def test_all_volumes_are_applied_at_start(team_a: Tenant, cluster: FakeCluster) -> None:
    VolumeFactory(tenant=team_a, name="data")
    sync.push_all()
    assert CLAIM in cluster.objects
    sync.push_volume(-1)


@pytest.mark.parametrize("name", ["", "Data", "../data", "a/b", "a" * 41, "taken"])
def test_a_bad_or_taken_name_is_told(name: str, bob: User, team_a: Tenant) -> None:
    VolumeFactory(tenant=team_a, name="taken")
    with pytest.raises(Invalid) as caught:
        actions.create_volume(user=bob, tenant=team_a, name=name)
    assert "name" in caught.value.fields


def test_tenants_do_not_share_names(bob: User, team_a: Tenant, team_b: Tenant) -> None:
    VolumeFactory(tenant=team_b, name="data")
    assert actions.create_volume(user=bob, tenant=team_a, name="data").pk


def test_the_quota_bounds_sizes_and_numbers(
    bob: User, team_a: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tenant.objects.filter(pk=team_a.pk).update(storage_bytes=100 * MIB)
    VolumeFactory(tenant=team_a, size_bytes=70 * MIB)
    with pytest.raises(QuotaExceeded, match=r"30 MiB of 100 MiB are left, 10 MiB too little"):
        actions.create_volume(user=bob, tenant=team_a, name="data", size_bytes=40 * MIB)
    assert AuditEntry.objects.get().outcome == Outcome.REFUSED
    with pytest.raises(Invalid):
        actions.create_volume(user=bob, tenant=team_a, name="data", size_bytes=0)
    monkeypatch.setattr(actions, "MOST_VOLUMES", 1)
    with pytest.raises(QuotaExceeded, match="as many as a tenant may have"):
        actions.create_volume(user=bob, tenant=team_a, name="data", size_bytes=1)


def test_who_mounts_it_is_named(bob: User, team_a: Tenant, team_b: Tenant) -> None:
    volume = VolumeFactory(tenant=team_a, name="data")
    AppFactory(tenant=team_a, name="digits", spec=mounts("data"))
    AppFactory(tenant=team_b, name="other", spec=mounts("data"))
    JobFactory(tenant=team_a, name="train", spec=mounts("other"))
    assert actions.mounted_by(volume) == ["App “digits”"]
    with pytest.raises(Conflict, match="is mounted by App “digits”"):
        actions.delete_volume(user=bob, volume=volume)
    JobFactory.create_batch(7, tenant=team_a, spec=mounts("data"))
    with pytest.raises(Conflict, match=r"and 3 more\."):
        actions.delete_volume(user=bob, volume=volume)
    assert Volume.objects.filter(pk=volume.pk).exists()


def test_viewers_and_outsiders(vera: User, charlie: User, team_a: Tenant) -> None:
    volume = VolumeFactory(tenant=team_a)
    with pytest.raises(Refused):
        actions.create_volume(user=vera, tenant=team_a, name="data")
    with pytest.raises(Refused):
        actions.delete_volume(user=vera, volume=volume)
    with pytest.raises(NotFound):
        actions.create_volume(user=charlie, tenant=team_a, name="data")
    with pytest.raises(NotFound):
        actions.delete_volume(user=charlie, volume=volume)
    assert AuditEntry.objects.filter(actor="vera", outcome="refused").count() == 2
    assert not AuditEntry.objects.filter(actor="charlie").exists()


def test_the_page_full_and_partial(client_of: ClientOf, bob: User, team_a: Tenant) -> None:
    VolumeFactory(tenant=team_a, name="data")
    AppFactory(tenant=team_a, name="digits", spec=mounts("data"))
    client = client_of(bob)
    full = client.get(PAGE).content.decode()
    assert "New volume" in full
    assert "App “digits”" in full
    assert "<html" not in client.get(PAGE, headers=HTMX).content.decode()


def test_the_page_for_others(
    client_of: ClientOf, vera: User, charlie: User, team_a: Tenant
) -> None:
    VolumeFactory(tenant=team_a, name="data")
    page = client_of(vera).get(PAGE).content.decode()
    assert "New volume" not in page
    assert "/data/delete/" not in page
    assert client_of(charlie).get(PAGE).status_code == 404
    assert Client().get(PAGE).status_code == 302


def test_the_page_takes_few_queries(
    client_of: ClientOf, bob: User, team_a: Tenant, django_assert_num_queries: Any
) -> None:
    VolumeFactory.create_batch(40, tenant=team_a)
    client = client_of(bob)
    client.get(PAGE)
    with django_assert_num_queries(8):
        client.get(PAGE)


def test_creating_on_the_page(client_of: ClientOf, bob: User, team_a: Tenant) -> None:
    client = client_of(bob)
    response = client.post(PAGE, {"name": "data", "size": "2 GiB"})
    assert (response.status_code, response["Location"]) == (303, PAGE)
    assert Volume.objects.get().size_bytes == 2 * 2**30
    for data, message in (
        ({"name": "data", "size": "1Gi"}, "There is a volume “data” already."),
        ({"name": "more", "size": "much"}, "“much” is not an amount of memory"),
        ({"name": "more", "size": "0"}, "at least one byte"),
        ({"name": "more", "size": "50 GiB"}, "too little"),
    ):
        response = client.post(PAGE, data, headers=HTMX)
        assert response.status_code == 200
        assert message in response.content.decode()
        assert f'value="{data["size"]}"' in response.content.decode()


def test_deleting_on_the_page(client_of: ClientOf, bob: User, team_a: Tenant) -> None:
    VolumeFactory(tenant=team_a, name="data")
    client = client_of(bob)
    address = f"{PAGE}data/delete/"
    assert "All its files go" in client.get(address).content.decode()
    wrong = client.post(address, {"confirm_name": "dat"})
    assert "Type “data” to confirm." in wrong.content.decode()
    assert Volume.objects.exists()
    assert client.post(address, {"confirm_name": "data"})["Location"] == PAGE
    assert not Volume.objects.exists()
    assert client.get(address).status_code == 404


def test_the_api(api: ApiOf, bob: User, team_a: Tenant) -> None:
    client = api(bob)
    made = client.post(API, {"name": "data"}, format="json")
    assert made.status_code == 201
    assert made.json()["size"] == "1Gi"
    AppFactory(tenant=team_a, name="digits", spec=mounts("data"))
    shown = client.get(f"{API}data/").json()
    assert shown["mounted_by"] == ["App “digits”"]
    assert client.get(API).json()["items"] == [shown]
    refused = client.delete(f"{API}data/")
    assert refused.status_code == 409
    assert "App “digits”" in refused.json()["detail"]
    team_a.apps.all().delete()
    assert client.delete(f"{API}data/").status_code == 204
    assert client.get(f"{API}data/").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "name"), ({"name": "A B"}, "name"), ({"name": "ok", "size": "much"}, "size")],
)
def test_bad_input_to_the_api(body: object, field: str, api: ApiOf, bob: User) -> None:
    response = api(bob).post(API, body, format="json")
    assert response.status_code == 422
    assert field in response.json()["errors"]
