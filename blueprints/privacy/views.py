"""What the site keeps about people, said to everybody; and a reader's own data, from their own browser."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, session

from blueprints.accounts.guard import moderator_here
from blueprints.accounts.models import INVITE_LIFETIME, SESSION_LIFETIME
from blueprints.comments.persons import Whose
from blueprints.privacy import operations, queries
from blueprints.privacy.files import as_file
from blueprints.privacy.forms import OwnEraseForm, OwnForm
from blueprints.privacy.operations import Asker
from understory import limits, readers, settings
from understory.forms import STALE
from understory.htmx import private, shared
from understory.security import csrf, has_session

bp = Blueprint("privacy", __name__, url_prefix="/privacy")


@bp.get("")
def page() -> Response:
    """What is stored and for how long, as this site's settings have it."""
    page = render_template(
        "privacy/page.html",
        rules=settings.current(),
        session_days=SESSION_LIFETIME.days,
        invite_days=INVITE_LIFETIME.days,
        reader_days=readers.LIFETIME.days,
    )
    response = make_response(page)
    return private(response) if moderator_here() else shared(response)


@bp.get("/yours")
def yours() -> Response:
    """What the site keeps of this browser's reader."""
    return _yours()


@bp.post("/yours/export")
def export() -> Response:
    """One's own data, as a file."""
    whose = _whose() or abort(404)
    limits.take(settings.current().act_limit, "act", limits.client())
    return as_file(operations.export(whose, Asker()))


@bp.post("/yours/erase")
@csrf.exempt
def erase() -> Response:
    """Forget this browser's reader; the cookie that names them goes with the rest."""
    form, whose = OwnEraseForm(), _whose()
    if not form.validate():
        return _yours(form, 403 if form.is_stale else 422, STALE if form.is_stale else None)
    if whose is None:
        return _yours()
    limits.take(settings.current().act_limit, "act", limits.client())
    operations.erase(whose, Asker())
    session.pop("remembered", None)
    response = private(make_response(render_template("privacy/forgotten.html")))
    response.delete_cookie(readers.COOKIE, httponly=True, samesite="Lax")
    return response


def _whose() -> Whose | None:
    key = readers.key_here()
    return Whose(reader_key=key) if key else None


def _yours(form: OwnEraseForm | None = None, status: int = 200, notice: str | None = None) -> Response:
    """Whoever never did anything gets no form, and with it no cookie."""
    whose = _whose()
    found = queries.find(whose) if whose else None
    found = found if found and not found.is_empty else None
    forms = {"form": form or OwnEraseForm(formdata=None), "button": OwnForm(formdata=None)} if found else {}
    remembered = has_session() and "remembered" in session
    page = render_template("privacy/yours.html", found=found, remembered=remembered, notice=notice, **forms)
    return private(make_response(page, status))
