"""The links of a table: each one is this URL with some parameters changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

if TYPE_CHECKING:
    from console.web.tables import Column

NEAR = 2


@dataclass(frozen=True, slots=True)
class Header:
    """A header cell; `sorted` is "ascending", "descending" or nothing, as aria-sort says it."""

    key: str
    label: str
    align: str
    width: str
    href: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice of a filter, with how many rows have it under the other filters."""

    value: str
    label: str
    count: int
    active: bool
    href: str


@dataclass(frozen=True, slots=True)
class Group:
    """A filter and its chips."""

    key: str
    label: str
    chips: list[Chip]


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page number; without a number it is a gap."""

    number: int
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Links:
    """Builds links from the parameters of this URL."""

    params: QueryDict
    prefix: str = ""

    def changed(self, **values: Any) -> str:
        """Return this URL's query with some parameters replaced; an empty value removes one."""
        params = self.params.copy()
        for key, value in values.items():
            name = f"{self.prefix}{key}"
            params.pop(name, None)
            if value:
                params.setlist(name, value if isinstance(value, list) else [str(value)])
        return f"?{params.urlencode()}"

    def without(self, keys: Iterable[str]) -> str:
        """Return this URL's query without some parameters."""
        return self.changed(**dict.fromkeys(keys, ""))

    def kept(self, dropped: Iterable[str]) -> list[tuple[str, str]]:
        """Return the other parameters as pairs."""
        names = {f"{self.prefix}{key}" for key in dropped}
        return [
            (name, value)
            for name, values in self.params.lists()
            if name not in names
            for value in values
        ]

    def page(self, number: int) -> str:
        """Return the link to a page; the first one needs no parameter."""
        return self.changed(page=number if number > 1 else "")

    def pages(self, current: int, last: int) -> list[PageLink]:
        """Return links to the first, the last and the nearby pages."""
        shown = sorted({1, last, *range(max(1, current - NEAR), min(last, current + NEAR) + 1)})
        links: list[PageLink] = []
        for number in shown:
            if links and number - links[-1].number > 1:
                links.append(PageLink(0, "", current=False))
            links.append(PageLink(number, self.page(number), number == current))
        return links

    def chip(self, key: str, value: str, chosen: tuple[str, ...]) -> str:
        """Return the link that adds a choice, or takes it away again."""
        values = [one for one in chosen if one != value]
        if value not in chosen:
            values.append(value)
        return self.changed(**{key: values, "page": ""})

    def header(self, column: Column, sort: str) -> Header:
        """Return a header cell; its link turns the order round if it is the present one."""
        present = ""
        if sort.lstrip("-") == column.key:
            present = "descending" if sort.startswith("-") else "ascending"
        turned = {"ascending": "descending", "descending": "ascending"}
        wanted = turned.get(present, column.first)
        name = f"-{column.key}" if wanted == "descending" else column.key
        href = self.changed(sort=name, page="") if column.value else ""
        return Header(column.key, column.label, column.align, column.width, href, present)
