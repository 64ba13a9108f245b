"""What readers see of articles: the front page, and an article with its conversation."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, make_response, render_template, request
from flask.wrappers import Response

from blueprints.accounts.guard import moderator_here
from blueprints.articles import queries
from blueprints.articles.files import SLUG
from blueprints.comments import queries as comments
from blueprints.comments import threads
from blueprints.comments.pages import pages_of
from blueprints.comments.places import asked_in
from blueprints.feeds.linked_data import of_page
from understory import settings
from understory.htmx import private, shared
from understory.templating import site_here

bp = Blueprint("articles", __name__)


@bp.get("/")
def index() -> Response:
    """The front page."""
    before = request.args.get("before")
    page = queries.newest(before) if before is None or SLUG.fullmatch(before) else None
    if page is None:
        abort(400)
    response = make_response(render_template("articles/index.html", page=page, is_head=not page.more_above))
    return private(response) if moderator_here() else shared(response)


@bp.get("/articles/<slug:slug>")
def show(slug: str) -> Response:
    """An article, its conversation, and the ways on."""
    article = queries.published(slug)
    if article is None:
        abort(404)
    size = settings.current().comments_per_page
    everything = moderator_here() is not None
    thread = threads.page(article.id, asked_in(request.args), size, everything=everything)
    pinned = comments.pinned(article.id, article.pinned_id) if article.pinned_id else None
    if not everything and not thread.is_branch and pinned is None:
        page = pages_of(current_app).whole(article, thread, str(site_here()))
        return shared(make_response(page), article.id, article.version)
    linked_data = of_page(article, thread.groups, str(site_here())).decode()
    response = make_response(
        render_template("articles/show.html", article=article, thread=thread, linked_data=linked_data, pinned=pinned)
    )
    # A moderator's own page carries tools and is kept by no cache.
    return private(response) if everything else shared(response, article.id, article.version)
