"""For admins: who has an account, with which role, and the links by which others come in."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, session, url_for

from blueprints.accounts import factors, invites, operations, queries, sessions
from blueprints.accounts.forms import ActForm, InviteForm, RoleForm
from blueprints.accounts.guard import admin_here
from blueprints.accounts.models import Account, Role
from understory.errors import Refused
from understory.forms import STALE
from understory.htmx import done, private
from understory.paging import place_in
from understory.security import csrf
from understory.templating import absolute

bp = Blueprint("people", __name__, url_prefix="/admin/people")


@bp.before_request
def admins_only() -> None:
    """Moderators have the desk; people are the admins' business."""
    admin_here()


@bp.get("/")
def index() -> Response:
    """Everybody, and the invitations that nobody opened yet."""
    return _index(InviteForm(formdata=None))


@bp.post("/invite")
@csrf.exempt
def invite() -> Response:
    """Make a one-time link; it is shown once."""
    form = InviteForm()
    if not form.validate():
        return _index(form, 403 if form.is_stale else 422, STALE if form.is_stale else None)
    token = invites.invite(Role(form.role.data), form.meant_for.data or "", admin_here().name)
    session["invited"] = absolute(url_for("accounts.join", token=token))
    return done("", url_for(".index"))


@bp.post("/invites/<number:invite_id>/withdraw")
def withdraw(invite_id: int) -> Response:
    """Take an invitation back."""
    invites.withdraw(invite_id, admin_here().name)
    flash("The invitation is withdrawn: its link opens nothing any more.")
    return done("", url_for(".index"))


@bp.get("/<number:account_id>")
def person(account_id: int) -> Response:
    """One account: its role, its sessions, and what happened to it."""
    return _person(_account(account_id))


@bp.post("/<number:account_id>/role")
@csrf.exempt
def role(account_id: int) -> Response:
    """Give somebody another role, in force at once."""
    account, form = _account(account_id), RoleForm()
    if not form.validate():
        return _person(account, form, 403 if form.is_stale else 422, STALE if form.is_stale else None)
    admin = admin_here()
    try:
        operations.set_role(account_id, Role(form.role.data), admin.name)
    except Refused as refusal:
        return _person(account, form, refusal.status, refusal.message)
    if account_id == admin.id and form.role.data != Role.ADMIN:
        return done("", url_for("account.own"))
    return _said(account_id, f"The role is now: {form.role.data}.")


@bp.post("/<number:account_id>/sessions/end")
def end_sessions(account_id: int) -> Response:
    """Sign somebody out everywhere, at once."""
    ended = sessions.end(_account(account_id).id, admin_here().name)
    return _said(account_id, f"{ended} session{'' if ended == 1 else 's'} ended.")


@bp.post("/<number:account_id>/second-factor/off")
def factor_off(account_id: int) -> Response:
    """Help somebody who lost telephone and recovery codes: the password alone signs in, and nobody is signed in."""
    factors.turn_off(_account(account_id).id, admin_here().name)
    sessions.end(account_id, admin_here().name)
    return _said(account_id, "The second factor is off, and every session has ended.")


@bp.get("/record")
def events() -> Response:
    """What happened to accounts, newest first."""
    return _page("accounts/record.html", page=queries.events(place_in(request.args)))


def _account(account_id: int) -> Account:
    return queries.one(account_id) or abort(404)


def _index(form: InviteForm, status: int = 200, notice: str | None = None) -> Response:
    return _page(
        "accounts/people.html",
        status,
        people=queries.everybody(),
        invites=queries.open_invites(),
        form=form,
        act=ActForm(formdata=None),
        invited=session.pop("invited", None),
        notice=notice,
    )


def _person(account: Account, form: RoleForm | None = None, status: int = 200, notice: str | None = None) -> Response:
    return _page(
        "accounts/person.html",
        status,
        account=account,
        form=form or RoleForm(formdata=None, role=account.role),
        act=ActForm(formdata=None),
        sessions=queries.sessions_of(account.id),
        passkeys=queries.passkeys_of(account.id),
        page=queries.events(place_in(request.args), account.id),
        notice=notice,
    )


def _said(account_id: int, message: str) -> Response:
    flash(message)
    return done("", url_for(".person", account_id=account_id))


def _page(template: str, status: int = 200, **context: object) -> Response:
    return private(make_response(render_template(template, **context), status))
