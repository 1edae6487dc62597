"""What users do to Apps: the row, the audit entry, the cluster."""

from __future__ import annotations

from typing import Any

import pytest

from console.cluster.protocol import Ref
from console.errors import Conflict, Invalid, NotFound, QuotaExceeded, Refused
from tenants.models import AuditEntry, Outcome, Tenant, User
from tests.factories import VolumeFactory
from tests.fakes import FakeCluster
from tests.workloads.conftest import Committed
from workloads import actions
from workloads.models import App, Revision, State

WEB = {"name": "web", "image": "team/web:1"}


def last_entry() -> AuditEntry:
    entry = AuditEntry.objects.first()
    assert entry is not None
    return entry


def test_creating_an_app_reaches_row_audit_and_cluster(
    web: App, cluster: FakeCluster, namespace: str
) -> None:
    assert (web.state, web.replicas, web.revision, web.image) == ("pending", 2, 1, "team/web:1")
    assert (web.cpu_milli, web.memory_bytes, web.pod_count) == (1000, 2**30, 2)
    assert web.created_by == "bob"
    entry = last_entry()
    assert (entry.action, entry.actor, entry.object_name) == ("app.create", "bob", "web")
    assert entry.after["replicas"] == 2
    assert cluster.names("Deployment", namespace) == cluster.names("Service", namespace) == ["web"]
    assert ("apply", f"Deployment {namespace}/web", "bob") in cluster.actors
    web.refresh_from_db()
    assert web.sync_error == ""
    assert [r.reason for r in Revision.objects.filter(app=web)] == ["Created."]


@pytest.mark.parametrize("persona", ["vera", "audrey"])
def test_who_may_only_look_is_refused_and_that_is_recorded(
    persona: str, request: pytest.FixtureRequest, team_a: Tenant
) -> None:
    user: User = request.getfixturevalue(persona)
    with pytest.raises(Refused):
        actions.create_app(user=user, tenant=team_a, data=WEB)
    assert not App.objects.exists()
    entry = last_entry()
    assert (entry.action, entry.outcome, entry.object_name) == (
        "app.create",
        Outcome.REFUSED,
        "web",
    )


def test_an_outsider_learns_nothing(web: App, charlie: User) -> None:
    for act in (actions.stop_app, actions.delete_app, actions.restart_app):
        with pytest.raises(NotFound):
            act(user=charlie, app=web)


def test_every_action_refuses_a_viewer(web: App, vera: User) -> None:
    attempts: list[Any] = [
        lambda: actions.change_app(user=vera, app=web, data=WEB),
        lambda: actions.scale_app(user=vera, app=web, replicas=3),
        lambda: actions.roll_back_app(user=vera, app=web, number=1),
        lambda: actions.restart_app(user=vera, app=web),
        lambda: actions.stop_app(user=vera, app=web),
        lambda: actions.start_app(user=vera, app=web),
        lambda: actions.delete_app(user=vera, app=web),
    ]
    before = App.objects.values().get()
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    assert App.objects.values().get() == before
    refused = AuditEntry.objects.filter(outcome=Outcome.REFUSED, actor="vera")
    assert refused.count() == len(attempts)


def test_a_name_is_taken_once_a_tenant(web: App, bob: User, charlie: User, team_b: Tenant) -> None:
    with pytest.raises(Invalid) as caught:
        actions.create_app(user=bob, tenant=web.tenant, data=WEB)
    assert "is taken" in caught.value.fields["name"][0]
    assert actions.create_app(user=charlie, tenant=team_b, data=WEB).pk != web.pk
    actions.delete_app(user=bob, app=web)
    with pytest.raises(Invalid) as caught:
        actions.create_app(user=bob, tenant=web.tenant, data=WEB)
    assert "still being deleted" in caught.value.fields["name"][0]


