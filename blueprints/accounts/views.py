"""Signing in and out, and claiming the first account."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for
from flask_login import login_user, logout_user

from blueprints.accounts import operations, queries
from blueprints.accounts.forms import ClaimForm, SignInForm
from blueprints.accounts.guard import account_here
from blueprints.accounts.models import Account
from understory import limits, settings
from understory.errors import TooMany
from understory.forms import STALE
from understory.htmx import done, private
from understory.security import begin_afresh, csrf, local_path

bp = Blueprint("accounts", __name__)

#: The same for a wrong name and a wrong password: nobody learns which names exist.
NO_MATCH = "This name and password do not belong together."


@bp.route("/sign-in", methods=["GET", "POST"])
@csrf.exempt
def sign_in() -> Response:
    """The form, and what becomes of it."""
    form = SignInForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
        return done("", _after(form)) if account_here() else _page("accounts/sign_in.html", form)
    if not form.validate():
        return _page("accounts/sign_in.html", form, 403 if form.is_stale else 422, STALE if form.is_stale else None)
    try:
        account = _checked(form.name.data or "", form.password.data or "")
    except TooMany as refusal:
        response = _page("accounts/sign_in.html", form, refusal.status, refusal.message)
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    if account is None:
        return _page("accounts/sign_in.html", form, 422, NO_MATCH)
    _enter(account)
    return done("", _after(form))


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this session."""
    logout_user()
    begin_afresh()
    return done("", url_for("articles.index"))


@bp.route("/claim/<token>", methods=["GET", "POST"])
@csrf.exempt
def claim(token: str) -> Response:
    """The one-time link that the first start prints: whoever opens it first becomes the admin."""
    if len(token) > 100 or not queries.is_open(token):
        abort(410)
    form = ClaimForm()
    if request.method == "GET":
        return _page("accounts/claim.html", form)
    if not form.validate():
        return _page("accounts/claim.html", form, 403 if form.is_stale else 422, STALE if form.is_stale else None)
    limits.take(settings.current().sign_in_limit, "claim", limits.client())
    try:
        account = operations.claim(token, form.name.data or "", form.password.data or "")
    except operations.NameTaken as refusal:
        return _page("accounts/claim.html", form, refusal.status, refusal.message)
    _enter(account)
    flash("Welcome. This account is yours, and this is your desk.")
    return done("", url_for("moderation.desk"))


def _checked(name: str, password: str) -> Account | None:
    rule = settings.current().sign_in_limit
    limits.take(rule, "sign in from", limits.client())
    limits.take(rule, "sign in as", queries.folded(name))
    return operations.check(name, password)


def _enter(account: Account) -> None:
    begin_afresh()
    login_user(account)


def _after(form: SignInForm) -> str:
    return local_path(form.next.data, url_for("moderation.desk"))


def _page(template: str, form: object, status: int = 200, notice: str | None = None) -> Response:
    return private(make_response(render_template(template, form=form, notice=notice), status))
