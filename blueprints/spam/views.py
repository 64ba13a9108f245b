"""The rules by which comments are held: shown, tried on the latest comments, saved, brought back."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for

from blueprints.comments import queries as comments
from blueprints.moderation import barring
from blueprints.spam import judging, queries, trials
from blueprints.spam.forms import RulesForm
from blueprints.spam.guard import moderator
from blueprints.spam.rules import Rules
from blueprints.spam.trials import Trial
from understory.forms import STALE
from understory.htmx import done, private
from understory.security import csrf

bp = Blueprint("spam", __name__, url_prefix="/admin/rules")

#: Comments that a trial judges, and how many of those that it would have held are listed.
TRIED, LISTED = 1000, 200

MEANWHILE = "Somebody else saved rules meanwhile. Below are yours; saved once more, they take the place of those."


@bp.route("/", methods=["GET", "POST"])
@csrf.exempt
def rules() -> Response:
    """The rules in a form, and what becomes of it."""
    newest = _newest()
    if request.method == "GET":
        return _page(RulesForm.showing(judging.rules_here(), newest))
    form = RulesForm()
    if not form.validate():
        return _page(form, 403 if form.is_stale else 422, STALE if form.is_stale else None)
    if "try" in request.form:
        return _page(form, trial=_tried(form.rules))
    if form.seen.data != str(newest):
        form.seen.data = str(newest)
        return _page(form, 409, MEANWHILE)
    barring.save_rules(form.rules, moderator())
    flash("The rules are saved. They hold from the next comment on.")
    return done("", url_for(".rules"))


@bp.post("/trial")
@csrf.exempt
def trial() -> Response:
    """What the rules in the form would have done, to be put under it; nothing is stored."""
    form = RulesForm()
    if not form.validate():
        page = render_template("spam/_untried.html", form=form, notice=STALE if form.is_stale else None)
        return private(make_response(page, 403 if form.is_stale else 422))
    tried = render_template("spam/_trial.html", trial=_tried(form.rules), listed=LISTED)
    return private(make_response(tried))


@bp.post("/<number:rules_id>/restore")
def restore(rules_id: int) -> Response:
    """Put earlier rules in force again."""
    barring.restore_rules(rules_id, moderator())
    flash("The earlier rules are in force again.")
    return done("", url_for(".rules"))


def _tried(proposed: Rules) -> Trial:
    return trials.run(proposed, comments.latest_to_judge(TRIED, proposed.first_timers))


def _newest() -> int:
    saved = queries.rules_saved()
    return saved[0].id if saved else 0


def _page(form: RulesForm, status: int = 200, notice: str | None = None, trial: Trial | None = None) -> Response:
    page = render_template(
        "spam/rules.html",
        form=form,
        notice=notice,
        trial=trial,
        listed=LISTED,
        learned=queries.known([]).read,
        earlier=queries.rules_saved(),
    )
    return private(make_response(page, status))
