"""Finds the rows of a table: in the database with two queries, or in a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import OrderBy

if TYPE_CHECKING:
    from console.web.tables import Choices, Query, Table, Value

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one page, and the counts over all rows."""

    rows: Sequence[Any]
    total: int
    matched: int
    counts: Counts
    page: int


def from_queryset(table: Table, query: Query, rows: QuerySet[Any]) -> Found:
    """Return a page of a QuerySet: one query counts everything, one reads the rows."""
    text = _text_condition(table, query)
    conditions = {one.key: _choice_condition(one, query) for one in table.filters}
    matching = text & _all(conditions)
    numbers = rows.aggregate(
        total=Count("pk"),
        matched=Count("pk", filter=matching or None),
        **_facets(table, text, conditions),
    )
    page = _page(query, numbers["matched"])
    start = (page - 1) * query.page_size
    ordered = rows.filter(matching).order_by(*_order(table, query))
    return Found(
        list(ordered[start : start + query.page_size]) if numbers["matched"] else [],
        numbers["total"],
        numbers["matched"],
        {
            one.key: {
                value: numbers[f"{one.key}_{index}"]
                for index, (value, _label) in enumerate(one.choices)
            }
            for one in table.filters
        },
        page,
    )


def _facets(table: Table, text: Q, conditions: dict[str, Q]) -> dict[str, Count]:
    """Return a count per choice, under the text and the other filters but not its own."""
    return {
        f"{one.key}_{index}": Count(
            "pk",
            filter=text
            & _all({key: condition for key, condition in conditions.items() if key != one.key})
            & Q(**{_path(one.read): value}),
        )
        for one in table.filters
        for index, (value, _label) in enumerate(one.choices)
    }


def _all(conditions: dict[str, Q]) -> Q:
    result = Q()
    for condition in conditions.values():
        result &= condition
    return result


def _path(value: Value) -> str:
    if callable(value):
        raise TypeError("A table over a QuerySet reads fields by their path.")
    return value.replace(".", "__")


def _text_condition(table: Table, query: Query) -> Q:
    """Return that each word is in one of the searched fields."""
    condition = Q()
    for word in query.words:
        any_field = Q()
        for value in table.search:
            any_field |= Q(**{f"{_path(value)}__icontains": word})
        condition &= any_field
    return condition


def _choice_condition(one: Choices, query: Query) -> Q:
    chosen = query.chosen.get(one.key, ())
    return Q(**{f"{_path(one.read)}__in": chosen}) if chosen else Q()


def _order(table: Table, query: Query) -> list[OrderBy | str]:
    """Return the order, empty values last in both directions, equal rows by `tie`."""
    column = table.column(query.sort.lstrip("-"))
    if column is None:
        return [table.tie]
    expression = F(_path(column.value))
    if query.sort.startswith("-"):
        return [expression.desc(nulls_last=True), table.tie]
    return [expression.asc(nulls_last=True), table.tie]


def _page(query: Query, matched: int) -> int:
    return min(query.page, max(1, -(-matched // query.page_size)))


def from_list(table: Table, query: Query, rows: list[Any]) -> Found:
    """Return a page of a list of structs; equal rows keep the order they came in."""
    narrowed = _with_words(table, query, rows)
    matching = _with_choices(table, query, narrowed, skip="")
    page = _page(query, len(matching))
    start = (page - 1) * query.page_size
    ordered = _sorted(table, query, matching)
    return Found(
        ordered[start : start + query.page_size],
        len(rows),
        len(matching),
        {
            one.key: _tally(one, _with_choices(table, query, narrowed, skip=one.key))
            for one in table.filters
        },
        page,
    )


def _reader(value: Value) -> Callable[[Any], Any]:
    return value if callable(value) else attrgetter(value.replace("__", "."))


def _with_words(table: Table, query: Query, rows: list[Any]) -> list[Any]:
    readers = [_reader(value) for value in table.search]
    for word in (word.casefold() for word in query.words):
        rows = [row for row in rows if any(word in str(read(row)).casefold() for read in readers)]
    return rows


def _with_choices(table: Table, query: Query, rows: list[Any], *, skip: str) -> list[Any]:
    for one in table.filters:
        chosen = query.chosen.get(one.key)
        if chosen and one.key != skip:
            read = _reader(one.read)
            rows = [row for row in rows if read(row) in chosen]
    return rows


def _tally(one: Choices, rows: list[Any]) -> dict[str, int]:
    read = _reader(one.read)
    counts = {value: 0 for value, _label in one.choices}
    for row in rows:
        value = read(row)
        if value in counts:
            counts[value] += 1
    return counts


def _sorted(table: Table, query: Query, rows: list[Any]) -> list[Any]:
    """Return the rows in order, empty values last in both directions."""
    column = table.column(query.sort.lstrip("-"))
    if column is None:
        return rows
    read = _reader(column.value)
    full = [(row, value) for row in rows if (value := read(row)) is not None and value != ""]
    empty = [row for row in rows if (value := read(row)) is None or value == ""]
    full.sort(key=lambda pair: _comparable(pair[1]), reverse=query.sort.startswith("-"))
    return [row for row, _value in full] + empty


def _comparable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
