"""The queries behind the pages of a thread. Each is built once: to build one costs more than to run it."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, func, literal_column, select, tuple_

from blueprints.comments.models import Comment
from blueprints.comments.places import Sort
from blueprints.comments.queries import shown_columns
from understory.db import built_once

_comments = Comment.__table__.c

#: Sorts after every path.
_BEYOND = "~"


@built_once
def roots_with_replies(sort: Sort, has_before: bool, has_after: bool, everything: bool) -> Select[*tuple[Any, ...]]:
    """Up to `most` roots of an `article` below or above a mark, each with its first replies and one more."""
    article = bindparam("article", type_=Integer)
    key = _key(sort, _comments)
    roots = select(_comments.root_number, _comments.best).where(_comments.article_id == article, _is_root(_comments))
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
    last_path = last_path.order_by(reply.path).limit(1).offset(bindparam("first_replies", type_=Integer) + 1)
    query = (
        select(*shown_columns(), _is_preceded(sort, has_before, has_after, everything).label("is_preceded"))
        .select_from(root)
        .join(Comment.__table__, (_comments.article_id == article) & (_comments.root_number == root.c.root_number))
        .where(_comments.path <= func.coalesce(last_path.scalar_subquery(), _BEYOND))
    )
    query = query if everything else query.where(_comments.shown)
    order = _key(sort, root.c)
    return query.order_by(*(column.desc() if is_descending else column for column in order), _comments.path)


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
    of_branch = select(*shown_columns()).where(
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
