"""Coming in and going out: the password, and the one-time links that make accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for
from flask_login import logout_user

from blueprints.accounts import invites, operations, queries, record, sessions
from blueprints.accounts.entering import enter, wait_for_second_step
from blueprints.accounts.forms import ClaimForm, SignInForm
from blueprints.accounts.guard import account_here
from blueprints.accounts.models import Account, Event
from understory import limits, settings
from understory.errors import TooMany
from understory.forms import STALE
from understory.htmx import done, private
from understory.security import begin_afresh, csrf, local_path
from understory.traces import trace_here

bp = Blueprint("accounts", __name__)

#: The same for a wrong name and a wrong password: nobody learns which names exist.
NO_MATCH = "This name and password do not belong together."


@bp.route("/sign-in", methods=["GET", "POST"])
@csrf.exempt
def sign_in() -> Response:
    """The form, and what becomes of it."""
    form = SignInForm()
    if request.method == "GET":
        return _asked_to_sign_in(form)
    if not form.validate():
        return _sign_in_page(form, 403 if form.is_stale else 422, STALE if form.is_stale else None)
    try:
        account = _checked(form.name.data or "", form.password.data or "")
    except TooMany as refusal:
        response = _sign_in_page(form, refusal.status, refusal.message)
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    if account is None:
        return _sign_in_page(form, 422, NO_MATCH)
    if queries.has_second_factor(account):
        wait_for_second_step(account, _after(form))
        return done("", url_for("second.step"))
    enter(account)
    return done("", _after(form))


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this session."""
    account = account_here()
    if account is not None:
        sessions.sign_out(account.session_id, account.id, account.name)
    logout_user()
    begin_afresh()
    return done("", url_for("articles.index"))


@bp.route("/claim/<token>", methods=["GET", "POST"])
@csrf.exempt
def claim(token: str) -> Response:
    """The one-time link that the first start prints: whoever opens it first becomes the admin."""
    if len(token) > 100 or not queries.is_open(token):
        abort(410)
    return _made_by_link(token, operations.claim, "accounts/claim.html", "This account and this desk are yours.")


@bp.route("/join/<token>", methods=["GET", "POST"])
@csrf.exempt
def join(token: str) -> Response:
    """The one-time link that an admin gives somebody: it makes an account of the role that the admin chose."""
    invite = queries.invite(token) if len(token) <= 100 else None
    if invite is None:
        abort(410)
    return _made_by_link(token, invites.accept, "accounts/join.html", "This account is yours.", role=invite.role)


def _asked_to_sign_in(form: SignInForm) -> Response:
    form.next.data = request.args.get("next", "")
    return done("", _after(form)) if account_here() else _sign_in_page(form)


def _made_by_link(
    token: str, make: Callable[[str, str, str], Account], template: str, welcome: str, **more: Any
) -> Response:
    form = ClaimForm()
    if request.method == "GET":
        return _page(template, form, **more)
    if not form.validate():
        return _page(template, form, 403 if form.is_stale else 422, STALE if form.is_stale else None, **more)
    limits.take(settings.current().sign_in_limit, "claim", limits.client())
    try:
        account = make(token, form.name.data or "", form.password.data or "")
    except operations.NameTaken as refusal:
        return _page(template, form, refusal.status, refusal.message, **more)
    enter(account)
    flash(f"Welcome. {welcome}")
    return done("", url_for("moderation.desk" if account.is_moderator else "account.own"))


def _checked(name: str, password: str) -> Account | None:
    rule = settings.current().sign_in_limit
    limits.take(rule, "sign in from", limits.client())
    limits.take(rule, "sign in as", queries.folded(name))
    account = operations.check(name, password)
    if account is None:
        known = queries.named(name)
        record.note(Event.WRONG_PASSWORD, (known.id, known.name) if known else (None, ""), trace=trace_here())
    return account


def _after(form: SignInForm) -> str:
    return local_path(form.next.data, url_for("moderation.desk"))


def _sign_in_page(form: SignInForm, status: int = 200, notice: str | None = None) -> Response:
    """With the way for those who keep a passkey, which needs no name and no password."""
    return _page("accounts/sign_in.html", form, status, notice, has_passkeys=queries.has_passkeys())


def _page(template: str, form: object, status: int = 200, notice: str | None = None, **more: Any) -> Response:
    return private(make_response(render_template(template, form=form, notice=notice, **more), status))
