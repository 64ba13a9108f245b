"""Reads of what changed in a thread."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from blueprints.articles.models import Article, ThreadChange
from understory.db import AnyRow, db


def topic(slug: str) -> int | None:
    """The id of a published article."""
    return db.session.scalar(select(Article.id).where(Article.slug == slug, Article.published))


def version(article_id: int) -> int:
    """The version that a thread is at; 0 for none."""
    return db.session.scalar(select(Article.version).where(Article.id == article_id)) or 0


def article(article_id: int) -> AnyRow | None:
    """What messages say of the article: `slug`, `version`, `comment_count`, `closed`."""
    return db.session.execute(
        select(Article.id, Article.slug, Article.version, Article.comment_count, Article.closed).where(
            Article.id == article_id
        )
    ).first()


def changes(article_id: int, after: int, most: int) -> Sequence[AnyRow]:
    """Changes after a version, oldest first, at most `most`."""
    return db.session.execute(
        select(ThreadChange.version, ThreadChange.what, ThreadChange.comment_id)
        .where(ThreadChange.article_id == article_id, ThreadChange.version > after)
        .order_by(ThreadChange.version)
        .limit(most)
    ).all()
