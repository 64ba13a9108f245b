"""What readers ask of a conversation: its pages, and where a comment stands."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for

from blueprints.accounts.guard import moderator_here
from blueprints.articles import queries as articles
from blueprints.comments import places, queries, threads
from blueprints.comments.pages import pages_of
from blueprints.comments.places import Branch
from understory import settings
from understory.db import AnyRow
from understory.htmx import private, shared
from understory.readers import key_here

bp = Blueprint("comments", __name__)


@bp.get("/articles/<slug:slug>/comments")
def thread(slug: str) -> Response:
    """A page of the conversation or of one branch, to be put under what a reader sees already."""
    article = articles.published(slug) or abort(404)
    everything = moderator_here() is not None
    asked = places.asked_in(request.args)
    size = settings.current().comments_per_page
    page = threads.page(article.id, asked, size, everything=everything)
    if everything or page.is_branch:
        template = "comments/_branch.html" if page.is_branch else "comments/_thread.html"
        response = make_response(render_template(template, article=article, thread=page, is_first=False))
    else:
        response = make_response(pages_of(current_app).part(article, page))
    return private(response) if everything else shared(response, article.id, article.version)


@bp.get("/comments/<number:comment_id>")
def place(comment_id: int) -> Response:
    """To the comment, in its thread."""
    where = queries.where_is(comment_id) or abort(404)
    if not where.shown and not moderator_here():
        is_own = where.reader_key is not None and where.reader_key == key_here()
        if where.waits and is_own:
            return make_response(redirect(url_for("authors.yours", slug=where.slug)))
        abort(404 if where.waits else 410)
    asked = _place_of(where)
    response = make_response(redirect(f"{url_for('articles.show', slug=where.slug)}{asked.query}#comment-{comment_id}"))
    # The place is the same for ever, the page that shows it is not.
    response.headers["Cache-Control"] = "no-cache"
    return response


def _place_of(where: AnyRow) -> places.Asked | Branch:
    """The page of the thread while the comment is on it, else a page of its branch that starts with it."""
    if where.depth:
        most = threads.FIRST_REPLIES
        if queries.replies_before(where.article_id, where.root_number, where.path, most) >= most:
            return Branch(where.root_number, since=where.path)
    return places.showing(where.root_number, where.last_root, settings.current().comments_per_page)
