"""The comment that stands above an article's conversation."""

from __future__ import annotations

from blueprints.articles.conversations import note_thread_change
from blueprints.articles.models import Article, What
from understory.db import transaction
from understory.errors import Missing


def pin(article_id: int, comment_id: int | None) -> int | None:
    """Have a comment stand above the conversation, or none; gives the one that stood there. Raises Missing."""
    with transaction() as session:
        article = session.get(Article, article_id, with_for_update=True)
        if article is None:
            raise Missing("There is no such article.")
        before = article.pinned_id
        if before != comment_id:
            article.pinned_id = comment_id
            session.flush()
            note_thread_change(article_id, What.THREAD)
        return before


def pinned(article_id: int) -> int | None:
    """The comment that stands there now. Raises Missing."""
    with transaction() as session:
        article = session.get(Article, article_id, with_for_update=True)
        if article is None:
            raise Missing("There is no such article.")
        return article.pinned_id
