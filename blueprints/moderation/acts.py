"""What a moderator does to one comment, its author or its place, in place and as plain forms."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for

from blueprints.accounts.guard import moderator_here
from blueprints.comments import queries as comments
from blueprints.moderation import operations
from blueprints.moderation.cards import card, nav
from blueprints.moderation.forms import ActForm, EditForm
from blueprints.moderation.models import DECISIONS, Act, By
from blueprints.moderation.words import CHANGED, SAID
from understory.errors import Missing, Refused
from understory.forms import STALE
from understory.htmx import done, is_htmx, private
from understory.security import csrf, local_path

bp = Blueprint("acts", __name__, url_prefix="/admin/comments")


@csrf.exempt
def decide(comment_id: int, act: str) -> Response:
    """Decide about a comment."""
    form = ActForm()
    if not form.validate():
        return _refused(Act(act), comment_id, form, 403 if form.is_stale else 422, STALE if form.is_stale else None)
    try:
        decided = operations.act(Act(act), comment_id, moderator(), form.reason.data or "", form.seen_state)
    except Missing:
        raise
    except Refused as refusal:
        return _refused(Act(act), comment_id, form, refusal.status, refusal.message)
    return acted(comment_id, decided.entry_id, SAID[decided.after], form)


@csrf.exempt
def change(comment_id: int, act: str) -> Response:
    """Pin a comment or its author to something that lasts: the top of the thread, the queue."""
    form = ActForm()
    if not form.validate():
        return _refused(Act(act), comment_id, form, 403 if form.is_stale else 422, STALE if form.is_stale else None)
    try:
        if act in (Act.PIN, Act.UNPIN):
            entry_id = operations.pin(comment_id, moderator(), pinned=act == Act.PIN)
        else:
            entry_id = operations.hold(comment_id, moderator(), held=act == Act.HOLD)
    except Missing:
        raise
    except Refused as refusal:
        return _refused(Act(act), comment_id, form, refusal.status, refusal.message)
    return acted(comment_id, entry_id, CHANGED[Act(act)], form)


for known in DECISIONS:
    bp.add_url_rule(f"/<number:comment_id>/{known}", known, decide, methods=["POST"], defaults={"act": known.value})
for known in CHANGED:
    bp.add_url_rule(f"/<number:comment_id>/{known}", known, change, methods=["POST"], defaults={"act": known.value})


@bp.route("/<number:comment_id>/edit", methods=["GET", "POST"])
@csrf.exempt
def edit(comment_id: int) -> Response:
    """The words of a comment in a form, and what becomes of it."""
    comment = comments.one(comment_id) or abort(404)
    form = EditForm(data={"body": comment.source})
    notice = None
    if request.method == "POST" and form.validate():
        entry_id = operations.edit(comment_id, moderator(), form.body.data or "", form.reason.data or "")
        return acted(comment_id, entry_id, "The comment is changed. What it said is kept.", form)
    if form.is_stale:
        notice = STALE
    form.next.data = form.next.data or request.args.get("next", "")
    status = 200 if request.method == "GET" else 403 if form.is_stale else 422
    page = render_template("moderation/edit.html", comment=comment, form=form, notice=notice)
    return private(make_response(page, status))


def acted(comment_id: int, entry_id: int | None, said: str, form: ActForm) -> Response:
    """The end of an act: the comment as it is now, in place; plainly, back to where the moderator was."""
    if not is_htmx():
        # The category carries what a press of 'Undo' beside the words takes back.
        flash(said, str(entry_id or ""))
        return done("", local_path(form.next.data, url_for("moderation.desk")))
    if form.is_on_desk:
        here = card(comment_id) or abort(404)
        return done(render_template("moderation/_decided.html", card=here, entry_id=entry_id, said=said, **nav()), "")
    comment = comments.one(comment_id) or abort(404)
    return done(render_template("moderation/_acted.html", comment=comment, said=said), "")


def moderator() -> By:
    """Who acts."""
    account = moderator_here() or abort(403)
    return By(account.id, account.name)


def _refused(act: Act, comment_id: int, form: ActForm, status: int, notice: str | None) -> Response:
    """The comment as it is now, with the act to be pressed again and the reason as it was typed."""
    here = card(comment_id)
    if here is None:
        raise Missing("There is no such comment.")
    context = {"act": act, "form": form, "notice": notice, "comment": comments.one(comment_id)}
    if is_htmx():
        template = "moderation/_card.html" if form.is_on_desk else "moderation/_act.html"
        page = render_template(template, card=here, entry_id=None, after=None, **context)
    else:
        page = render_template("moderation/act.html", card=here, **context)
    return private(make_response(page, status))
