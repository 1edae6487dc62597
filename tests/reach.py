"""Who reaches what: one row for each address, method and socket topic.

tests/test_reach.py walks the URLconf and fails for an address without a row. A new page needs a
row for GET and one for each POST; a view of the API one for each method.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

EVERYBODY = frozenset({"outsider", "viewer", "developer", "owner", "operator", "auditor"})


class Level(Enum):
    """Which personas reach a row; all others get 403, outsiders of a tenant 404."""

    PUBLIC = EVERYBODY | {"anonymous"}
    SIGNED_IN = EVERYBODY
    VIEW = frozenset({"viewer", "developer", "owner", "operator", "auditor"})
    OPERATE = frozenset({"developer", "owner", "operator"})
    MANAGE = frozenset({"owner", "operator"})
    AUDIT = frozenset({"owner", "operator", "auditor"})
    OPERATOR = frozenset({"operator"})
    PLATFORM_AUDIT = frozenset({"operator", "auditor"})


@dataclass(frozen=True)
class Row:
    """One method of one address, by the name of its pattern.

    `also` holds statuses beside success that show that a persona got through: 503 without a
    cluster, 404 for a pod that never ran.
    """

    name: str
    level: Level
    method: str = "get"
    parts: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    also: Collection[int] = ()

    def __str__(self) -> str:
        """Return how a failing test names the row."""
        return " ".join([self.method, self.name, *(str(part) for part in self.parts.values())])


def get(name: str, level: Level, /, **parts: Any) -> Row:
    """Return a row that reads."""
    return Row(name, level, "get", parts)


def post(name: str, level: Level, data: Mapping[str, Any], /, **parts: Any) -> Row:
    """Return a row that changes something."""
    return Row(name, level, "post", parts, data)


TEAM = {"tenant": "team-a"}
DAVE = TEAM | {"username": "dave"}
VOLUME = TEAM | {"name": "data"}
APP = TEAM | {"name": "digits"}
JOB = TEAM | {"name": "train"}
AMOUNTS = {"cpu": "8", "memory": "16Gi", "gpu": "0", "pods": "5", "storage": "1Ti"}
PASSWORDS = {"old_password": "wrong", "new_password1": "x", "new_password2": "x"}

CONSOLE = [
    get("healthz", Level.PUBLIC),
    Row("readyz", Level.PUBLIC, also={503}),
    Row("favicon", Level.PUBLIC, also={404}),
    get("sign-in", Level.PUBLIC),
    Row("sign-out", Level.PUBLIC, "post"),
]

TENANT_PAGES = [
    get("home", Level.SIGNED_IN),
    get("token-list", Level.SIGNED_IN),
    post("token-list", Level.SIGNED_IN, {"lifetime": "12"}),
    Row("token-revoke", Level.SIGNED_IN, "post", {"token": 0}, also={404}),
    get("password-change", Level.SIGNED_IN),
    post("password-change", Level.SIGNED_IN, PASSWORDS),
    get("platform-audit", Level.PLATFORM_AUDIT),
    get("tenant-list", Level.OPERATOR),
    get("tenant-new", Level.OPERATOR),
    post("tenant-new", Level.OPERATOR, AMOUNTS | {"slug": "vision"}),
    get("tenant-edit", Level.OPERATOR, **TEAM),
    post("tenant-edit", Level.OPERATOR, AMOUNTS, **TEAM),
    Row("tenant-delete", Level.OPERATOR, "post", TEAM, {"confirm_name": "team-a"}, also={409}),
    get("member-list", Level.VIEW, **TEAM),
    post("member-list", Level.MANAGE, {"username": "charlie", "role": "viewer"}, **TEAM),
    post("member-role", Level.MANAGE, {"role": "owner"}, **DAVE),
    get("member-remove", Level.VIEW, **DAVE),
    post("member-remove", Level.MANAGE, {}, **DAVE),
    get("audit-list", Level.AUDIT, **TEAM),
    get("volume-list", Level.VIEW, **TEAM),
    post("volume-list", Level.OPERATE, {"name": "more", "size": "1Mi"}, **TEAM),
    get("volume-delete", Level.VIEW, **VOLUME),
    post("volume-delete", Level.OPERATE, {"confirm_name": "data"}, **VOLUME),
]

TENANT_API = [
    get("api-schema", Level.SIGNED_IN),
    get("api-docs", Level.SIGNED_IN),
    Row("api-token", Level.PUBLIC, "post", also={401}, data={"username": "x", "password": "y"}),
    Row("api-token", Level.SIGNED_IN, "delete"),
    get("api-token-list", Level.SIGNED_IN),
    Row("api-token-detail", Level.SIGNED_IN, "delete", {"token": 0}, also={404}),
    get("api-me", Level.SIGNED_IN),
    get("api-audit", Level.PLATFORM_AUDIT),
    get("api-tenant-list", Level.SIGNED_IN),
    post("api-tenant-list", Level.OPERATOR, {"slug": "vision"}),
    get("api-tenant-detail", Level.VIEW, **TEAM),
    Row("api-tenant-detail", Level.OPERATOR, "patch", TEAM, {"quota": {"gpu": "1"}}),
    Row("api-tenant-detail", Level.OPERATOR, "delete", TEAM, also={409}),
    get("api-member-list", Level.VIEW, **TEAM),
    post("api-member-list", Level.MANAGE, {"username": "charlie"}, **TEAM),
    Row("api-member-detail", Level.MANAGE, "patch", DAVE, {"role": "owner"}),
    Row("api-member-detail", Level.MANAGE, "delete", DAVE),
    get("api-tenant-audit", Level.AUDIT, **TEAM),
    get("api-volume-list", Level.VIEW, **TEAM),
    post("api-volume-list", Level.OPERATE, {"name": "more", "size": "1Mi"}, **TEAM),
    get("api-volume-detail", Level.VIEW, **VOLUME),
    Row("api-volume-detail", Level.OPERATE, "delete", VOLUME),
]

NEW_APP = {"_mode": "json", "json": '{"name": "more", "image": "x"}'}
WORKLOAD_PAGES = [
    get("overview", Level.VIEW, **TEAM),
    post("start-example", Level.OPERATE, {}, **TEAM, step="train"),
    get("search", Level.VIEW, **TEAM),
    get("app-create", Level.OPERATE, **TEAM),
    post("app-create", Level.OPERATE, NEW_APP, **TEAM),
    get("job-create", Level.OPERATE, **TEAM),
    post("job-create", Level.OPERATE, NEW_APP, **TEAM),
    Row("app-bulk", Level.OPERATE, "post", TEAM, {"action": "restart", "name": "digits"}),
    Row("job-bulk", Level.OPERATE, "post", TEAM, {"action": "cancel", "name": "train"}),
    get("app-list", Level.VIEW, **TEAM),
    get("app-detail", Level.VIEW, **APP),
    get("app-tab", Level.VIEW, **APP, tab="events"),
    get("app-edit", Level.OPERATE, **APP),
    post("app-edit", Level.OPERATE, NEW_APP, **APP),
    get("app-log", Level.VIEW, **APP),
    post("app-try", Level.OPERATE, {"method": "GET", "path": "/"}, **APP),
    get("app-act", Level.OPERATE, **APP, key="stop"),
    post("app-act", Level.OPERATE, {}, **APP, key="stop"),
    post("app-act", Level.OPERATE, {"confirm_name": "digits"}, **APP, key="delete"),
    get("job-list", Level.VIEW, **TEAM),
    get("job-detail", Level.VIEW, **JOB),
    get("job-tab", Level.VIEW, **JOB, tab="events"),
    get("job-log", Level.VIEW, **JOB),
    get("job-act", Level.OPERATE, **JOB, key="cancel"),
    post("job-act", Level.OPERATE, {}, **JOB, key="cancel"),
    get("pod-list", Level.VIEW, **TEAM),
    Row("pod-log", Level.VIEW, "get", TEAM | {"pod": "digits-1"}, also={404}),
]

SPEC = {"image": "x"}
NO_POD = TEAM | {"name": "digits-1"}
# Nothing runs in these tests: who gets through to an App or a pod is told so.
NOTHING_RUNS = {404, 503}
WORKLOAD_API = [
    get("api-app-list", Level.VIEW, **TEAM),
    post("api-app-list", Level.OPERATE, SPEC | {"name": "more"}, **TEAM),
    get("api-app-detail", Level.VIEW, **APP),
    Row("api-app-detail", Level.OPERATE, "put", APP, SPEC | {"name": "digits"}),
    Row("api-app-detail", Level.OPERATE, "patch", APP, {"image": "y"}),
    Row("api-app-detail", Level.OPERATE, "delete", APP),
    post("api-app-scale", Level.OPERATE, {"replicas": 2}, **APP),
    post("api-app-restart", Level.OPERATE, {}, **APP),
    post("api-app-stop", Level.OPERATE, {}, **APP),
    Row("api-app-start", Level.OPERATE, "post", APP, also={409}),
    Row("api-app-rollback", Level.OPERATE, "post", APP, {"revision": 1}, also={404}),
    get("api-app-revisions", Level.VIEW, **APP),
    Row("api-app-logs", Level.VIEW, "get", APP, also=NOTHING_RUNS),
    *(
        Row(name, Level.OPERATE, method, APP | parts, also=NOTHING_RUNS)
        for name, parts in (("api-app-proxy", {"path": "predict"}), ("api-app-proxy-root", {}))
        for method in ("get", "post", "put", "patch", "delete")
    ),
    get("api-job-list", Level.VIEW, **TEAM),
    post("api-job-list", Level.OPERATE, SPEC | {"name": "more"}, **TEAM),
    get("api-job-detail", Level.VIEW, **JOB),
    Row("api-job-detail", Level.OPERATE, "delete", JOB),
    post("api-job-cancel", Level.OPERATE, {}, **JOB),
    Row("api-job-retry", Level.OPERATE, "post", JOB, also={409}),
    Row("api-job-logs", Level.VIEW, "get", JOB, also=NOTHING_RUNS),
    get("api-pod-list", Level.VIEW, **TEAM),
    Row("api-pod-detail", Level.VIEW, "get", NO_POD, also=NOTHING_RUNS),
    Row("api-pod-log", Level.VIEW, "get", NO_POD, also=NOTHING_RUNS),
]

ROWS = [*CONSOLE, *TENANT_PAGES, *TENANT_API, *WORKLOAD_PAGES, *WORKLOAD_API]

TOPICS: dict[str, dict[str, Any]] = {
    "tenant.changes": TEAM,
    "workloads.log": APP | {"kind": "app"},
}
