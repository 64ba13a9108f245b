"""The queries behind the pages of a thread. Each is built once: to build one costs more than to run it."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    select,
    tuple_,
)

from blueprints.comments.models import Comment
from blueprints.comments.places import Sort
from blueprints.comments.queries import shown_columns
from understory.db import built_once
from understory.moments import PrintedMoment

_comments = Comment.__table__.c

#: Pages print their moments, and do nothing else with them.
_PRINTED = PrintedMoment()

#: Sorts after every path.
_BEYOND = "~"


@built_once
def roots_with_replies(sort: Sort, has_before: bool, has_after: bool, everything: bool) -> Select[*tuple[Any, ...]]:
    """Up to `most` roots of an `article` below or above a mark, each with its first replies and one more.

    In no order: SQLite would carry whole rows through a sorter to bring them into the one that they come in anyway.
    """
    article = bindparam("article", type_=Integer)
    key = _key(sort, _comments)
    roots = select(_comments.root_number, _comments.branch_size).where(
        _comments.article_id == article, _is_root(_comments)
    )
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

    columns = [*shown_columns(_PRINTED), _is_preceded(sort, has_before, has_after, everything).label("is_preceded")]
    query = (
        select(*columns, *([_comments.best] if sort == "best" else []))
        .select_from(root)
        .join(Comment.__table__, (_comments.article_id == article) & (_comments.root_number == root.c.root_number))
        .where(_comments.path <= _last_path(article, root.c, everything))
    )
    return query if everything else query.where(_comments.shown)


def _last_path(article: BindParameter[int], root: Any, everything: bool) -> ColumnElement[str]:
    """The path of the last reply that is read of a root. Few roots have so many that it has to be looked for."""
    first_replies = bindparam("first_replies", type_=Integer)
    reply = Comment.__table__.alias("reply").c
    last = select(reply.path).where(reply.article_id == article, reply.root_number == root.root_number)
    if everything:
        # The stored size says nothing of what only moderators see.
        return func.coalesce(last.order_by(reply.path).limit(1).offset(first_replies + 1).scalar_subquery(), _BEYOND)
    last = last.where(reply.shown).order_by(reply.path).limit(1).offset(first_replies + 1)
    return func.coalesce(case((root.branch_size > first_replies + 1, last.scalar_subquery())), _BEYOND)


def _marks(side: str, sort: Sort) -> list[BindParameter[int]]:
    return [bindparam(f"{side}{place}", type_=Integer) for place in range(len(_key(sort, _comments)))]


def _is_preceded(sort: Sort, has_before: bool, has_after: bool, everything: bool) -> ColumnElement[bool]:
    """Whether anything stands on the other side of the mark, from where the reader has come."""
    other = Comment.__table__.alias("other").c
    key = tuple_(*_key(sort, other))
    if has_before:
        there = key >= tuple_(*_marks("before", sort))
    elif has_after:
        there = key <= tuple_(*_marks("after", sort))
    else:
        return literal_column("0")
    roots = select(other.id).where(other.article_id == bindparam("article"), _is_root(other), there)
    return (roots if everything else roots.where(other.shown)).exists()


@cache
def _of_branch(everything: bool) -> Select[*tuple[Any, ...]]:
    of_branch = select(*shown_columns(_PRINTED)).where(
        _comments.article_id == bindparam("article"), _comments.root_number == bindparam("root")
    )
    return of_branch if everything else of_branch.where(_comments.shown)


@built_once
def at_path(everything: bool) -> Select[*tuple[Any, ...]]:
    """One comment of a branch: `article`, `root`, `path`."""
    return _of_branch(everything).where(_comments.path == bindparam("path"))


@built_once
def with_id(everything: bool) -> Select[*tuple[Any, ...]]:
    """One comment of a branch: `article`, `root`, `id`."""
    return _of_branch(everything).where(_comments.id == bindparam("id"))


@built_once
def replies(has_since: bool, has_until: bool, everything: bool) -> Select[*tuple[Any, ...]]:
    """Up to `most` replies of a branch, from the path `since` on or up to the path `until`."""
    replies = _of_branch(everything).where(_comments.path > "")
    if has_since:
        replies = replies.where(_comments.path >= bindparam("since"))
    if has_until:
        replies = replies.where(_comments.path < bindparam("until"))
    return replies.order_by(_comments.path.desc() if has_until else _comments.path).limit(
        bindparam("most", type_=Integer)
    )


def _key(sort: str, columns: Any) -> list[ColumnElement[int]]:
    return [columns.best, columns.root_number] if sort == "best" else [columns.root_number]


def _is_root(comment: Any) -> ColumnElement[bool]:
    """Spelled as the partial indexes spell it: with a bound 0 the planner would not know them again."""
    return cast("ColumnElement[bool]", comment.depth == literal_column("0"))
