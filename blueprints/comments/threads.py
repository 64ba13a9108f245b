"""Reads pages of a thread: top-level comments with their first replies, or one branch, each in one bounded query.

However long a thread or a branch is, a page reads along an index from its mark and stops: nothing is counted,
nothing is skipped over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, func, literal_column, select, tuple_

from blueprints.comments import places
from blueprints.comments.models import Comment
from blueprints.comments.places import Asked, Branch, Mark, Sort
from blueprints.comments.queries import shown_columns
from understory.db import AnyRow, read

#: Replies that a top-level comment shows before "more replies".
FIRST_REPLIES = 5

#: Replies on a page of one branch.
PER_BRANCH_PAGE = 50

_comments = Comment.__table__.c

#: Sorts after every path.
_BEYOND = "~"


@dataclass(frozen=True)
class Group:
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


def page(article_id: int, last_root: int, asked: Asked | Branch, size: int, *, everything: bool = False) -> Thread:
    """The page that was asked for, of `size` top-level comments; `everything` is a moderator's view."""
    if isinstance(asked, Branch):
        return _branch_page(article_id, asked, everything)
    marks = _bound("before", asked.before) | _bound("after", asked.after)
    query = _roots_with_replies(asked.sort, asked.before is not None, asked.after is not None, everything)
    rows = read(query, article=article_id, most=size + 1, **marks).all()
    groups = [_group(list(members)) for _, members in groupby(rows, key=lambda row: row.root_number)]
    further = len(groups) > size
    groups = (groups[1:] if asked.goes_up else groups[:-1]) if further else groups
    return _placed(groups, last_root, asked, further)


@cache
def _roots_with_replies(sort: Sort, has_before: bool, has_after: bool, everything: bool) -> Select[*tuple[Any, ...]]:
    article = bindparam("article", type_=Integer)
    key = _key(sort, _comments)
    roots = select(_comments.root_number, _comments.best).where(_comments.article_id == article, _is_root())
    roots = roots if everything else roots.where(_comments.shown)
    if has_before:
        roots = roots.where(tuple_(*key) < tuple_(*_marks("before", sort)))
    if has_after:
        roots = roots.where(tuple_(*key) > tuple_(*_marks("after", sort)))
    is_descending = sort != "oldest"
    goes_up = has_after if is_descending else has_before
    reads_down = is_descending != goes_up
    roots = roots.order_by(*(column.desc() if reads_down else column for column in key))
    root = roots.limit(bindparam("most", type_=Integer)).subquery()

    reply = Comment.__table__.alias("reply").c
    last_path = select(reply.path).where(reply.article_id == article, reply.root_number == root.c.root_number)
    last_path = last_path if everything else last_path.where(reply.shown)
    last_path = last_path.order_by(reply.path).limit(1).offset(FIRST_REPLIES + 1)
    query = (
        select(*shown_columns())
        .select_from(root)
        .join(
            Comment.__table__, (_comments.article_id == article) & (_comments.root_number == root.c.root_number)
        )
        .where(_comments.path <= func.coalesce(last_path.scalar_subquery(), _BEYOND))
    )
    query = query if everything else query.where(_comments.shown)
    order = _key(sort, root.c)
    return query.order_by(*(column.desc() if is_descending else column for column in order), _comments.path)


def _marks(side: str, sort: Sort) -> list[BindParameter[int]]:
    return [bindparam(f"{side}{place}", type_=Integer) for place in range(len(_key(sort, _comments)))]


def _bound(side: str, mark: Mark | None) -> dict[str, int]:
    return {f"{side}{place}": number for place, number in enumerate(mark or ())}


def _group(rows: list[AnyRow]) -> Group:
    """The root, and its replies less the one that was read only to know whether there are more."""
    root, replies = rows[0], rows[1:]
    if len(replies) <= FIRST_REPLIES:
        return Group(root, replies)
    more = Branch(root.root_number, since=replies[FIRST_REPLIES].path)
    return Group(root, replies[:FIRST_REPLIES], more=more, more_count=root.branch_size - FIRST_REPLIES)


def _placed(groups: list[Group], last_root: int, asked: Asked, further: bool) -> Thread:
    if not groups:
        return Thread(asked)
    first, last = groups[0].root, groups[-1].root
    if asked.sort == "best":
        beyond_top = beyond_bottom = True
    elif asked.is_descending:
        beyond_top, beyond_bottom = first.root_number < last_root, last.root_number > 1
    else:
        beyond_top, beyond_bottom = first.root_number > 1, last.root_number < last_root
    has_above = further if asked.goes_up else beyond_top and not asked.is_head
    has_below = beyond_bottom if asked.goes_up else further
    return Thread(
        asked,
        groups,
        above=places.above(asked, _mark(asked, first)) if has_above else None,
        below=places.below(asked, _mark(asked, last)) if has_below else None,
    )


def _branch_page(article_id: int, asked: Branch, everything: bool) -> Thread:
    place = {"article": article_id, "root": asked.root}
    root = read(_at_path(everything), **place, path="").first()
    if root is None:
        return Thread(asked)
    goes_up = asked.until is not None
    bounds = {name: path for name, path in (("since", asked.since), ("until", asked.until)) if path is not None}
    rows = list(read(_replies(asked.since is not None, goes_up, everything), **place, **bounds).all())
    further = len(rows) > PER_BRANCH_PAGE
    shown, beyond = rows[:PER_BRANCH_PAGE], rows[PER_BRANCH_PAGE:]
    if goes_up:
        shown.reverse()
    earlier = Branch(asked.root, until=shown[0].path) if shown and (further if goes_up else asked.since) else None
    more = Branch(asked.root, since=asked.until if goes_up else beyond[0].path) if goes_up or further else None
    # The first reply of a page has what it answers above it, unless that is the root, which stands there already.
    parent = None
    if shown and shown[0].depth > 1:
        parent = read(_of_branch(everything).where(_comments.id == bindparam("id")), **place, id=shown[0].parent_id).first()
    return Thread(asked, [Group(root, shown, more=more, earlier=earlier, parent=parent)])


@cache
def _of_branch(everything: bool) -> Select[*tuple[Any, ...]]:
    of_branch = select(*shown_columns()).where(
        _comments.article_id == bindparam("article"), _comments.root_number == bindparam("root")
    )
    return of_branch if everything else of_branch.where(_comments.shown)


@cache
def _at_path(everything: bool) -> Select[*tuple[Any, ...]]:
    return _of_branch(everything).where(_comments.path == bindparam("path"))


@cache
def _replies(has_since: bool, has_until: bool, everything: bool) -> Select[*tuple[Any, ...]]:
    replies = _of_branch(everything).where(_comments.path > "")
    if has_since:
        replies = replies.where(_comments.path >= bindparam("since"))
    if has_until:
        replies = replies.where(_comments.path < bindparam("until"))
    return replies.order_by(_comments.path.desc() if has_until else _comments.path).limit(PER_BRANCH_PAGE + 1)


def _mark(asked: Asked, root: AnyRow) -> Mark:
    return (root.best, root.root_number) if asked.sort == "best" else (root.root_number,)


def _key(sort: str, columns: Any) -> list[ColumnElement[int]]:
    return [columns.best, columns.root_number] if sort == "best" else [columns.root_number]


def _is_root() -> ColumnElement[bool]:
    """Spelled as the partial indexes spell it: with a bound 0 the planner would not know them again."""
    return _comments.depth == literal_column("0")
