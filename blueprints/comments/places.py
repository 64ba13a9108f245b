"""Places in a thread, as a URL says them. Pure.

A place in the orders by time is a root number, a place in a branch is the path of a reply: both are given once
and never change, so a link to a place shows the same place for ever, whatever is posted or removed meanwhile.
In the order "best" a place is a rank and a root number: it holds still while votes move comments past it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from werkzeug.exceptions import BadRequest

from blueprints.comments.models import DEEPEST_PATH, STEP
from blueprints.comments.ranking import SCALE
from understory.paging import FURTHEST, number_in

Sort = Literal["newest", "oldest", "best"]

#: The order that a URL without `sort` has.
FIRST_SORT: Sort = "newest"

#: Where a page starts: a root number, or rank and root number in the order "best".
Mark = tuple[int, ...]

_RANKED = re.compile(r"(-?[0-9]{1,10})\.([0-9]{1,10})")
_PATH = re.compile(rf"([0-9a-z]{{{STEP}}}){{1,{DEEPEST_PATH}}}")


@dataclass(frozen=True)
class Asked:
    """A page of a thread in some order: what comes before or after a mark, or the head of the list."""

    sort: Sort = FIRST_SORT
    before: Mark | None = None
    after: Mark | None = None

    @property
    def is_head(self) -> bool:
        return self.before is None and self.after is None

    @property
    def is_descending(self) -> bool:
        """Whether larger numbers come first; then a page lies below `before` and above `after`."""
        return self.sort != "oldest"

    @property
    def goes_up(self) -> bool:
        """Whether the page ends at the mark rather than starting there."""
        return (self.after if self.is_descending else self.before) is not None

    @property
    def query(self) -> str:
        """The query string that asks for this; "" for the thread as it opens."""
        order = None if self.sort == FIRST_SORT else self.sort
        return _query(("sort", order), ("before", _written(self.before)), ("after", _written(self.after)))


@dataclass(frozen=True)
class Branch:
    """A page of one root's replies, in the order of the thread: from a path on, or up to one, or the first."""

    root: int
    since: str | None = None
    until: str | None = None

    @property
    def query(self) -> str:
        return _query(("root", self.root), ("since", self.since), ("until", self.until))


def _query(*asked: tuple[str, int | str | None]) -> str:
    """Orders, numbers and paths stand in a query string as they are."""
    said = "&".join([f"{name}={value}" for name, value in asked if value not in (None, "")])
    return f"?{said}" if said else ""


def _written(mark: Mark | None) -> str | None:
    return None if mark is None else ".".join(map(str, mark))


def asked_in(query: Mapping[str, str]) -> Asked | Branch:
    """What a query string asks for. Raises BadRequest for an order or a place that does not exist."""
    root = number_in(query, "root")
    if root is not None:
        return _branch(root, query.get("since"), query.get("until"))
    sort = query.get("sort", FIRST_SORT)
    if sort not in get_args(Sort):
        raise BadRequest("no such order")
    asked = Asked(cast("Sort", sort), _mark(sort, query, "before"), _mark(sort, query, "after"))
    if asked.before is not None and asked.after is not None:
        raise BadRequest("before and after exclude each other")
    return asked


def above(asked: Asked, first: Mark) -> Asked:
    """The page before the one that starts with the root at `first`."""
    return Asked(asked.sort, after=first) if asked.is_descending else Asked(asked.sort, before=first)


def below(asked: Asked, last: Mark) -> Asked:
    """The page after the one that ends with the root at `last`."""
    return Asked(asked.sort, before=last) if asked.is_descending else Asked(asked.sort, after=last)


def showing(root_number: int, last_root: int, page_size: int) -> Asked:
    """A page that shows this root: the thread as it opens while the root is on it, else one that starts with it."""
    if root_number > last_root - page_size:
        return Asked()
    return Asked(before=(root_number + 1,))


def _mark(sort: str, query: Mapping[str, str], side: str) -> Mark | None:
    if sort != "best":
        number = number_in(query, side)
        return None if number is None else (number,)
    text = query.get(side)
    if text is None:
        return None
    found = _RANKED.fullmatch(text)
    if not found or abs(int(found[1])) > SCALE:
        raise BadRequest("not a place in this order")
    return int(found[1]), min(int(found[2]), FURTHEST)


def _branch(root: int, since: str | None, until: str | None) -> Branch:
    if since is not None and until is not None:
        raise BadRequest("since and until exclude each other")
    if not all(path is None or _PATH.fullmatch(path) for path in (since, until)):
        raise BadRequest("not a place in a branch")
    return Branch(root, since, until)
