"""For admins: find what the site keeps of a person, hand it out, erase it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for

from blueprints.accounts.guard import admin_here
from blueprints.comments.persons import Whose
from blueprints.privacy import operations, queries
from blueprints.privacy.files import as_file
from blueprints.privacy.forms import DeedForm, EraseForm, FindForm
from blueprints.privacy.operations import Asker
from understory.errors import Missing, Refused
from understory.forms import STALE, Form
from understory.htmx import done, private
from understory.paging import place_in
from understory.security import csrf

bp = Blueprint("privacy_admin", __name__, url_prefix="/admin/privacy")

NOBODY = "There is nothing here of this person."


@bp.before_request
def admins_only() -> None:
    """What people wrote in confidence is the admins' business."""
    admin_here()


@bp.get("/")
def index() -> Response:
    """The form, and the record of what was done."""
    return _page(FindForm(formdata=request.args if "of" in request.args else None))


@bp.post("/find")
@csrf.exempt
def find() -> Response:
    """What there is of a person. By POST, because an e-mail address does not belong into an address or a log."""
    form = FindForm()
    if not form.validate():
        return _refused(form)
    whose = form.whose()
    if whose is None:
        return _page(form, 404, NOBODY)
    return _found(form, whose)


@bp.post("/export")
@csrf.exempt
def export() -> Response:
    """Everything, as a file."""
    form = DeedForm()
    form.validate()
    whose = _whose(form)
    if form.reason.errors:
        raise Refused(str(form.reason.errors[0]))
    return as_file(operations.export(whose, _asker(), form.reason.data or ""))


@bp.post("/erase")
@csrf.exempt
def erase() -> Response:
    """Empty the comments, forget the rest."""
    form = EraseForm()
    is_valid = form.validate()
    whose = _whose(form)
    if not is_valid:
        return _found(FindForm(formdata=None), whose, form, 422)
    amount = operations.erase(whose, _asker(), form.reason.data or "")
    flash(f"Erased: {amount.comments} comments, {amount.votes} votes, {amount.reports} reports.")
    return done("", url_for(".index"))


def _whose(form: DeedForm) -> Whose:
    """Whom the hidden fields name; what is wrong with them no typing can mend."""
    if form.is_stale:
        abort(403)
    if form.by.errors or form.of.errors:
        abort(400)
    whose = form.whose()
    if whose is None:
        raise Missing(NOBODY)
    return whose


def _asker() -> Asker:
    account = admin_here()
    return Asker(account.id, account.name)


def _refused(form: Form) -> Response:
    return _page(form, 403 if form.is_stale else 422, STALE if form.is_stale else None)


def _found(form: FindForm, whose: Whose, deed: EraseForm | None = None, status: int = 200) -> Response:
    found = queries.find(whose)
    if found.is_empty and not found.before:
        return _page(form, 404, NOBODY)
    by = "key" if whose.reader_key else "email" if whose.email else "comment"
    of = whose.reader_key or whose.email or whose.comment_id
    deed = deed or EraseForm(formdata=None, by=by, of=of)
    page = render_template("privacy/found.html", found=found, deed=deed, by=by, of=of)
    return private(make_response(page, status))


def _page(form: Form, status: int = 200, notice: str | None = None) -> Response:
    page = render_template("privacy/admin.html", form=form, notice=notice, page=queries.log(place_in(request.args)))
    return private(make_response(page, status))
