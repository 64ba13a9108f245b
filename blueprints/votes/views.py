"""Voting, in place and as a plain form."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf

from blueprints.comments import queries as comments
from blueprints.votes import operations, queries
from understory import limits, settings
from understory.errors import Refused
from understory.forms import stale
from understory.htmx import done, is_htmx, private
from understory.readers import key_here, key_of_actor, remember
from understory.security import csrf

bp = Blueprint("votes", __name__)

#: Pages that are the same for everybody hold no token, so without scripts a vote takes a second press.
CONFIRM = "Please press once more to confirm your vote."

VALUES = {"up": 1, "down": -1}

#: Votes on one comment from one address in a day: a household may have several readers, a crowd has not.
FROM_ONE_ADDRESS = "5 per day"


@bp.get("/form-token")
def token() -> Response:
    """A token for the small forms of a page that is the same for everybody and so holds none."""
    response = make_response(generate_csrf())
    response.mimetype = "text/plain"
    return private(response)


@bp.get("/comments/<number:comment_id>/vote")
def show(comment_id: int) -> Response:
    """The two buttons on a page of their own."""
    return _page(comment_id)


@bp.post("/comments/<number:comment_id>/vote")
@csrf.exempt
def vote(comment_id: int) -> Response:
    """Vote, change the vote, or take it back."""
    if not FlaskForm(formdata=request.form).validate():
        return _page(comment_id, 403, stale() if "csrf_token" in request.form else CONFIRM)
    value = VALUES.get(request.form.get("value", "")) or abort(400)
    key = key_of_actor()
    try:
        _count_against_limits(comment_id, key)
        operations.press(comment_id, key, value)
    except Refused as refusal:
        if not is_htmx():
            raise
        return private(make_response(_fragment(comment_id, key, refusal.message), refusal.status))
    response = remember(done(_fragment(comment_id, key), url_for("comments.place", comment_id=comment_id)))
    response.headers["HX-Trigger"] = "acted"
    return response


def _count_against_limits(comment_id: int, key: str) -> None:
    rule = settings.current().act_limit
    limits.take(rule, "act", limits.client())
    if rule and not queries.on(comment_id, key):
        limits.take(FROM_ONE_ADDRESS, "vote on", str(comment_id), limits.client())


def _fragment(comment_id: int, key: str, said: str | None = None) -> str:
    """The buttons as they are now, and a word why nothing happened, if nothing did."""
    comment = comments.one(comment_id) or abort(404)
    return render_template("votes/_voted.html", comment=comment, vote=queries.on(comment_id, key), said=said)


def _page(comment_id: int, status: int = 200, notice: str | None = None) -> Response:
    comment = comments.one(comment_id)
    if comment is None or comment.state != "visible":
        abort(404)
    template = "votes/_page.html" if is_htmx() else "votes/page.html"
    vote = queries.on(comment_id, key_here())
    page = render_template(template, comment=comment, vote=vote, notice=notice)
    return private(make_response(page, status))
