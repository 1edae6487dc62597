"""Tables: filtered, sorted and cut into pages at the server, with the whole state in the URL.

A `Table` is declared once, as a constant beside its view. `table.page(request.GET, rows)` takes a
QuerySet (two queries) or a list of structs from the cluster cache, and gives a `TablePage` that
`components/_table.html` shows and `TablePage.envelope` turns into an answer of the API.

Parameters: `q` (or `filter`) is free text in which `state:failed` chooses like a chip does; each
`Choices` has a parameter of its own name that may be repeated; `sort` is a column's key, with `-`
for descending; `page`; `page_size`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from django.db.models import QuerySet
from django.http import QueryDict

from console.errors import Invalid
from console.web.table_links import Chip, Group, Header, Links, PageLink
from console.web.table_rows import Found, from_list, from_queryset

Value: TypeAlias = str | Callable[[Any], Any]
Width = Literal["", "xs", "sm", "md", "lg", "xl"]

PAGE_SIZE = 50
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` is what it sorts by: a path ("spec.replicas", "user__username") or, for
    lists, a function; a column without it can't be sorted. `first` is the direction that the
    first click gives.
    """

    key: str
    label: str
    value: Value = ""
    align: Literal["start", "end"] = "start"
    width: Width = ""
    first: Literal["ascending", "descending"] = "ascending"


@dataclass(frozen=True, slots=True)
class Choices:
    """A filter with chips: value and label of each choice; `value` is the path or function read."""

    key: str
    label: str
    choices: Sequence[tuple[str, str]]
    value: Value = ""

    @property
    def read(self) -> Value:
        """Return the path or function that gives a row's value."""
        return self.value or self.key


@dataclass(frozen=True, slots=True)
class Query:
    """What the URL asks for, after everything unknown has been dropped."""

    text: str
    words: tuple[str, ...]
    chosen: dict[str, tuple[str, ...]]
    sort: str
    page: int
    page_size: int

    @property
    def is_narrowed(self) -> bool:
        """Return whether fewer rows than all can be the answer."""
        return bool(self.words or any(self.chosen.values()))


@dataclass(frozen=True, slots=True)
class Table:
    """The declaration of a table. `name` is its DOM id and the name of its partial.

    `search` lists the paths or functions that free text looks into. `tie` decides between equal
    rows of a QuerySet; lists keep the order they came in. `prefix` keeps the parameters of two
    tables on one page apart.
    """

    name: str
    columns: tuple[Column, ...]
    search: tuple[Value, ...] = ()
    filters: tuple[Choices, ...] = ()
    sort: str = ""
    tie: str = "pk"
    page_size: int = PAGE_SIZE
    prefix: str = ""
    nouns: tuple[str, str] = ("row", "rows")

    def page(
        self, params: QueryDict, rows: QuerySet[Any] | Iterable[Any], *, strict: bool = False
    ) -> TablePage:
        """Return the rows that the URL asks for; `strict` refuses what pages would ignore."""
        query = self.read(params, strict=strict)
        if isinstance(rows, QuerySet):
            found = from_queryset(self, query, rows)
        else:
            found = from_list(self, query, list(rows))
        return TablePage(self, query, found, Links(params, self.prefix))

    def column(self, key: str) -> Column | None:
        """Return the sortable column of that key."""
        return next((one for one in self.columns if one.key == key and one.value), None)

    def read(self, params: QueryDict, *, strict: bool = False) -> Query:
        """Read the parameters of the URL."""
        text = params.get(f"{self.prefix}q", "") or params.get(f"{self.prefix}filter", "")
        text = text.replace("\0", "").strip()[:200]
        words, chosen = self._split(text)
        for one in self.filters:
            known = {value for value, _label in one.choices}
            asked = [*params.getlist(f"{self.prefix}{one.key}"), *chosen.get(one.key, ())]
            chosen[one.key] = tuple(value for value in dict.fromkeys(asked) if value in known)
        sort = params.get(f"{self.prefix}sort", "") or self.sort
        if not self.column(sort.lstrip("-")):
            _refuse(strict, "sort", [one.key for one in self.columns if one.value])
            sort = self.sort
        size = _number(params.get(f"{self.prefix}page_size", ""), self.page_size)
        page = _number(params.get(f"{self.prefix}page", ""), 1)
        return Query(text, words, chosen, sort, page, min(size, MOST_ROWS))

    def _split(self, text: str) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
        """Separate `state:failed` from the words to look for."""
        keys = {one.key for one in self.filters}
        words: list[str] = []
        chosen: dict[str, tuple[str, ...]] = {}
        for word in text.split():
            key, colon, value = word.partition(":")
            if colon and key in keys:
                chosen[key] = (*chosen.get(key, ()), value)
            else:
                words.append(word)
        return tuple(words[:10]), chosen


