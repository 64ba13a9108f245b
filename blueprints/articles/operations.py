"""What is done to articles. Only this module writes their table."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from slugify import slugify
from sqlalchemy import select, tuple_, update

from blueprints.articles.conversations import note_thread_change
from blueprints.articles.models import SLUG_LENGTH, Article, What
from understory import clock
from understory.db import db, transaction
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


class Overtaken(Refused):
    """Somebody else has changed the article meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has changed this article since you opened it. What you wrote is here still, and what it "
            "says now is below. Saving once more puts yours in its place."
        )


def slug_of(title: str) -> str:
    """An address for a title: lower case, words joined by hyphens; "article" for one without letters."""
    return slugify(title, max_length=SLUG_LENGTH, word_boundary=True) or "article"


def save(draft: Draft) -> tuple[str, Outcome]:
    """Add the article, or bring the one with the same slug up to date; says which, with its slug.

    Raises Refused where only chance gave two titles one slug: one article would take the other's place.
    """
    slug = draft.slug or slug_of(draft.title)
    html = article_html(draft.source)
    with transaction() as session:
        article = session.scalar(select(Article).where(Article.slug == slug))
        if article is None:
            _add(draft, slug, html)
            return slug, "added"
        if not draft.slug and article.title != draft.title:
            raise Refused(f"{article.title!r} has the address {slug} already; name a slug in the file's front matter")
        return slug, "updated" if _bring_up_to_date(article, draft, html) else "unchanged"


def write(draft: Draft) -> str:
    """Add an article from the browser and give its slug. Raises Refused when the slug is taken."""
    slug = draft.slug or slug_of(draft.title)
    html = article_html(draft.source)
    with transaction() as session:
        if session.scalar(select(Article.id).where(Article.slug == slug)) is not None:
            raise Refused("There is an article at that address already. Choose another one.")
        _add(draft, slug, html)
    return slug


def edit(slug: str, draft: Draft, seen: str = "") -> None:
    """Change everything but the address, so that links stay good; of an article that reads as it was `seen`, if that
    is said. Raises Missing, Overtaken."""
    html = article_html(draft.source)
    with transaction():
        article = _existing(slug)
        if seen and seen != reading(article):
            raise Overtaken
        _bring_up_to_date(article, draft, html)


def reading(article: Article) -> str:
    """What an article says, in a few letters that are others when anything of it is changed."""
    said = [article.title, article.author, article.summary, article.source, article.published_at.isoformat()]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def set_published(slug: str, published: bool) -> None:
    """Show an article to readers or take it from them; its conversation is kept. Raises Missing."""
    with transaction():
        article = _existing(slug)
        article.published = published
        article.version += 1
        _change_beside(article)


def set_closed(slug: str, closed: bool) -> None:
    """Take no more comments under an article, or take them again; every open page is told. Raises Missing."""
    with transaction():
        article = _existing(slug)
        if article.closed != closed:
            article.closed = closed
            note_thread_change(article.id, What.THREAD)


def _existing(slug: str) -> Article:
    article = db.session.scalar(select(Article).where(Article.slug == slug))
    if article is None:
        raise Missing("There is no article at that address.")
    return article


def _add(draft: Draft, slug: str, html: str) -> None:
    moment = clock.now().replace(microsecond=0)
    article = Article(
        slug=slug,
        title=draft.title,
        author=draft.author,
        summary=draft.summary,
        source=draft.source,
        html=html,
        published_at=draft.published_at or moment,
        updated_at=moment,
    )
    db.session.add(article)
    db.session.flush()
    _change_beside(article)


def _change_beside(article: Article) -> None:
    """The articles before and after this one name it, or the one that now stands there: they change with it."""
    here = tuple_(article.published_at, article.id)
    place = tuple_(Article.published_at, Article.id)
    earlier = select(Article.id).where(Article.published, place < here)
    later = select(Article.id).where(Article.published, place > here)
    beside = [
        earlier.order_by(Article.published_at.desc(), Article.id.desc()).limit(1).scalar_subquery(),
        later.order_by(Article.published_at, Article.id).limit(1).scalar_subquery(),
    ]
    db.session.flush()
    db.session.execute(update(Article).where(Article.id.in_(beside)).values(version=Article.version + 1))


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
    is_named_otherwise = not changed.keys().isdisjoint({"title", "published_at"})
    if is_named_otherwise:
        _change_beside(article)
    for name, value in changed.items():
        setattr(article, name, value)
    if changed:
        article.updated_at = clock.now()
        article.version += 1
    if is_named_otherwise:
        _change_beside(article)
    return bool(changed)
