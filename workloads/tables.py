"""The lists of Apps, Jobs and pods: which columns, filters and order; pages and API share them."""

from __future__ import annotations

from console.web.tables import Choices, Column, Table
from workloads.models import State

MINE = Choices("mine", "Owner", (("yes", "Mine"),))
"""Reads the annotation `mine` of workloads.views.lists."""

APPS = Table(
    name="app-table",
    nouns=("App", "Apps"),
    columns=(
        Column("state", "State", "state", width="md"),
        Column("name", "Name", "name"),
        Column("image", "Image", "image", width="xl"),
        Column("ready", "Replicas", "ready", align="end", width="sm", first="descending"),
        Column("restarts", "Restarts", "restarts", align="end", width="sm", first="descending"),
        Column("age", "Age", "created_at", align="end", width="xs", first="descending"),
        Column("owner", "Owner", "created_by", width="sm"),
        Column("actions", "", width="md"),
    ),
    search=("name", "image", "created_by"),
    filters=(Choices("state", "State", State.choices), MINE),
    sort="-age",
    tie="-pk",
)

JOBS = Table(
    name="job-table",
    nouns=("Job", "Jobs"),
    columns=(
        Column("state", "State", "state", width="md"),
        Column("name", "Name", "name"),
        Column("image", "Image", "image", width="lg"),
        Column("ready", "Workers", "ready", align="end", width="sm", first="descending"),
        Column("restarts", "Restarts", "restarts", align="end", width="sm", first="descending"),
        Column("started", "Ran", "started_at", align="end", width="sm", first="descending"),
        Column("age", "Age", "created_at", align="end", width="xs", first="descending"),
        Column("owner", "Owner", "created_by", width="sm"),
        Column("actions", "", width="md"),
    ),
    search=("name", "image", "created_by"),
    filters=(Choices("state", "State", State.choices), MINE),
    sort="-age",
    tie="-pk",
)

PODS = Table(
    name="pod-table",
    nouns=("pod", "pods"),
    columns=(
        Column("state", "State", "state", width="md"),
        Column("name", "Name", "name"),
        Column("workload", "Belongs to", "workload", width="lg"),
        Column("restarts", "Restarts", "restarts", align="end", width="sm", first="descending"),
        Column("exit", "Exit", "exit_code", align="end", width="xs", first="descending"),
        Column("age", "Age", "created_at", align="end", width="xs", first="descending"),
        Column("node", "Node", "node", width="md"),
        Column("actions", "", width="sm"),
    ),
    search=("name", "workload", "node", "reason"),
    filters=(
        Choices("state", "State", State.choices),
        Choices("kind", "Kind", (("app", "Apps"), ("job", "Jobs"))),
    ),
    sort="-age",
)
