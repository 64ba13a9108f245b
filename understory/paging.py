"""Places in an ordered list, as the URL says them. A place is a number that never changes, not a count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Flask
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter, IntegerConverter, Map

#: The largest number a 32-bit column holds; any larger one in a URL means the same place.
FURTHEST = 2**31 - 1

Row = TypeVar("Row")


@dataclass(frozen=True)
class Place:
    """Where a page starts: below `before`, above `after`, or at the head of the list when both are None."""

    before: int | None = None
    after: int | None = None

    @property
    def is_head(self) -> bool:
        return self.before is None and self.after is None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page in the order shown, and whether the list goes on at either side."""

    rows: list[Row]
    more_above: bool
    more_below: bool


class NumberConverter(IntegerConverter):
    """`<number:id>` in a route: what a 32-bit column can hold; anything else is a 404."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, min=1, max=FURTHEST)


class SlugConverter(BaseConverter):
    """`<slug:slug>` in a route: the only letters that an article's address has."""

    regex = "[a-z0-9-]{1,100}"


def init_app(app: Flask) -> None:
    app.url_map.converters.update(number=NumberConverter, slug=SlugConverter)


def place_in(query: Mapping[str, str]) -> Place:
    """The place that a query string names. Raises BadRequest for one that names none."""
    place = Place(before=number_in(query, "before"), after=number_in(query, "after"))
    if place.before is not None and place.after is not None:
        raise BadRequest("before and after exclude each other")
    return place


def number_in(query: Mapping[str, str], name: str) -> int | None:
    """The number that a query string gives by this name. Raises BadRequest for what is none."""
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 40:
        raise BadRequest("not a place in a list")
    return min(int(text), FURTHEST)
