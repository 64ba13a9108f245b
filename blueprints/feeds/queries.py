"""Reads for feeds and the site map. Only what readers can see."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from blueprints.articles.models import Article
from blueprints.comments.models import Comment, State
from understory.db import AnyRow, db

#: Entries of a feed: more than anybody posts between two looks of a feed reader.
PER_FEED = 30

#: Addresses that one site map may hold, by the protocol at sitemaps.org.
PER_MAP = 50_000


def latest_articles() -> Sequence[AnyRow]:
    """Published articles, newest first."""
    return db.session.execute(
        select(Article.slug, Article.title, Article.author, Article.html, Article.published_at, Article.updated_at)
        .where(Article.published)
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(PER_FEED)
    ).all()


def latest_comments(article_id: int) -> Sequence[AnyRow]:
    """Visible comments of an article, newest first."""
    return db.session.execute(
        select(Comment.id, Comment.author, Comment.html, Comment.created_at, Comment.edited_at)
        .where(Comment.article_id == article_id, Comment.state == State.VISIBLE)
        .order_by(Comment.id.desc())
        .limit(PER_FEED)
    ).all()


def addresses() -> Sequence[AnyRow]:
    """Every published article's slug and when it changed."""
    return db.session.execute(
        select(Article.slug, Article.updated_at)
        .where(Article.published)
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(PER_MAP)
    ).all()
