"""Reporting a comment, in place and as a plain form."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from blueprints.comments import queries as comments
from blueprints.moderation import operations
from blueprints.moderation.forms import ReportForm
from blueprints.moderation.models import Grounds
from understory import limits, settings
from understory.db import AnyRow
from understory.errors import TooMany
from understory.forms import stale
from understory.htmx import done, is_htmx, private
from understory.readers import key_of_actor, remember
from understory.security import csrf

bp = Blueprint("reports", __name__)


@bp.route("/comments/<number:comment_id>/report", methods=["GET", "POST"])
@csrf.exempt
def report(comment_id: int) -> Response:
    """The question, and what becomes of the answer."""
    comment = comments.one(comment_id)
    if comment is None or comment.state != "visible":
        abort(404)
    form = ReportForm()
    if request.method == "GET":
        return _answer(comment, form)
    if not form.validate():
        return _answer(comment, form, 403 if form.is_stale else 422, stale() if form.is_stale else None)
    rules = settings.current()
    try:
        limits.take(rules.act_limit, "act", limits.client())
    except TooMany as refusal:
        return _answer(comment, form, refusal.status, refusal.message)
    operations.report(
        comment_id, key_of_actor(), Grounds(form.grounds.data), form.words.data or "", rules.reports_to_hide
    )
    fragment = render_template("moderation/_reported.html", comment=comment)
    return remember(done(fragment, url_for(".thanks", comment_id=comment_id)))


@bp.get("/comments/<number:comment_id>/report/form")
def form(comment_id: int) -> Response:
    """The question, to be put under the comment."""
    comment = comments.one(comment_id)
    if comment is None or comment.state != "visible":
        abort(404)
    return _answer(comment, ReportForm(), template="moderation/_report.html")


@bp.get("/comments/<number:comment_id>/report/thanks")
def thanks(comment_id: int) -> Response:
    """What a reader sees whose report was taken."""
    comment = comments.one(comment_id) or abort(404)
    return private(make_response(render_template("moderation/reported.html", comment=comment)))


def _answer(
    comment: AnyRow, form: ReportForm, status: int = 200, notice: str | None = None, template: str | None = None
) -> Response:
    template = template or ("moderation/_report.html" if is_htmx() else "moderation/report.html")
    return private(make_response(render_template(template, comment=comment, form=form, notice=notice), status))
