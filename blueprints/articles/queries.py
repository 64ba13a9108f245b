"""Reads of articles. A reader only ever gets published ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, tuple_, type_coerce

from blueprints.articles.models import Article
from understory.db import AnyRow, built_once, db, read
from understory.moments import PrintedMoment
from understory.paging import Page

PER_PAGE = 20

#: The moments of an article, which a page prints and does nothing else with.
_PRINTED = ("published_at", "updated_at")

_CARD = (Article.slug, Article.title, Article.author, Article.summary, Article.published_at, Article.comment_count)


def published(slug: str) -> AnyRow | None:
    """One article, less its source, with `previous_slug`, `previous_title`, `next_slug`, `next_title`.

    These are None at either end. Its moments are `Printed` ones.
    """
    return read(_published(), slug=slug).first()


def id_of(slug: str) -> int | None:
    """The id of a published article."""
    found: int | None = read(_id(), slug=slug).scalar()
    return found


@built_once
def _id() -> Select[int]:
    return select(Article.id).where(Article.slug == bindparam("slug"), Article.published)


@built_once
def _published() -> Select[*tuple[Any, ...]]:
    articles = Article.__table__
    older, newer, before, after = (articles.alias(name) for name in ("older", "newer", "before", "after"))
    place = tuple_(articles.c.published_at, articles.c.id)
    previous_id = (
        select(older.c.id)
        .where(older.c.published, tuple_(older.c.published_at, older.c.id) < place)
        .order_by(older.c.published_at.desc(), older.c.id.desc())
        .limit(1)
        .correlate(articles)
        .scalar_subquery()
    )
    next_id = (
        select(newer.c.id)
        .where(newer.c.published, tuple_(newer.c.published_at, newer.c.id) > place)
        .order_by(newer.c.published_at, newer.c.id)
        .limit(1)
        .correlate(articles)
        .scalar_subquery()
    )
    return (
        select(
            *(column for column in articles.c if column.name not in ("source", *_PRINTED)),
            *(type_coerce(articles.c[name], PrintedMoment()).label(name) for name in _PRINTED),
            before.c.slug.label("previous_slug"),
            before.c.title.label("previous_title"),
            after.c.slug.label("next_slug"),
            after.c.title.label("next_title"),
        )
        .select_from(articles)
        .outerjoin(before, before.c.id == previous_id)
        .outerjoin(after, after.c.id == next_id)
        .where(articles.c.slug == bindparam("slug"), articles.c.published)
    )


def version_of_topic(topic: ColumnElement[int]) -> Select[int]:
    """The version of a published article that has this id."""
    return select(Article.version).where(Article.id == topic, Article.published)


def take_turn(article_id: int | None) -> None:
    """Lock an article's row, if there is one, before rows of its thread: so do all who write in it."""
    db.session.execute(select(Article.id).where(Article.id == article_id).with_for_update())


def newest(before: str | None = None) -> Page[AnyRow] | None:
    """A page of published articles, newest first, below the article with the slug `before`.

    None when there is no such article.
    """
    query = select(*_CARD).where(Article.published)
    if before is not None:
        at = db.session.execute(select(Article.published_at, Article.id).where(Article.slug == before)).first()
        if at is None:
            return None
        query = query.where(tuple_(Article.published_at, Article.id) < tuple_(*at))
    rows = _first_of(query)
    return Page(rows=list(rows[:PER_PAGE]), more_above=before is not None, more_below=len(rows) > PER_PAGE)


def for_editing(slug: str) -> Article | None:
    """One article, published or not."""
    return db.session.scalar(select(Article).where(Article.slug == slug))


def all_for_editing() -> Sequence[AnyRow]:
    """Every article, newest first, published or not."""
    return db.session.execute(
        select(*_CARD, Article.published).order_by(Article.published_at.desc(), Article.id.desc())
    ).all()


def _first_of(query: Select[*tuple[Any, ...]]) -> Sequence[AnyRow]:
    return db.session.execute(query.order_by(Article.published_at.desc(), Article.id.desc()).limit(PER_PAGE + 1)).all()
