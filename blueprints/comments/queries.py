"""Reads of comments: single ones, an author's own, the latest of the whole site. Pages are read in `threads`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal, select, type_coerce
from sqlalchemy.types import TypeEngine

from blueprints.articles.models import Article
from blueprints.comments.models import Comment, Edit, State
from understory.db import AnyRow, built_once, db, read


@cache
def shown_columns(moment: TypeEngine[Any] | None = None) -> list[Any]:
    """What a page shows of a comment; `parent_author` is whom a reply answers, while readers can see that.

    `moment` is how its moments are read, if not as they are kept.
    """
    comments = Comment.__table__.c
    parent = Comment.__table__.alias("parent")
    is_parent = (parent.c.id == comments.parent_id) & (parent.c.state == State.VISIBLE)
    whom = select(parent.c.author).where(is_parent).scalar_subquery()
    return [
        comments.id,
        comments.parent_id,
        comments.root_number,
        comments.path,
        comments.depth,
        comments.author,
        comments.html,
        comments.state,
        comments.branch_size,
        comments.up,
        comments.down,
        *_moments(moment),
        whom.label("parent_author"),
    ]


def _moments(moment: TypeEngine[Any] | None) -> list[Any]:
    columns = [Comment.__table__.c.created_at, Comment.__table__.c.edited_at]
    return columns if moment is None else [type_coerce(column, moment).label(column.name) for column in columns]


def waits() -> ColumnElement[bool]:
    """Whether a comment waits as far as its author is told: for approval, or held and not decided about yet."""
    return func.coalesce((Comment.state == State.PENDING) | (Comment.state == Comment.held_as), literal(False))


def where_is(comment_id: int) -> AnyRow | None:
    """What it takes to find a comment of a published article: its numbers, state, and the article's `slug`."""
    return db.session.execute(
        select(
            Article.slug,
            Article.roots.label("last_root"),
            Comment.article_id,
            Comment.root_number,
            Comment.path,
            Comment.depth,
            Comment.state,
            Comment.shown,
            Comment.reader_key,
            waits().label("waits"),
        )
        .join(Article, Article.id == Comment.article_id)
        .where(Comment.id == comment_id, Article.published)
    ).first()


def replies_before(article_id: int, root_number: int, path: str, most: int) -> int:
    """How many shown replies stand before this one in its branch, counted no further than `most`."""
    query = select(Comment.id).where(
        Comment.article_id == article_id,
        Comment.root_number == root_number,
        Comment.path > "",
        Comment.path < path,
        Comment.shown,
    )
    return len(db.session.execute(query.limit(most)).all())


def one(comment_id: int) -> AnyRow | None:
    """A comment as a page shows it, whatever its state, with its `source`, `reader_key` and its article."""
    return read(_one(), id=comment_id).first()


def answerable(article_id: int, comment_id: int) -> AnyRow | None:
    """The comment that somebody is about to answer, if readers can see it in this thread."""
    return read(_answerable(), id=comment_id, article=article_id).first()


def pinned(article_id: int, comment_id: int) -> AnyRow | None:
    """The comment that stands above its conversation, while readers can see it."""
    return answerable(article_id, comment_id)


def just_before(comment: AnyRow) -> int | None:
    """Id of the reply behind which this one stands on a page; None for the first below its root."""
    place = {"article": comment.article_id, "root": comment.root_number, "path": comment.path}
    before: int | None = read(_before(), **place).scalar()
    return before


def root_of(comment: AnyRow) -> AnyRow | None:
    """The top-level comment of a branch: its `id`, `root_number` and `branch_size`."""
    return read(_root(), article=comment.article_id, root=comment.root_number).first()


def own(reader_key: str, article_id: int | None = None, most: int = 50) -> Sequence[AnyRow]:
    """A reader's own comments, newest first: those that wait, and those that are on the site."""
    query = _with_article().where(
        Comment.reader_key == reader_key, (Comment.state == State.VISIBLE) | waits(), Article.published
    )
    if article_id is not None:
        query = query.where(Comment.article_id == article_id)
    return db.session.execute(query.order_by(Comment.id.desc()).limit(most)).all()


def earlier_texts(comment_id: int) -> Sequence[AnyRow]:
    """What a comment said before each of its edits, newest first."""
    return db.session.execute(
        select(Edit.at, Edit.html).where(Edit.comment_id == comment_id).order_by(Edit.id.desc())
    ).all()


def latest_to_judge(most: int, approved_most: int) -> Sequence[AnyRow]:
    """The site's latest comments with all that rules ask of them, newest first, withdrawn ones left out.

    `approved` counts the visible comments that their readers had posted before, no further than `approved_most`.
    """
    comments, earlier = Comment.__table__.alias("judged"), Comment.__table__.alias("earlier")
    before = select(earlier.c.id).where(
        earlier.c.reader_key == comments.c.reader_key,
        earlier.c.state == State.VISIBLE,
        earlier.c.id < comments.c.id,
    )
    some = before.limit(approved_most).correlate(comments).subquery()
    approved = select(func.count()).select_from(some).scalar_subquery() if approved_most else literal(0)
    query = select(
        comments.c.id,
        comments.c.author,
        comments.c.email,
        comments.c.html,
        comments.c.state,
        comments.c.created_at,
        Article.title,
        Article.published,
        Article.published_at,
        approved.label("approved"),
    ).join(Article, Article.id == comments.c.article_id)
    query = query.where(comments.c.state != State.WITHDRAWN).order_by(comments.c.id.desc()).limit(most)
    return db.session.execute(query).all()


@built_once
def _one() -> Select[*tuple[Any, ...]]:
    return _with_article().where(Comment.id == bindparam("id"))


@built_once
def _answerable() -> Select[*tuple[Any, ...]]:
    return select(*shown_columns(), Comment.article_id).where(
        Comment.id == bindparam("id"), Comment.article_id == bindparam("article"), Comment.state == State.VISIBLE
    )


@built_once
def _before() -> Select[int]:
    of_branch = Comment.article_id == bindparam("article"), Comment.root_number == bindparam("root")
    replies = Comment.path > "", Comment.path < bindparam("path")
    before = select(Comment.id).where(*of_branch, *replies, Comment.shown)
    return before.order_by(Comment.path.desc()).limit(1)


@built_once
def _root() -> Select[*tuple[Any, ...]]:
    of_branch = Comment.article_id == bindparam("article"), Comment.root_number == bindparam("root")
    return select(Comment.id, Comment.root_number, Comment.branch_size).where(*of_branch, Comment.path == "")


def _with_article() -> Select[*tuple[Any, ...]]:
    return select(
        *shown_columns(),
        Comment.article_id,
        Comment.source,
        Comment.email,
        Comment.reader_key,
        Comment.held_for,
        Comment.address_range,
        waits().label("waits"),
        Comment.shown,
        Comment.shown_replies,
        Article.slug,
        Article.title,
        Article.comment_count,
        Article.published,
    ).join(Article, Article.id == Comment.article_id)
