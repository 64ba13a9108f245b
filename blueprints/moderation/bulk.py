"""Decides about many comments with one press: those that are ticked, or all that a search finds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for

from blueprints.accounts.guard import moderator_here
from blueprints.comments.models import State
from blueprints.moderation import queries, queues
from blueprints.moderation.batches import MOST, Batch, decide_many
from blueprints.moderation.cards import cards, nav
from blueprints.moderation.choosing import Unclear, chosen_in
from blueprints.moderation.forms import ActForm
from blueprints.moderation.models import Act, By
from blueprints.moderation.words import MANY
from understory.forms import STALE
from understory.htmx import done, is_htmx, private
from understory.security import csrf, local_path

bp = Blueprint("bulk", __name__, url_prefix="/admin/batches")

#: A ticked comment, and the state that it was seen in.
_TICKED = re.compile(r"([0-9]{1,9}):([a-z]{1,16})")

NOTHING = "No comment was ticked. Tick some, or choose all that match."


@bp.post("/")
@csrf.exempt
def decide() -> Response:
    """Decide about all that were chosen; the log has it as one act with one undo."""
    form = ActForm()
    act = request.form.get("act", "")
    if not form.validate():
        trouble = STALE if form.is_stale else form.reason.errors[0]
        return _again(form, act, trouble, 403 if form.is_stale else 422)
    if act not in MANY:
        abort(400)
    try:
        chosen, about = _chosen(request.form)
    except Unclear as unclear:
        return _again(form, act, str(unclear), 422)
    if not chosen:
        return _again(form, act, "Nothing matches any more." if "everything" in request.form else NOTHING, 422)
    moderator = moderator_here() or abort(403)
    by = By(moderator.id, moderator.name)
    return _decided(form, Act(act), decide_many(Act(act), chosen, by, form.reason.data or "", about))


def _chosen(fields: Mapping[str, str]) -> tuple[Sequence[tuple[int, State | None]], str]:
    """The comments that are meant, and how the log says which. What came after the page was made is not meant."""
    if "everything" not in fields:
        ticked = [_TICKED.fullmatch(value) for value in request.form.getlist("ids")]
        found = [(int(one[1]), State(one[2])) for one in ticked if one and one[2] in list(State)]
        return found[:MOST], "Ticked comments"
    what = chosen_in(fields)
    upto = fields.get("upto", "")
    below = int(upto) + 1 if upto.isascii() and upto.isdigit() and len(upto) < 10 else None
    return [(one, what.state) for one in queues.find(what, below, MOST).ids], what.in_the_log


def _decided(form: ActForm, act: Act, batch: Batch) -> Response:
    number = len(batch.decided)
    said = f"{number:,} comment{'' if number == 1 else 's'} {MANY[act]}."
    if batch.passed_over:
        said += f" {batch.passed_over:,} had been decided otherwise, or are so already."
    if number == MOST:
        said += " There may be more: press once more."
    if not is_htmx():
        flash(said, str(batch.entry_id or ""))
        return done("", local_path(form.next.data, url_for("moderation.desk")))
    # Cards that are not on the page find no place there, and nothing happens.
    here = cards(batch.decided[: queues.PER_PAGE])
    last = queries.last_entries(batch.decided[: queues.PER_PAGE])
    page = render_template(
        "moderation/_batch.html",
        cards=here,
        last=last,
        entry_id=batch.entry_id,
        said=said,
        here=form.next.data,
        **nav(),
    )
    return private(make_response(page))


def _again(form: ActForm, act: str, notice: str, status: int) -> Response:
    """What was chosen, to be pressed once more, with the reason as it was typed."""
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "reason")]
    template = "moderation/_batch_again.html" if is_htmx() else "moderation/batch.html"
    page = render_template(template, form=form, act=act, kept=kept, notice=notice)
    return private(make_response(page, status))
