"""What readers ask of a conversation: its pages, the form, posting, and where a comment stands."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from blueprints.accounts.guard import moderator_here
from blueprints.articles import queries as articles
from blueprints.comments import operations, places, queries
from blueprints.comments.forms import CommentForm, new_submission_id
from blueprints.comments.models import State
from blueprints.comments.operations import Posted, Submission
from understory import limits, settings
from understory.db import AnyRow
from understory.errors import KEPT_BYTES, TooMany
from understory.forms import STALE
from understory.htmx import done, is_htmx, private, shared
from understory.security import csrf

bp = Blueprint("comments", __name__)


@bp.get("/articles/<slug:slug>/comments")
def thread(slug: str) -> Response:
    """A page of the conversation, to be put under what a reader sees already."""
    article = articles.published(slug) or abort(404)
    everything = moderator_here() is not None
    page = queries.thread(
        article.id,
        article.roots,
        places.asked_in(request.args),
        settings.current().comments_per_page,
        everything=everything,
    )
    response = make_response(render_template("comments/_thread.html", article=article, thread=page, is_first=False))
    return private(response) if everything else shared(response)


@bp.get("/articles/<slug:slug>/comments/new")
def new(slug: str) -> Response:
    """The form on a page of its own."""
    return _form_answer(articles.published(slug) or abort(404), _empty_form(), "comments/new.html")


@bp.get("/articles/<slug:slug>/comments/form")
def form(slug: str) -> Response:
    """The form to be put into the article's page."""
    return _form_answer(articles.published(slug) or abort(404), _empty_form(), "comments/_form.html")


@bp.post("/articles/<slug:slug>/comments")
@csrf.exempt
def create(slug: str) -> Response:
    """Post a comment; whatever is refused comes back with the text in the form."""
    article = articles.published(slug) or abort(404)
    form, is_too_large = _sent_form()
    if not form.validate() or is_too_large:
        return _refused(article, form, 413 if is_too_large else 403 if form.is_stale else 422)
    try:
        posted = _post(form.submission(article.id))
    except TooMany as refusal:
        response = _refused(article, form, refusal.status, refusal.message)
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    except operations.AlreadySent as refusal:
        form.renew(parent_id=form.asked_parent)
        return _refused(article, form, refusal.status, refusal.message, earlier=refusal.comment_id)
    except operations.NotAnswerable as refusal:
        form.renew()
        return _refused(article, form, refusal.status, refusal.message)
    return _posted(slug, form, posted)


@bp.get("/comments/<number:comment_id>")
def place(comment_id: int) -> Response:
    """To the comment, in its thread."""
    where = queries.where_is(comment_id) or abort(404)
    if not where.shown and not moderator_here():
        abort(410 if where.state != State.PENDING else 404)
    size = settings.current().comments_per_page
    page = places.showing(where.root_number, where.last_root, size)
    target = f"{url_for('articles.show', slug=where.slug)}{page.query}#comment-{comment_id}"
    response = make_response(redirect(target))
    # The place is the same for ever, the page that shows it is not.
    response.headers["Cache-Control"] = "no-cache"
    return response


def _post(submission: Submission) -> Posted:
    """A retry is answered whatever the limits say: it adds nothing."""
    earlier = operations.already_posted(submission)
    if earlier:
        return earlier
    rules = settings.current()
    limits.take(rules.post_limit, "post", limits.client())
    limits.take(rules.thread_limit, "post in", str(submission.article_id))
    return operations.post(submission, State.PENDING if rules.premoderate else State.VISIBLE)


def _posted(slug: str, form: CommentForm, posted: Posted) -> Response:
    location = url_for(".place", comment_id=posted.comment_id)
    if not is_htmx():
        if posted.state == State.VISIBLE:
            return done("", location)
        return done("", url_for(".received", slug=slug))
    comment = queries.one(posted.comment_id) or abort(404)
    form.body.data = ""
    form.renew()
    article = articles.published(slug) or abort(404)
    page = render_template(
        "comments/_posted.html", article=article, comment=comment, form=form, parent=None, notice=None, earlier=None
    )
    response = private(make_response(page, 201 if posted.is_new else 200))
    response.headers["Location"] = location
    return response


@bp.get("/articles/<slug:slug>/comments/received")
def received(slug: str) -> Response:
    """What a reader sees whose comment waits for a moderator."""
    article = articles.published(slug) or abort(404)
    return private(make_response(render_template("comments/received.html", article=article)))


def _empty_form() -> CommentForm:
    parent_id = request.args.get("parent_id") or None
    if parent_id is not None and not (parent_id.isascii() and parent_id.isdigit() and len(parent_id) < 10):
        abort(400)
    return CommentForm(formdata=None, submission_id=new_submission_id(), parent_id=parent_id)


def _sent_form() -> tuple[CommentForm, bool]:
    """The form as it came, and whether the request was larger than a comment can be."""
    try:
        return CommentForm(), False
    except RequestEntityTooLarge:
        if (request.content_length or 0) > KEPT_BYTES:
            raise
        request.max_content_length = KEPT_BYTES
        return CommentForm(), True


def _refused(
    article: AnyRow, form: CommentForm, status: int, message: str | None = None, earlier: int | None = None
) -> Response:
    """The form again, with the text and what is wrong with it; one press from posting where that can be."""
    if form.submission_id.errors:
        form.renew(parent_id=form.asked_parent)
    if form.parent_id.errors:
        form.parent_id.data = ""
    if status == 413 and not form.errors:
        message = "This form holds more than a comment can."
    notice = message or next((e for f in (form.parent_id, form.submission_id, form.website) for e in f.errors), None)
    template = "comments/_form.html" if is_htmx() else "comments/new.html"
    return _form_answer(article, form, template, status, STALE if form.is_stale else notice, earlier)


def _form_answer(
    article: AnyRow,
    form: CommentForm,
    template: str,
    status: int = 200,
    notice: str | None = None,
    earlier: int | None = None,
) -> Response:
    parent = queries.answerable(article.id, form.asked_parent) if form.asked_parent else None
    if form.asked_parent and parent is None:
        if request.method == "GET":
            abort(404)
        form.parent_id.data = ""
    page = render_template(template, article=article, form=form, parent=parent, notice=notice, earlier=earlier)
    return private(make_response(page, status))
