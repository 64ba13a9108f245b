"""Where moderators write, preview, edit and unpublish articles."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask.wrappers import Response

from blueprints.accounts.guard import moderator_here
from blueprints.articles import operations, queries
from blueprints.articles.forms import ActForm, ArticleForm
from blueprints.moderation import operations as moderation
from blueprints.moderation.models import By
from understory.errors import Refused
from understory.forms import LARGEST_FORM, STALE
from understory.htmx import done, private
from understory.sanitize import article_html
from understory.security import csrf

bp = Blueprint("articles_admin", __name__, url_prefix="/admin/articles")


@bp.get("/")
def index() -> Response:
    """Every article, published or not."""
    return _page("articles/admin_index.html", articles=queries.all_for_editing(), form=ActForm())


@bp.route("/new", methods=["GET", "POST"])
@csrf.exempt
def new() -> Response:
    """An empty form, and what becomes of it."""
    form = _form()
    if request.method == "GET" or not _is_meant_to_be_saved(form):
        return _editor(form, article=None)
    try:
        slug = operations.write(form.draft())
    except Refused as refusal:
        form.slug.errors = [*form.slug.errors, refusal.message]
        return _editor(form, article=None, status=409)
    flash("The article is published.")
    return done("", url_for("articles.show", slug=slug))


@bp.route("/<slug:slug>/edit", methods=["GET", "POST"])
@csrf.exempt
def edit(slug: str) -> Response:
    """An article's form, filled in, and what becomes of it."""
    article = queries.for_editing(slug) or abort(404)
    form = _form(obj=article, seen=operations.reading(article))
    if request.method == "GET" or not _is_meant_to_be_saved(form):
        return _editor(form, article=article)
    try:
        operations.edit(slug, form.draft(), form.seen.data or "")
    except operations.Overtaken as refusal:
        theirs = queries.for_editing(slug) or abort(404)
        form.seen.data = operations.reading(theirs)
        return _editor(form, article, refusal.status, refusal.message, theirs)
    flash("Your changes are saved.")
    return done("", url_for("articles.show", slug=slug) if article.published else url_for(".index"))


@bp.post("/preview")
@csrf.exempt
def preview() -> Response:
    """The text as readers would see it; nothing is stored."""
    form = _form()
    # Checked here and not before every view, where a form of this size is not yet let in.
    csrf.protect()
    html = article_html(form.source.data or "")
    return private(make_response(render_template("articles/_preview.html", html=html)))


@bp.post("/<slug:slug>/unpublish")
def unpublish(slug: str) -> Response:
    """Take an article from the site; its conversation is kept."""
    moderation.set_published(slug, _moderator(), published=False)
    flash("The article is no longer on the site. Its conversation is kept.")
    return done("", url_for(".index"))


@bp.post("/<slug:slug>/publish")
def publish(slug: str) -> Response:
    """Put an article back on the site."""
    moderation.set_published(slug, _moderator(), published=True)
    flash("The article is on the site again.")
    return done("", url_for(".index"))


@bp.post("/<slug:slug>/close")
def close(slug: str) -> Response:
    """Take no more comments under an article."""
    moderation.set_closed(slug, _moderator(), closed=True)
    flash("The conversation is closed. It can still be read.")
    return done("", url_for("articles.show", slug=slug))


@bp.post("/<slug:slug>/open")
def reopen(slug: str) -> Response:
    """Take comments again."""
    moderation.set_closed(slug, _moderator(), closed=False)
    flash("The conversation is open again.")
    return done("", url_for("articles.show", slug=slug))


def _moderator() -> By:
    account = moderator_here() or abort(403)
    return By(account.id, account.name)


def _form(obj: object = None, seen: str = "") -> ArticleForm:
    request.max_content_length = request.max_form_memory_size = LARGEST_FORM
    return ArticleForm(obj=obj, seen=seen)


def _is_meant_to_be_saved(form: ArticleForm) -> bool:
    """False for a press of 'Preview' and for a form that has to be shown again."""
    return form.validate() and "preview" not in request.form


def _editor(
    form: ArticleForm, article: object, status: int = 0, notice: str | None = None, theirs: object = None
) -> Response:
    previewed = "preview" in request.form and not form.errors
    html = article_html(form.source.data or "") if previewed else None
    notice = STALE if form.is_stale else notice
    status = status or (200 if not form.errors else 403 if form.is_stale else 422)
    shown = {"form": form, "article": article, "html": html, "notice": notice, "theirs": theirs}
    return _page("articles/editor.html", status, **shown)


def _page(template: str, status: int = 200, **context: object) -> Response:
    return private(make_response(render_template(template, **context), status))
