"""Feeds of articles and of conversations, the site map, robots.txt."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, make_response, render_template

from blueprints.articles import queries as articles
from blueprints.feeds import queries
from understory.htmx import shared

bp = Blueprint("feeds", __name__)

#: The date of a feed without entries: a feed has to have one, and it must not change by itself.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@bp.get("/feed.atom")
def site() -> Response:
    """The latest articles."""
    entries = queries.latest_articles()
    updated = max((entry.updated_at for entry in entries), default=NEVER)
    return shared(_made("feeds/site.xml", "application/atom+xml", entries=entries, updated=updated))


@bp.get("/articles/<slug:slug>/feed.atom")
def conversation(slug: str) -> Response:
    """The latest comments under an article."""
    article = articles.published(slug) or abort(404)
    entries = queries.latest_comments(article.id)
    updated = max((entry.edited_at or entry.created_at for entry in entries), default=article.published_at)
    response = _made(
        "feeds/conversation.xml", "application/atom+xml", article=article, entries=entries, updated=updated
    )
    return shared(response, article.id, article.version)


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """Every article's address."""
    return shared(_made("feeds/sitemap.xml", "application/xml", addresses=queries.addresses()))


@bp.get("/robots.txt")
def robots() -> Response:
    """What search engines should leave alone: forms, and what is for people who are signed in."""
    return shared(_made("feeds/robots.txt", "text/plain"))


def _made(template: str, mimetype: str, **context: object) -> Response:
    response = make_response(render_template(template, **context))
    response.mimetype = mimetype
    return response