def _number(text: str, default: int) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else default


def _refuse(strict: bool, name: str, known: list[str]) -> None:
    if strict:
        raise Invalid(
            fields={name: [f"Sort by one of {', '.join(known)}, with “-” for descending."]}
        )


@dataclass(frozen=True, slots=True)
class TablePage:
    """One page of a table, with all that its template links to."""

    table: Table
    query: Query
    found: Found
    links: Links = field(repr=False)

    @property
    def name(self) -> str:
        """Return the DOM id."""
        return self.table.name

    @property
    def rows(self) -> Sequence[Any]:
        """Return the rows of this page."""
        return self.found.rows

    @property
    def total(self) -> int:
        """Return how many rows there are without any filter."""
        return self.found.total

    @property
    def matched(self) -> int:
        """Return how many rows the filters leave."""
        return self.found.matched

    @property
    def noun(self) -> str:
        """Return the word for as many rows as matched."""
        return self.table.nouns[self.matched != 1]

    @property
    def number(self) -> int:
        """Return this page's number, from 1."""
        return self.found.page

    @property
    def last(self) -> int:
        """Return the number of the last page."""
        return max(1, -(-self.matched // self.query.page_size))

    @property
    def span(self) -> tuple[int, int]:
        """Return the ordinals of the first and the last row shown."""
        start = (self.number - 1) * self.query.page_size
        return (start + 1 if self.rows else 0), start + len(self.rows)

    @property
    def headers(self) -> list[Header]:
        """Return the header cells, each with the link that sorts by it."""
        return [self.links.header(column, self.query.sort) for column in self.table.columns]

    @property
    def groups(self) -> list[Group]:
        """Return the filters with their chips; a choice that nothing has is left out."""
        return [self._group(one) for one in self.table.filters]

    def _group(self, one: Choices) -> Group:
        chosen = self.query.chosen.get(one.key, ())
        counts = self.found.counts.get(one.key, {})
        chips = [
            Chip(
                value,
                label,
                counts.get(value, 0),
                value in chosen,
                self.links.chip(one.key, value, chosen),
            )
            for value, label in one.choices
            if counts.get(value) or value in chosen
        ]
        return Group(one.key, one.label, chips)

    @property
    def pages(self) -> list[PageLink]:
        """Return the links to other pages, with gaps."""
        return self.links.pages(self.number, self.last)

    @property
    def previous(self) -> str:
        """Return the link to the page before, or nothing."""
        return self.links.page(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        """Return the link to the page after, or nothing."""
        return self.links.page(self.number + 1) if self.number < self.last else ""

    @property
    def reset(self) -> str:
        """Return the link that shows all rows again."""
        return self.links.without(["q", "filter", "page", *(one.key for one in self.table.filters)])

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return the parameters that the filter box must send along."""
        return self.links.kept(["q", "filter", "page"])

    @property
    def q(self) -> str:
        """Return the name of the filter box's parameter."""
        return f"{self.table.prefix}q"

    def envelope(self, items: Sequence[Any]) -> dict[str, Any]:
        """Return an answer of the API: the items, given by the caller, and where they are."""
        return {
            "items": items,
            "count": self.matched,
            "total": self.total,
            "page": self.number,
            "pages": self.last,
            "page_size": self.query.page_size,
        }
