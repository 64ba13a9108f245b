"""Reads pages of a thread: top-level comments with their first replies, or one branch, each in one bounded query.

However long a thread or a branch is, a page reads along an index from its mark and stops: nothing is counted,
nothing is skipped over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from blueprints.comments import places
from blueprints.comments.places import Asked, Branch, Mark
from blueprints.comments.reads import at_path, replies, roots_with_replies, with_id
from understory.db import AnyRow, read

#: Replies that a top-level comment shows before "more replies".
FIRST_REPLIES = 5

#: Replies on a page of one branch.
PER_BRANCH_PAGE = 50


_PATH = attrgetter("path")

#: What roots stand by: in the orders by time, and in the order "best".
_MARKS = attrgetter("root_number"), attrgetter("best", "root_number")


class Group(NamedTuple):
    """A top-level comment and some of its replies in thread order; `parent` stands above replies read midway.

    `more` and `earlier` are the pages of its branch that go on, None where there is nothing more;
    `more_count` is how many replies follow, None where that was not asked.
    """

    root: AnyRow
    replies: Sequence[AnyRow] = ()
    more: Branch | None = None
    more_count: int | None = None
    earlier: Branch | None = None
    parent: AnyRow | None = None


@dataclass(frozen=True)
class Thread:
    """One page of a conversation; `above` and `below` are the pages before and after, None where there are none."""

    asked: Asked | Branch
    groups: Sequence[Group] = field(default_factory=list)
    above: Asked | None = None
    below: Asked | None = None

    @property
    def is_branch(self) -> bool:
        return isinstance(self.asked, Branch)

    @property
    def sort(self) -> str | None:
        """The order that the page is in; None for a branch, which has one of its own."""
        return self.asked.sort if isinstance(self.asked, Asked) else None

    @property
    def is_head(self) -> bool:
        return isinstance(self.asked, Asked) and self.asked.is_head

    @property
    def starts_with_newest(self) -> bool:
        """Whether a comment posted now belongs at the top of this page."""
        return self.sort == "newest" and self.above is None


def page(article_id: int, asked: Asked | Branch, size: int, *, everything: bool = False) -> Thread:
    """The page that was asked for, of `size` top-level comments; `everything` is a moderator's view."""
    if isinstance(asked, Branch):
        return _branch_page(article_id, asked, everything)
    marks = _bound("before", asked.before) | _bound("after", asked.after)
    query = roots_with_replies(asked.sort, asked.before is not None, asked.after is not None, everything)
    bound = {"article": article_id, "most": size + 1, "first_replies": FIRST_REPLIES, **marks}
    rows = read(query, **bound).all()
    groups = _in_order(rows, asked)
    further = len(groups) > size
    groups = (groups[1:] if asked.goes_up else groups[:-1]) if further else groups
    return _placed(groups, asked, further, bool(rows) and bool(rows[0].is_preceded))


def _bound(side: str, mark: Mark | None) -> dict[str, int]:
    return {f"{side}{place}": number for place, number in enumerate(mark or ())}


def _in_order(rows: Sequence[AnyRow], asked: Asked) -> list[Group]:
    branches: dict[int, list[AnyRow]] = {}
    for row in rows:
        branches.setdefault(row.root_number, []).append(row)
    for branch in branches.values():
        if len(branch) > 1:
            branch.sort(key=_PATH)
    groups = [_group(branch) for branch in branches.values()]
    mark = _MARKS[asked.sort == "best"]
    groups.sort(key=lambda group: mark(group.root), reverse=asked.is_descending)
    return groups


def _group(rows: list[AnyRow]) -> Group:
    """The root, and its replies less the one that was read only to know whether there are more."""
    if len(rows) == 1:
        return Group(rows[0])
    root, replies = rows[0], rows[1:]
    if len(replies) <= FIRST_REPLIES:
        return Group(root, replies)
    more = Branch(root.root_number, since=replies[FIRST_REPLIES].path)
    return Group(root, replies[:FIRST_REPLIES], more=more, more_count=root.branch_size - FIRST_REPLIES)


def _placed(groups: list[Group], asked: Asked, further: bool, is_preceded: bool) -> Thread:
    if not groups:
        return Thread(asked)
    has_above, has_below = (further, is_preceded) if asked.goes_up else (is_preceded, further)
    return Thread(
        asked,
        groups,
        above=places.above(asked, _mark(asked, groups[0].root)) if has_above else None,
        below=places.below(asked, _mark(asked, groups[-1].root)) if has_below else None,
    )


def _branch_page(article_id: int, asked: Branch, everything: bool) -> Thread:
    place = {"article": article_id, "root": asked.root}
    root = read(at_path(everything), **place, path="").first()
    if root is None:
        return Thread(asked)
    goes_up = asked.until is not None
    bounds = {name: path for name, path in (("since", asked.since), ("until", asked.until)) if path is not None}
    rows = list(
        read(replies(asked.since is not None, goes_up, everything), **place, **bounds, most=PER_BRANCH_PAGE + 1).all()
    )
    further = len(rows) > PER_BRANCH_PAGE
    shown, beyond = rows[:PER_BRANCH_PAGE], rows[PER_BRANCH_PAGE:]
    if goes_up:
        shown.reverse()
    earlier = Branch(asked.root, until=shown[0].path) if shown and (further if goes_up else asked.since) else None
    more = Branch(asked.root, since=asked.until if goes_up else beyond[0].path) if goes_up or further else None
    # The first reply of a page has what it answers above it, unless that is the root, which stands there already.
    parent = None
    if shown and shown[0].depth > 1:
        parent = read(with_id(everything), **place, id=shown[0].parent_id).first()
    return Thread(asked, [Group(root, shown, more=more, earlier=earlier, parent=parent)])


def _mark(asked: Asked, root: AnyRow) -> Mark:
    return (root.best, root.root_number) if asked.sort == "best" else (root.root_number,)
