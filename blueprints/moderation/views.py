"""The moderators' desk: its queues, what is new in them, and what is known of one comment."""

from __future__ import annotations

from dataclasses import asdict

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    render_template,
    request,
    url_for,
)

from blueprints.accounts.guard import moderator_here
from blueprints.comments import queries as comments
from blueprints.moderation import queries, queues, undoing
from blueprints.moderation.cards import card, cards, nav
from blueprints.moderation.choosing import Chosen, Unclear, chosen_in
from blueprints.moderation.models import Act, By
from blueprints.moderation.queries import Sought
from blueprints.moderation.words import SAID
from understory.htmx import done, is_htmx, private
from understory.paging import number_in, place_in
from understory.security import local_path

bp = Blueprint("moderation", __name__, url_prefix="/admin")

#: Cards that news brings up to date one by one; a desk that missed more is asked to load anew.
MOST_NEWS = 50

_ACTS = frozenset(Act)


@bp.get("/")
def desk() -> Response:
    """A queue or what a search finds, fifty at a time, the newest first."""
    before = number_in(request.args, "before")
    try:
        chosen, trouble = chosen_in(request.args), None
    except Unclear as unclear:
        chosen, trouble = Chosen(), unclear
    found = queues.find(chosen, before) if trouble is None else queues.Found([], None)
    page = _page(
        "moderation/desk.html",
        chosen=chosen,
        asked=request.args,
        trouble=trouble,
        cards=cards(found.ids, chosen.q.replace('"', " ").split()),
        is_head=before is None,
        further=found.further,
        news=_news(chosen, since=queries.newest_entry(), newest=found.ids[0] if found.ids else 0),
        here=request.full_path.rstrip("?"),
        **nav(),
    )
    page.status_code = 422 if trouble else 200
    return page


@bp.get("/news")
def news() -> Response:
    """What happened since an open desk was told last: new comments, others' decisions. 204 when nothing did."""
    try:
        chosen = chosen_in(request.args)
    except Unclear:
        abort(400)
    since, newest = number_in(request.args, "log") or 0, number_in(request.args, "newest") or 0
    latest, new = queries.newest_entry(), queues.newer(chosen, newest)
    if latest == since and new == number_in(request.args, "new"):
        return private(make_response("", 204))
    decided = queries.decided_since(since, _moderator().account_id or 0, MOST_NEWS + 1)
    is_much = len(decided) > MOST_NEWS
    return _page(
        "moderation/_news.html",
        news=_news(chosen, since=latest, newest=newest, new=new, is_much=is_much),
        cards=[] if is_much else cards(decided),
        **nav(),
    )


@bp.get("/comments/<number:comment_id>/history")
def history(comment_id: int) -> Response:
    """What a comment says now, what it said before it was changed, and all that was decided about it."""
    comment = comments.one(comment_id) or abort(404)
    return _page("moderation/history.html", comment=comment, earlier=comments.earlier_texts(comment_id))


@bp.get("/log")
def log() -> Response:
    """Who did what, newest first."""
    sought = Sought(
        q=_typed("q"),
        who=_typed("who"),
        act=act if (act := request.args.get("act", "")) in _ACTS else "",
        batch=number_in(request.args, "batch"),
        comment=number_in(request.args, "comment"),
    )
    values = {name: value for name, value in asdict(sought).items() if value not in ("", None)}
    page = queries.log(place_in(request.args), sought)
    here = request.full_path.rstrip("?")
    return _page("moderation/log.html", page=page, sought=sought, values=values, acts=list(Act), here=here)


@bp.post("/log/<number:entry_id>/undo")
def undo(entry_id: int) -> Response:
    """Take back what an entry of the log did, or all that a batch did."""
    undone = undoing.undo(entry_id, _moderator())
    said = _undone(undone)
    if not is_htmx():
        flash(said, str(undone.entry_id))
        return done("", local_path(request.form.get("next"), url_for(".log")))
    here = card(undone.entry.comment_id) if undone.entry.comment_id else None
    if here is not None and request.form.get("on") == "desk":
        return done(render_template("moderation/_undone.html", card=here, said=said, **nav()), "")
    if undone.entry.stands_for_many or request.form.get("on") == "desk":
        return done(render_template("moderation/_batch_undone.html", said=said, entry_id=undone.entry_id), "")
    entries = [queries.entry(undone.entry_id), queries.entry(entry_id)]
    return done(render_template("moderation/_entries.html", entries=entries, said=said), "")


def _moderator() -> By:
    account = moderator_here() or abort(403)
    return By(account.id, account.name)


def _undone(undone: undoing.Undone) -> str:
    if undone.entry.stands_for_many:
        left = f" {undone.overtaken:,} stay: somebody has changed them since." if undone.overtaken else ""
        return f"Undone for {undone.brought_back:,} comment{'' if undone.brought_back == 1 else 's'}.{left}"
    return f"Undone. {SAID.get(undone.after, '')}".rstrip()


def _typed(name: str) -> str:
    """Something to look for, cut where nobody types any more."""
    return " ".join(request.args.get(name, "").replace("\0", "").split())[:200]


def _news(chosen: Chosen, *, since: int, newest: int, new: int = 0, is_much: bool = False) -> dict[str, object]:
    """What the next question has to say, and what the last one found."""
    values = {**chosen.values, "log": since, "newest": newest, "new": new}
    return {"values": values, "query": chosen.query, "new": new, "is_much": is_much}


def _page(template: str, **context: object) -> Response:
    return private(make_response(render_template(template, **context)))
