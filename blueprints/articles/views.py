"""What readers see of articles: the front page, and an article with its conversation."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template, request
from flask.wrappers import Response

from blueprints.accounts.guard import moderator_here
from blueprints.articles import queries
from blueprints.articles.files import SLUG
from blueprints.comments import threads
from blueprints.comments.places import asked_in
from blueprints.feeds.linked_data import of_page
from understory import settings
from understory.htmx import private, shared

bp = Blueprint("articles", __name__)


@bp.get("/")
def index() -> Response:
    """The front page."""
    before = request.args.get("before")
    page = queries.newest(before) if before is None or SLUG.fullmatch(before) else None
    if page is None:
        abort(400)
    return _page("articles/index.html", page=page, is_head=not page.more_above)


@bp.get("/articles/<slug:slug>")
def show(slug: str) -> Response:
    """An article, its conversation, and the ways on."""
    article = queries.published(slug)
    if article is None:
        abort(404)
    size = settings.current().comments_per_page
    everything = moderator_here() is not None
    thread = threads.page(article.id, article.roots, asked_in(request.args), size, everything=everything)
    return _page("articles/show.html", article=article, thread=thread, linked_data=of_page(article, thread))


def _page(template: str, **context: object) -> Response:
    """The same bytes for every reader; a moderator's own page carries tools and is kept by no cache."""
    response = make_response(render_template(template, **context))
    return private(response) if moderator_here() else shared(response)
