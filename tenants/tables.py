"""The tables of pages and API: which columns, filters and order a list has."""

from __future__ import annotations

from console.web.tables import Choices, Column, Table
from tenants.models import Outcome, Role

TENANTS = Table(
    name="tenant-table",
    nouns=("tenant", "tenants"),
    columns=(
        Column("slug", "Name", "slug"),
        Column("title", "Title", "title"),
        Column("cpu", "CPU", "cpu_milli", align="end", width="sm", first="descending"),
        Column("memory", "Memory", "memory_bytes", align="end", width="sm", first="descending"),
        Column("gpu", "GPUs", "gpu_count", align="end", width="sm", first="descending"),
        Column("pods", "Pods", "pod_count", align="end", width="sm", first="descending"),
        Column("storage", "Storage", "storage_bytes", align="end", width="sm", first="descending"),
        Column("age", "Age", "created_at", align="end", width="sm", first="descending"),
    ),
    search=("slug", "title"),
    sort="slug",
)

MEMBERS = Table(
    name="member-table",
    nouns=("member", "members"),
    columns=(
        Column("username", "Name", "user__username"),
        Column("role", "Role", "role", width="xl"),
        Column("since", "Since", "created_at", align="end", width="sm", first="descending"),
        Column("actions", "", width="sm"),
    ),
    search=("user__username", "user__first_name", "user__last_name"),
    filters=(Choices("role", "Role", Role.choices),),
    sort="username",
)

AUDIT = Table(
    name="audit-table",
    nouns=("entry", "entries"),
    columns=(
        Column("outcome", "Outcome", "outcome", width="md"),
        Column("at", "Time", "at", width="md", first="descending"),
        Column("actor", "Who", "actor", width="md"),
        Column("action", "Action", "action", width="md"),
        Column("object", "Object", "object_name", width="lg"),
        Column("change", "Change"),
    ),
    search=("actor", "action", "object_kind", "object_name", "message"),
    filters=(Choices("outcome", "Outcome", Outcome.choices),),
    sort="-at",
    tie="-pk",
)

TOKENS = Table(
    name="token-table",
    nouns=("token", "tokens"),
    columns=(
        Column("hint", "Begins with", "hint"),
        Column("made", "Made", "created_at", align="end", width="md", first="descending"),
        Column("used", "Last used", "last_used_at", align="end", width="md", first="descending"),
        Column("expires", "Expires", "expires_at", align="end", width="lg"),
        Column("actions", "", width="sm"),
    ),
    search=("hint",),
    sort="-made",
)