def test_a_name_taken_in_the_last_moment_is_told_the_same_way(
    web: App, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workloads.actions.common.taken", lambda *_: "")
    with pytest.raises(Invalid) as caught:
        actions.create_app(user=bob, tenant=web.tenant, data=WEB)
    assert caught.value.fields["name"] == ["The name “web” is taken."]


def test_a_volume_must_be_there(team_a: Tenant, bob: User) -> None:
    data = {**WEB, "mounts": [{"volume": "data", "path": "/data"}]}
    with pytest.raises(Invalid) as caught:
        actions.create_app(user=bob, tenant=team_a, data=data)
    assert caught.value.fields == {
        "mounts.0.volume": ["There is no volume “data”; create it first."]
    }
    VolumeFactory(tenant=team_a, name="data")
    assert actions.create_app(user=bob, tenant=team_a, data=data)


def test_an_address_belongs_to_one_app(
    team_a: Tenant, team_b: Tenant, bob: User, charlie: User
) -> None:
    exposed = {**WEB, "expose": {"host": "a.example", "path": "/x"}}
    app = actions.create_app(user=bob, tenant=team_a, data=exposed)
    with pytest.raises(Invalid) as caught:
        actions.create_app(user=charlie, tenant=team_b, data=exposed)
    assert set(caught.value.fields) == {"expose.path"}
    changed = actions.change_app(user=bob, app=app, data={**exposed, "port": 9000})
    assert changed.revision == 2


def test_a_change_is_a_revision_and_only_what_changed_is_recorded(
    web: App, alice: User, cluster: FakeCluster, namespace: str, committed: Committed
) -> None:
    data = {
        "image": "team/web:2",
        "replicas": 2,
        "env": {"SECRET": "canary-env"},
        "expose": {"host": "web.example"},
    }
    with committed():
        app = actions.change_app(
            user=alice, app=web, data=data, expected_revision=1, reason="Newer model."
        )
    assert (app.revision, app.image) == (2, "team/web:2")
    entry = last_entry()
    assert entry.before == {"image": "team/web:1"}
    assert entry.after == {
        "image": "team/web:2",
        "env.SECRET": "(hidden)",
        "expose.host": "web.example",
    }
    assert cluster.names("Ingress", namespace) == ["web"]
    assert Revision.objects.filter(app=web).count() == 2
    with committed():
        actions.change_app(user=alice, app=web, data={"image": "team/web:2"})
    assert cluster.names("Ingress", namespace) == []


def test_the_same_spec_again_is_no_revision(web: App, bob: User) -> None:
    assert actions.change_app(user=bob, app=web, data=web.spec).revision == 1
    assert last_entry().message == "Nothing changed."


def test_a_change_over_another_one_is_a_conflict(web: App, alice: User, bob: User) -> None:
    actions.change_app(user=alice, app=web, data={"image": "team/web:2"})
    with pytest.raises(Conflict, match="changed by alice meanwhile") as caught:
        actions.change_app(user=bob, app=web, data={"image": "x"}, expected_revision=1)
    assert "revision 2, you saw 1" in caught.value.message
    assert last_entry().outcome == Outcome.REFUSED


def test_an_app_keeps_its_name(web: App, bob: User) -> None:
    with pytest.raises(Invalid) as caught:
        actions.change_app(user=bob, app=web, data={"name": "other", "image": "x"})
    assert set(caught.value.fields) == {"name"}


def test_scaling(web: App, bob: User, cluster: FakeCluster, committed: Committed) -> None:
    with committed():
        assert actions.scale_app(user=bob, app=web, replicas=3).replicas == 3
    deployment = cluster.get(Ref("Deployment", "web", web.tenant.namespace))
    assert deployment["spec"]["replicas"] == 3
    assert last_entry().message == "Scaled from 2 to 3."
    with pytest.raises(Invalid) as caught:
        actions.scale_app(user=bob, app=web, replicas=0)
    assert set(caught.value.fields) == {"replicas"}


def test_an_autoscaled_app_is_not_scaled_by_hand(web: App, bob: User) -> None:
    app = actions.change_app(
        user=bob, app=web, data={"image": "x", "autoscale": {"min": 2, "max": 4}}
    )
    assert (app.replicas, app.pod_count) == (2, 4)
    with pytest.raises(Invalid) as caught:
        actions.scale_app(user=bob, app=web, replicas=3)
    assert "Autoscale decides" in caught.value.fields["replicas"][0]


def test_rolling_back_keeps_the_scale(web: App, bob: User) -> None:
    actions.change_app(user=bob, app=web, data={"image": "broken", "replicas": 2})
    actions.scale_app(user=bob, app=web, replicas=3)
    app = actions.roll_back_app(user=bob, app=web, number=1, expected_revision=3)
    assert (app.image, app.replicas, app.revision) == ("team/web:1", 3, 4)
    assert Revision.objects.get(app=web, number=4).reason == "Rolled back to revision 1."
    with pytest.raises(NotFound):
        actions.roll_back_app(user=bob, app=web, number=99)


def test_restarting_makes_new_pods(
    web: App, bob: User, cluster: FakeCluster, committed: Committed
) -> None:
    ref = Ref("Deployment", "web", web.tenant.namespace)
    before = cluster.get(ref)["spec"]["template"]["metadata"]["annotations"]
    with committed():
        actions.restart_app(user=bob, app=web)
    after = cluster.get(ref)["spec"]["template"]["metadata"]["annotations"]
    assert "moonbase.dev/restarted-at" in after
    assert before["moonbase.dev/template"] != after["moonbase.dev/template"]


def test_stopping_and_starting(
    web: App, bob: User, cluster: FakeCluster, committed: Committed
) -> None:
    ref = Ref("Deployment", "web", web.tenant.namespace)
    with committed():
        app = actions.stop_app(user=bob, app=web)
    assert (app.state, app.stop_wanted) == (State.STOPPING, True)
    assert cluster.get(ref)["spec"]["replicas"] == 0
    with pytest.raises(Conflict):
        actions.restart_app(user=bob, app=web)
    with committed():
        assert actions.start_app(user=bob, app=web).state == State.PENDING
    assert cluster.get(ref)["spec"]["replicas"] == 2


def test_deleting_removes_the_objects_and_then_nothing_more_can_be_done(
    web: App, bob: User, cluster: FakeCluster, namespace: str, committed: Committed
) -> None:
    with committed():
        assert actions.delete_app(user=bob, app=web).state == State.STOPPING
    assert cluster.names("Deployment", namespace) == cluster.names("Service", namespace) == []
    with pytest.raises(Conflict, match="is being deleted"):
        actions.scale_app(user=bob, app=web, replicas=1)


def test_what_the_cluster_refuses_is_kept_on_the_row(
    team_a: Tenant, bob: User, cluster: FakeCluster, committed: Committed
) -> None:
    with cluster.failing(), committed():
        app = actions.create_app(user=bob, tenant=team_a, data=WEB)
    app.refresh_from_db()
    assert app.sync_error == "The cluster does not answer."


def test_the_quota_is_exact_and_says_who_can_raise_it(
    team_a: Tenant, bob: User, root: User
) -> None:
    actions.create_app(user=bob, tenant=team_a, data={**WEB, "resources": {"cpu": 3}})
    asked = {"name": "more", "image": "x", "resources": {"cpu": 2.5, "memory": "9 GiB", "gpu": 1}}
    with pytest.raises(QuotaExceeded) as caught:
        actions.create_app(user=bob, tenant=team_a, data=asked)
    assert caught.value.message == (
        "Short by 1.5 CPU: team-a uses 3 of 4 and this asks for 2.5. "
        "Short by 1.5 GiB of memory: team-a uses 512 MiB of 8 GiB and this asks for 9 GiB. "
        "Short by 1 GPU: team-a uses 0 of 0 and this asks for 1."
    )
    assert "(root)" in caught.value.hint
    assert last_entry().outcome == Outcome.REFUSED
    assert App.objects.count() == 1


def test_who_is_over_a_lowered_quota_can_still_scale_down(
    web: App, bob: User, team_a: Tenant
) -> None:
    Tenant.objects.filter(pk=team_a.pk).update(cpu_milli=400)
    assert actions.scale_app(user=bob, app=web, replicas=1).replicas == 1
    with pytest.raises(QuotaExceeded):
        actions.scale_app(user=bob, app=web, replicas=3)


def test_a_stopped_app_takes_nothing_and_asks_again_when_it_starts(
    web: App, bob: User, team_a: Tenant
) -> None:
    actions.stop_app(user=bob, app=web)
    App.objects.filter(pk=web.pk).update(state=State.STOPPED)
    actions.create_app(
        user=bob, tenant=team_a, data={"name": "big", "image": "x", "resources": {"cpu": 3.5}}
    )
    with pytest.raises(QuotaExceeded, match=r"Short by 0\.5 CPU"):
        actions.start_app(user=bob, app=web)


def test_many_at_once_give_a_result_each(web: App, bob: User, vera: User, team_a: Tenant) -> None:
    results = actions.bulk(
        user=bob, tenant=team_a, kind="app", action="stop", names=["web", "web", "none"]
    )
    assert [(one.name, one.ok) for one in results] == [("web", True), ("none", False)]
    assert results[1].message == "There is no App “none”."
    (refused,) = actions.bulk(user=vera, tenant=team_a, kind="app", action="start", names=["web"])
    assert "role Developer" in refused.message
    with pytest.raises(Invalid):
        actions.bulk(user=bob, tenant=team_a, kind="app", action="cancel", names=["web"])
    with pytest.raises(Invalid):
        actions.bulk(user=bob, tenant=team_a, kind="job", action="retry", names=["x"] * 201)
