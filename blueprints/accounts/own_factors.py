"""One's own second factor: the telephone, the recovery codes and the passkeys."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, Response, abort, make_response, redirect, request, session, url_for

from blueprints.accounts import factors, passkeys, queries
from blueprints.accounts.entering import new_challenge, place_here, take_challenge
from blueprints.accounts.forms import ConfirmForm, PasskeyForm, TelephoneForm
from blueprints.accounts.guard import signed_in_here
from blueprints.accounts.own import me, page, refusal_of, said, show_codes
from understory import settings
from understory.errors import Refused
from understory.sealing import seal, unseal
from understory.security import csrf

bp = Blueprint("factors", __name__, url_prefix="/account")
bp.before_request(signed_in_here)

#: What the confirming pages ask, by the act.
ASKED = {
    "off": ("Turn the second factor off", "Your password alone will sign you in. Passkeys and codes are forgotten."),
    "codes": ("Make new recovery codes", "The codes that you have now will open nothing any more."),
    "passkey": ("Remove the passkey", "It will no longer sign you in."),
}


@bp.route("/telephone", methods=["GET", "POST"])
@csrf.exempt
def telephone() -> Response:
    """Have a telephone show codes: its camera reads the secret, and a first code proves that it did."""
    account, form = me(), TelephoneForm()
    if request.method == "GET":
        session["totp"] = seal(factors.new_secret())
    secret = unseal(session.get("totp", ""))
    if secret is None:
        return make_response(redirect(url_for(".telephone"), 303))
    address = factors.address(secret, account.name, settings.current().site_name)
    shown: dict[str, Any] = {"form": form, "secret": secret, "address": address, "qr": _qr(address)}
    if request.method == "GET":
        return page("accounts/telephone.html", notice=None, **shown)
    refused = refusal_of(form, account)
    if refused:
        return page("accounts/telephone.html", refused[0], notice=refused[1], **shown)
    try:
        codes = factors.turn_on(account.id, secret, form.code.data or "")
    except factors.WrongCode as refusal:
        form.code.errors = [refusal.message]
        return page("accounts/telephone.html", 422, notice=None, **shown)
    session.pop("totp")
    return show_codes(codes)


@bp.get("/codes")
def codes() -> Response:
    """New recovery codes, shown once."""
    return page("accounts/codes.html", codes=session.pop("codes", None))


@bp.route("/codes/new", methods=["GET", "POST"])
@csrf.exempt
def new_codes() -> Response:
    """Make new recovery codes."""
    refused = _confirmed("codes")
    if refused:
        return refused
    if not queries.has_second_factor(me()):
        return said("Recovery codes belong to a second factor, and yours is off.")
    return show_codes(factors.make_codes(me().id))


@bp.route("/second-factor/off", methods=["GET", "POST"])
@csrf.exempt
def off() -> Response:
    """Forget the telephone, the codes and the passkeys."""
    refused = _confirmed("off")
    if refused:
        return refused
    factors.turn_off(me().id)
    return said("The second factor is off. Your password alone signs you in.")


@bp.route("/passkeys/new", methods=["GET", "POST"])
@csrf.exempt
def new_passkey() -> Response:
    """Keep a passkey that this browser makes."""
    account, form, place = me(), PasskeyForm(), place_here()
    if place is None:
        return page("accounts/passkey.html", form=form, notice=None, options=None)
    challenge = take_challenge() if request.method == "POST" else b""

    def asked(status: int = 200, notice: str | None = None) -> Response:
        form.credential.data = ""
        options = passkeys.to_make(account, place, new_challenge())
        return page("accounts/passkey.html", status, form=form, notice=notice, options=options)

    if request.method == "GET":
        return asked()
    refused = refusal_of(form, account)
    if refused:
        return asked(*refused)
    try:
        passkeys.add(account.id, form.name.data or "", form.credential.data or "", place, challenge)
    except Refused as refusal:
        return asked(refusal.status, refusal.message)
    if queries.codes_left(account.id):
        return said("The passkey is added. It signs you in from now on.")
    return show_codes(factors.make_codes(account.id))


@bp.route("/passkeys/<number:passkey_id>/remove", methods=["GET", "POST"])
@csrf.exempt
def remove_passkey(passkey_id: int) -> Response:
    """Forget one passkey."""
    if passkey_id not in {passkey.id for passkey in queries.passkeys_of(me().id)}:
        abort(404)
    refused = _confirmed("passkey")
    if refused:
        return refused
    passkeys.remove(me().id, passkey_id)
    return said("The passkey is removed.")


def _confirmed(act: str) -> Response | None:
    """None once the password was given; until then the page that asks for it."""
    form, (title, words) = ConfirmForm(), ASKED[act]
    if request.method == "GET":
        return page("accounts/confirm.html", form=form, notice=None, asked=title, words=words)
    refused = refusal_of(form, me())
    if refused is None:
        return None
    return page("accounts/confirm.html", refused[0], form=form, notice=refused[1], asked=title, words=words)


def _qr(address: str) -> str:
    """Dark on light whatever the colours of the page: cameras want it so."""
    return segno.make(address, error="m").svg_inline(
        scale=5, border=4, light="#fff", dark="#000", title="QR code of the secret"
    )
