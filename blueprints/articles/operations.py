"""What is done to articles. Only this module writes their table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from slugify import slugify
from sqlalchemy import select, update

from blueprints.articles.models import SLUG_LENGTH, Article
from understory import clock
from understory.db import AnyRow, db, transaction
from understory.errors import Missing, Refused
from understory.sanitize import article_html

Outcome = Literal["added", "updated", "unchanged"]


@dataclass(frozen=True)
class Draft:
    """An article as it was written. An empty slug is made from the title; no date means now."""

    title: str
    source: str
    slug: str = ""
    author: str = ""
    summary: str = ""
    published_at: datetime | None = None


def slug_of(title: str) -> str:
    """An address for a title: lower case, words joined by hyphens; "article" for one without letters."""
    return slugify(title, max_length=SLUG_LENGTH, word_boundary=True) or "article"


def save(draft: Draft) -> tuple[str, Outcome]:
    """Add the article, or bring the one with the same slug up to date; says which, with its slug."""
    slug = draft.slug or slug_of(draft.title)
    html = article_html(draft.source)
    with transaction() as session:
        article = session.scalar(select(Article).where(Article.slug == slug))
        if article is None:
            session.add(_new(draft, slug, html))
            return slug, "added"
        return slug, "updated" if _bring_up_to_date(article, draft, html) else "unchanged"


def write(draft: Draft) -> str:
    """Add an article from the browser and give its slug. Raises Refused when the slug is taken."""
    slug = draft.slug or slug_of(draft.title)
    html = article_html(draft.source)
    with transaction() as session:
        if session.scalar(select(Article.id).where(Article.slug == slug)) is not None:
            raise Refused("There is an article at that address already. Choose another one.")
        session.add(_new(draft, slug, html))
    return slug


def edit(slug: str, draft: Draft) -> None:
    """Change everything but the address, so that links stay good. Raises Missing."""
    html = article_html(draft.source)
    with transaction():
        _bring_up_to_date(_existing(slug), draft, html)


def set_published(slug: str, published: bool) -> None:
    """Show an article to readers or take it from them; its conversation is kept. Raises Missing."""
    with transaction():
        article = _existing(slug)
        article.published = published
        article.version += 1


def number_comment(article_id: int, *, is_root: bool, visible: bool) -> AnyRow:
    """Give the next comment its numbers: (`roots`, `numbered`). Raises Missing when readers cannot see the article."""
    row = db.session.execute(
        update(Article)
        .where(Article.id == article_id, Article.published)
        .values(
            numbered=Article.numbered + 1,
            roots=Article.roots + int(is_root),
            comment_count=Article.comment_count + int(visible),
            version=Article.version + int(visible),
        )
        .returning(Article.roots, Article.numbered)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        raise Missing("This article is no longer open for comments. Your text is kept here, so that you can copy it.")
    return row


def note_thread_change(article_id: int, count_change: int) -> None:
    """A reader sees the thread differently from now on: raise the version, move the count."""
    db.session.execute(
        update(Article)
        .where(Article.id == article_id)
        .values(version=Article.version + 1, comment_count=Article.comment_count + count_change)
        .execution_options(synchronize_session=False)
    )


def _existing(slug: str) -> Article:
    article = db.session.scalar(select(Article).where(Article.slug == slug))
    if article is None:
        raise Missing("There is no article at that address.")
    return article


def _new(draft: Draft, slug: str, html: str) -> Article:
    moment = clock.now().replace(microsecond=0)
    return Article(
        slug=slug,
        title=draft.title,
        author=draft.author,
        summary=draft.summary,
        source=draft.source,
        html=html,
        published_at=draft.published_at or moment,
        updated_at=moment,
    )


def _bring_up_to_date(article: Article, draft: Draft, html: str) -> bool:
    """True when anything differed."""
    wanted = {
        "title": draft.title,
        "author": draft.author,
        "summary": draft.summary,
        "source": draft.source,
        "html": html,
        "published_at": draft.published_at or article.published_at,
    }
    changed = {name: value for name, value in wanted.items() if getattr(article, name) != value}
    for name, value in changed.items():
        setattr(article, name, value)
    if changed:
        article.updated_at = clock.now()
        article.version += 1
    return bool(changed)
