"""One's own account: password, sessions, and what happened to it."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, flash, make_response, render_template, request, session, url_for

from blueprints.accounts import operations, queries, sessions
from blueprints.accounts.entering import slow_down
from blueprints.accounts.forms import ActForm, ConfirmForm, PasswordForm
from blueprints.accounts.guard import account_here, signed_in_here
from blueprints.accounts.models import Account
from understory.errors import Refused
from understory.forms import STALE, Form
from understory.htmx import done, private
from understory.paging import Place
from understory.security import csrf

bp = Blueprint("account", __name__, url_prefix="/account")
bp.before_request(signed_in_here)

WRONG_PASSWORD = "This is not your password."  # noqa: S105  # a sentence


@bp.get("")
def own() -> Response:
    """All that belongs to one's account, on a page."""
    account = me()
    return page(
        "accounts/own.html",
        account=account,
        sessions=queries.sessions_of(account.id),
        passkeys=queries.passkeys_of(account.id),
        codes_left=queries.codes_left(account.id),
        has_second_factor=queries.has_second_factor(account),
        events=queries.events(Place(), account.id).rows[:10],
        form=ActForm(),
    )


@bp.route("/password", methods=["GET", "POST"])
@csrf.exempt
def password() -> Response:
    """Choose another password; every other browser has to sign in again."""
    account, form = me(), PasswordForm()
    if request.method == "GET":
        return page("accounts/password.html", form=form, notice=None)
    refused = refusal_of(form, account)
    if refused:
        return page("accounts/password.html", refused[0], form=form, notice=refused[1])
    operations.set_password(account.id, form.fresh.data or "", but=account.session_id)
    return said("Your password is changed. Every other browser has to sign in again.")


@bp.post("/sessions/<number:session_id>/end")
def end_session(session_id: int) -> Response:
    """Sign one browser out."""
    account = me()
    ended = sessions.end(account.id, account.name, only=session_id)
    return said("That browser is signed out." if ended else "That browser was signed out already.")


@bp.post("/sessions/end")
def end_others() -> Response:
    """Sign every other browser out."""
    account = me()
    sessions.end(account.id, account.name, but=account.session_id)
    return said("Every other browser is signed out.")


def me() -> Account:
    """Whose account this is; nobody gets here without one."""
    return cast("Account", account_here())


def refusal_of(form: Form, account: Account) -> tuple[int, str | None] | None:
    """Status and words when a form with one's password in it cannot be taken; None when it can."""
    if not form.validate():
        return (403, STALE) if form.is_stale else (422, None)
    try:
        slow_down(account)
    except Refused as refusal:
        return refusal.status, refusal.message
    confirmed = cast("ConfirmForm", form).password
    if not operations.is_password(account.id, confirmed.data or ""):
        confirmed.errors = [WRONG_PASSWORD]
        return 422, None
    return None


def said(message: str) -> Response:
    """Back to the account's page, with a word about what was done."""
    flash(message)
    return done("", url_for("account.own"))


def show_codes(codes: list[str]) -> Response:
    """To the page that shows new recovery codes, once."""
    session["codes"] = codes
    return done("", url_for("factors.codes"))


def page(template: str, status: int = 200, **context: object) -> Response:
    """A page for its owner only."""
    return private(make_response(render_template(template, **context), status))
