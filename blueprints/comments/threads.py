"""Reads pages of a thread: top-level comments with their first replies, or one branch, each in one bounded query.

However long a thread or a branch is, a page reads along an index from its mark and stops: nothing is counted,
nothing is skipped over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, func, literal_column, select, tuple_
from sqlalchemy.orm import aliased

from blueprints.comments import places
from blueprints.comments.models import Comment
from blueprints.comments.places import Asked, Branch, Mark
from blueprints.comments.queries import shown_columns
from understory.db import AnyRow, db

#: Replies that a top-level comment shows before "more replies".
FIRST_REPLIES = 5

#: Replies on a page of one branch.
PER_BRANCH_PAGE = 50

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


def page(article_id: int, asked: Asked | Branch, size: int, *, everything: bool = False) -> Thread:
    """The page that was asked for, of `size` top-level comments; `everything` is a moderator's view."""
    if isinstance(asked, Branch):
        return _branch_page(article_id, asked, everything)
    rows = db.session.execute(_roots_with_replies(article_id, asked, size, everything)).all()
    groups = [_group(list(members)) for _, members in groupby(rows, key=lambda row: row.root_number)]
    further = len(groups) > size
    groups = (groups[1:] if asked.goes_up else groups[:-1]) if further else groups
    return _placed(groups, asked, further, bool(rows) and bool(rows[0].is_preceded))


def _roots_with_replies(article_id: int, asked: Asked, size: int, everything: bool) -> Select[*tuple[Any, ...]]:
    key = _key(asked.sort, Comment)
    roots = select(Comment.root_number, Comment.best).where(Comment.article_id == article_id, _is_root(Comment))
    roots = roots if everything else roots.where(Comment.shown)
    if asked.before is not None:
        roots = roots.where(tuple_(*key) < tuple_(*asked.before))
    if asked.after is not None:
        roots = roots.where(tuple_(*key) > tuple_(*asked.after))
    reads_down = asked.is_descending != asked.goes_up
    roots = roots.order_by(*(column.desc() if reads_down else column for column in key)).limit(size + 1)
    root = roots.subquery()

    reply = aliased(Comment)
    last_path = select(reply.path).where(reply.article_id == article_id, reply.root_number == root.c.root_number)
    last_path = last_path if everything else last_path.where(reply.shown)
    last_path = last_path.order_by(reply.path).limit(1).offset(FIRST_REPLIES + 1)
    query = (
        select(*shown_columns(), _is_preceded(article_id, asked, everything).label("is_preceded"))
        .select_from(root)
        .join(Comment, (Comment.article_id == article_id) & (Comment.root_number == root.c.root_number))
        .where(Comment.path <= func.coalesce(last_path.scalar_subquery(), _BEYOND))
    )
    query = query if everything else query.where(Comment.shown)
    order = _key(asked.sort, root.c)
    return query.order_by(*(column.desc() if asked.is_descending else column for column in order), Comment.path)


def _is_preceded(article_id: int, asked: Asked, everything: bool) -> ColumnElement[bool]:
    """Whether anything stands on the other side of the mark, from where the reader has come."""
    other = aliased(Comment)
    key = tuple_(*_key(asked.sort, other))
    if asked.before is not None:
        there = key >= tuple_(*asked.before)
    elif asked.after is not None:
        there = key <= tuple_(*asked.after)
    else:
        return literal_column("0")
    roots = select(other.id).where(other.article_id == article_id, _is_root(other), there)
    return (roots if everything else roots.where(other.shown)).exists()


def _group(rows: list[AnyRow]) -> Group:
    """The root, and its replies less the one that was read only to know whether there are more."""
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
    mine = select(*shown_columns()).where(Comment.article_id == article_id, Comment.root_number == asked.root)
    mine = mine if everything else mine.where(Comment.shown)
    root = db.session.execute(mine.where(Comment.path == "")).first()
    if root is None:
        return Thread(asked)
    replies = mine.where(Comment.path > "")
    if asked.since is not None:
        replies = replies.where(Comment.path >= asked.since)
    if asked.until is not None:
        replies = replies.where(Comment.path < asked.until)
    goes_up = asked.until is not None
    order = Comment.path.desc() if goes_up else Comment.path
    rows = list(db.session.execute(replies.order_by(order).limit(PER_BRANCH_PAGE + 1)).all())
    further = len(rows) > PER_BRANCH_PAGE
    shown, beyond = rows[:PER_BRANCH_PAGE], rows[PER_BRANCH_PAGE:]
    if goes_up:
        shown.reverse()
    earlier = Branch(asked.root, until=shown[0].path) if shown and (further if goes_up else asked.since) else None
    more = Branch(asked.root, since=asked.until if goes_up else beyond[0].path) if goes_up or further else None
    parent = _parent_of(mine, shown[0]) if shown else None
    return Thread(asked, [Group(root, shown, more=more, earlier=earlier, parent=parent)])


def _parent_of(mine: Select[*tuple[Any, ...]], reply: AnyRow) -> AnyRow | None:
    """The comment that the first reply of a page answers, unless that is the root, which stands there already."""
    if reply.depth < 2:
        return None
    return db.session.execute(mine.where(Comment.id == reply.parent_id)).first()


def _mark(asked: Asked, root: AnyRow) -> Mark:
    return (root.best, root.root_number) if asked.sort == "best" else (root.root_number,)


def _key(sort: str, columns: Any) -> list[ColumnElement[int]]:
    return [columns.best, columns.root_number] if sort == "best" else [columns.root_number]


def _is_root(comment: Any) -> ColumnElement[bool]:
    """Spelled as the partial indexes spell it: with a bound 0 the planner would not know them again."""
    return cast("ColumnElement[bool]", comment.depth == literal_column("0"))
