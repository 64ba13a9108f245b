"""Places in a thread, as a URL says them. Pure.

A place is a root number, given once and never changed, so a link to it shows the same place for ever,
whatever is posted or removed meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args
from urllib.parse import urlencode

from werkzeug.exceptions import BadRequest

from understory.paging import Place, place_in

Sort = Literal["newest", "oldest"]

#: The order that a URL without `sort` has.
FIRST_SORT: Sort = "newest"


@dataclass(frozen=True)
class Asked:
    """What part of a thread a reader asked for, in which order."""

    sort: Sort = FIRST_SORT
    place: Place = Place()

    @property
    def query(self) -> str:
        """The query string that asks for this; "" for the thread as it opens."""
        order = {} if self.sort == FIRST_SORT else {"sort": self.sort}
        sides = {"before": self.place.before, "after": self.place.after}
        asked = {**order, **{side: number for side, number in sides.items() if number is not None}}
        return "?" + urlencode(asked) if asked else ""

    @property
    def is_descending(self) -> bool:
        return self.sort == "newest"

    @property
    def goes_up(self) -> bool:
        """Whether the page ends at the place rather than starting there."""
        return (self.place.after if self.is_descending else self.place.before) is not None


def asked_in(query: Mapping[str, str]) -> Asked:
    """What a query string asks for. Raises BadRequest for an order or a place that does not exist."""
    sort = query.get("sort", FIRST_SORT)
    if sort not in get_args(Sort):
        raise BadRequest("no such order")
    return Asked(sort=cast("Sort", sort), place=place_in(query))


def above(sort: Sort, first: int) -> Asked:
    """The page before the one that starts with root `first`."""
    return Asked(sort, Place(after=first) if sort == "newest" else Place(before=first))


def below(sort: Sort, last: int) -> Asked:
    """The page after the one that ends with root `last`."""
    return Asked(sort, Place(before=last) if sort == "newest" else Place(after=last))


def showing(root_number: int, last_root: int, page_size: int) -> Asked:
    """A page that shows this root: the thread as it opens while the root is on it, else one that starts with it."""
    if root_number > last_root - page_size:
        return Asked()
    return Asked(place=Place(before=root_number + 1))
