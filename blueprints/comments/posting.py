"""Posting: the form, its preview, and what becomes of it. Whatever is refused comes back with the text."""

from __future__ import annotations

import re

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import RequestEntityTooLarge

from blueprints.accounts.guard import moderator_here
from blueprints.articles import queries as articles
from blueprints.articles.conversations import ThreadClosed
from blueprints.comments import origins, shown_forms, submissions
from blueprints.comments.forms import CommentForm, Values, fresh_form, new_submission_id, submission_of
from blueprints.comments.models import State
from blueprints.comments.posted import Placed, fragments_of, placed, rendered
from blueprints.spam.judging import IsBanned
from understory import figures
from understory.direct import outcome_here
from understory.errors import KEPT_BYTES, TooMany, Unavailable
from understory.htmx import done, is_htmx, private
from understory.readers import act_as, key_of_actor, remember
from understory.reading import sound
from understory.sanitize import comment_html
from understory.security import csrf, has_session

bp = Blueprint("posting", __name__)

#: Where a refusal's name has its next word.
_WORDS = re.compile(r"([A-Z])")


@bp.get("/articles/<slug:slug>/comments/new")
def new(slug: str) -> Response:
    """The form on a page of its own."""
    return shown_forms.answer(articles.published(slug) or abort(404), _empty_form(), "comments/new.html")


@bp.get("/articles/<slug:slug>/comments/form")
def form(slug: str) -> Response:
    """The form to be put into the article's page."""
    return shown_forms.answer(articles.published(slug) or abort(404), _empty_form(), "comments/_form.html")


@bp.post("/articles/<slug:slug>/comments")
@csrf.exempt
def create(slug: str) -> Response:
    """Post a comment; whatever is refused comes back with the text in the form."""
    article = articles.published(slug) or abort(404)
    sent = _in_order()
    if sent is None:
        form, is_too_large = _sent_form()
        if not form.validate() or is_too_large:
            status, why = (413, "too large") if is_too_large else (403, "stale") if form.is_stale else (422, "invalid")
            _count(why)
            return shown_forms.refused(article, form, status)
        if "preview" in request.form:
            return shown_forms.answer(article, form, "comments/new.html", preview=comment_html(form.body.data or ""))
        sent = form.data
    try:
        place = _posted_already() or _post(sent, article.id)
    except (
        TooMany,
        Unavailable,
        ThreadClosed,
        IsBanned,
        submissions.AlreadySent,
        submissions.TakenDown,
        submissions.NotAnswerable,
    ) as refusal:
        _count(_WORDS.sub(r" \1", type(refusal).__name__).strip().lower())
        return shown_forms.not_now(article, refusal)
    _count(place.posted.outcome)
    _keep_name(sent)
    return remember(_told(slug, sent, place))


@bp.post("/comments/preview")
def preview() -> Response:
    """The text as others would see it; nothing is stored."""
    html = comment_html(CommentForm().body.data or "")
    return private(make_response(render_template("comments/_preview.html", html=html)))


@bp.get("/articles/<slug:slug>/comments/received")
def received(slug: str) -> Response:
    """What a reader sees whose comment waits for a moderator."""
    article = articles.published(slug) or abort(404)
    return private(make_response(render_template("comments/received.html", article=article)))


def _posted_already() -> Placed | None:
    """What was posted before Flask was asked, by a reader who may have become known by it."""
    place: Placed | None = outcome_here()
    if place is not None:
        act_as(place.comment.reader_key)
    return place


def _post(sent: Values, article_id: int) -> Placed:
    key, address = key_of_actor(), request.remote_addr or ""
    posted = submissions.receive(submission_of(sent, article_id, key, address), origins.here(key))
    return placed(posted) or abort(404)


def _count(outcome: str) -> None:
    figures.here().posts.labels(outcome).inc()


def _told(slug: str, sent: Values, place: Placed) -> Response:
    posted, comment = place.posted, place.comment
    location = url_for("comments.place", comment_id=comment.id)
    if not is_htmx():
        return done("", location if posted.state == State.VISIBLE else url_for(".received", slug=slug))
    form = fresh_form(current_app, sent, slug, generate_csrf())
    is_plain = comment.state == State.VISIBLE and moderator_here() is None
    page = fragments_of(current_app).text(place, form) if is_plain else rendered(place, form)
    response = private(make_response(page, 201 if posted.is_new else 200))
    response.headers["Location"] = location
    response.headers["HX-Trigger"] = "acted"
    if comment.depth:
        # The form under a comment has done its work; the one at the head of the thread is cleared instead.
        response.headers["HX-Reswap"] = "delete"
    return response


def _empty_form() -> CommentForm:
    parent_id = request.args.get("parent_id") or None
    if parent_id is not None and not (parent_id.isascii() and parent_id.isdigit() and len(parent_id) < 10):
        abort(400)
    remembered = session.get("remembered", {}) if has_session() else {}
    return CommentForm(
        formdata=None,
        submission_id=new_submission_id(),
        parent_id=parent_id,
        author=remembered.get("author"),
        email=remembered.get("email"),
        remember=bool(remembered),
    )


def _keep_name(sent: Values) -> None:
    """Remember the name for the next form, or forget it, as the reader wishes."""
    if sent["remember"]:
        session.permanent = True
        session["remembered"] = {"author": sent["author"], "email": sent["email"]}
    elif "remembered" in session:
        # A session that is only looked at is not sent anew.
        del session["remembered"]


def _in_order() -> Values | None:
    """What is to be posted, when nothing is to be said against it."""
    try:
        return None if "preview" in request.form else sound(CommentForm)
    except RequestEntityTooLarge:
        return None


def _sent_form() -> tuple[CommentForm, bool]:
    """The form as it came, and whether the request was larger than a comment can be."""
    try:
        return CommentForm(), False
    except RequestEntityTooLarge:
        if (request.content_length or 0) > KEPT_BYTES:
            raise
        request.max_content_length = KEPT_BYTES
        return CommentForm(), True
