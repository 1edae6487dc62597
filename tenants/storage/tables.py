"""The table of volumes, for page and API."""

from __future__ import annotations

from console.web.tables import Column, Table

VOLUMES = Table(
    name="volume-table",
    nouns=("volume", "volumes"),
    columns=(
        Column("name", "Name", "name"),
        Column("size", "Size", "size_bytes", align="end", width="sm", first="descending"),
        Column("mounts", "Mounted by"),
        Column("owner", "Made by", "created_by", width="md"),
        Column("age", "Age", "created_at", align="end", width="sm", first="descending"),
        Column("actions", "", width="sm"),
    ),
    search=("name", "created_by"),
    sort="name",
)
