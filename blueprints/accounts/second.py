"""Signing in with more than a password, or with a passkey in place of one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from blueprints.accounts import factors, passkeys, queries, record
from blueprints.accounts.entering import enter, half_way, new_challenge, place_here, slow_down, take_challenge
from blueprints.accounts.forms import ProofForm, SecondForm
from blueprints.accounts.models import Account, Event
from blueprints.accounts.passkeys import Place
from understory import limits, settings
from understory.errors import TooMany
from understory.forms import STALE
from understory.htmx import done, private
from understory.security import csrf, local_path
from understory.traces import trace_here

bp = Blueprint("second", __name__)

WRONG_CODE = "This is not a code of this moment, nor a recovery code that is left."


@bp.route("/sign-in/second", methods=["GET", "POST"])
@csrf.exempt
def step() -> Response:
    """Ask for the code; the password was right."""
    half = half_way()
    if half is None:
        return make_response(redirect(url_for("accounts.sign_in"), 303))
    account, target = half
    form = SecondForm()
    if request.method == "GET":
        return _page(account, form)
    if not form.validate():
        return _page(account, form, 403 if form.is_stale else 422, STALE if form.is_stale else None)
    try:
        slow_down(account)
    except TooMany as refusal:
        return _page(account, form, refusal.status, refusal.message)
    if not factors.opens(account.id, form.code.data or ""):
        record.note(Event.WRONG_CODE, (account.id, account.name), trace=trace_here())
        return _page(account, form, 422, WRONG_CODE)
    enter(account, "password and code")
    left = queries.codes_left(account.id)
    if left < factors.FEW_CODES:
        flash(f"{left} recovery code{'' if left == 1 else 's'} left. Your account's page makes new ones.")
    return done("", target)


@bp.route("/sign-in/passkey", methods=["GET", "POST"])
@csrf.exempt
def passkey() -> Response:
    """A passkey as the second step, or as the only one."""
    half, form, place = half_way(), ProofForm(), place_here()
    account = half[0] if half else None
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    if request.method == "GET" or place is None:
        return _ask_for_passkey(form, place, account)
    if not form.validate():
        return _ask_for_passkey(form, place, account, 403, STALE)
    try:
        limits.take(settings.current().sign_in_limit, "sign in from", limits.client())
        owner = passkeys.prove(form.credential.data or "", place, take_challenge(), account.id if account else None)
    except passkeys.NotProven as refusal:
        record.note(Event.WRONG_PASSKEY, (account.id, account.name) if account else (None, ""), trace=trace_here())
        return _ask_for_passkey(form, place, account, 422, refusal.message)
    except TooMany as refusal:
        return _ask_for_passkey(form, place, account, refusal.status, refusal.message)
    target = half[1] if half else local_path(form.next.data, url_for("moderation.desk"))
    enter(owner, "password and passkey" if account else "passkey")
    return done("", target)


def _ask_for_passkey(
    form: ProofForm, place: Place | None, account: Account | None, status: int = 200, notice: str | None = None
) -> Response:
    form.credential.data = ""
    options = passkeys.to_prove(place, new_challenge(), account.id if account else None) if place else None
    back = url_for(".step" if account else "accounts.sign_in")
    page = render_template("accounts/use_passkey.html", form=form, notice=notice, options=options, back=back)
    return private(make_response(page, status))


def _page(account: Account, form: SecondForm, status: int = 200, notice: str | None = None) -> Response:
    has_passkeys = bool(queries.passkeys_of(account.id))
    page = render_template("accounts/second.html", form=form, notice=notice, has_passkeys=has_passkeys)
    return private(make_response(page, status))
