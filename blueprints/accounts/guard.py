"""Who is asking, and the guard over /admin: one check before every request, so that no view can forget it."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from flask import Flask, abort, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from blueprints.accounts import queries, sessions, unsent
from blueprints.accounts.models import Account
from understory import clock
from understory.errors import Unavailable, kept_text
from understory.forms import LARGEST_FORM
from understory.security import has_session

GUARDED = "/admin"

login = LoginManager()


def init_app(app: Flask) -> None:
    login.init_app(app)
    login.user_loader(queries.of_session)
    # First of all: who may not be here is told so before anything of the request is read or judged.
    app.before_request_funcs.setdefault(None, []).insert(0, _guard)
    app.jinja_env.globals["moderator_here"] = moderator_here


def account_here() -> Account | None:
    """Who is signed in. Without a session cookie nothing is asked, so the answer stays cacheable."""
    if "account" not in g:
        found = current_user if has_session() and current_user.is_authenticated else None
        # The account itself, not Flask-Login's stand-in for it, which is gone once somebody signs out.
        g.account = found._get_current_object() if found is not None else None
    return cast("Account | None", g.account)


def moderator_here() -> Account | None:
    """The moderator who is signed in, if one is."""
    account = account_here()
    return account if account is not None and account.is_moderator else None


def admin_here() -> Account:
    """The admin who is signed in; for everybody else the request ends here."""
    account = account_here()
    if account is None or not account.is_admin:
        abort(403)
    return account


def signed_in_here() -> Response | None:
    """Before every request for what belongs to an account: who is not signed in is asked to.

    What somebody sent whose session was over is kept, to be sent once more.
    """
    account = account_here()
    if account is None:
        asked = request.full_path.rstrip("?") if request.method == "GET" else _kept()
        return redirect(url_for("accounts.sign_in", next=asked))
    if clock.now() - account.session_seen_at > sessions.SEEN_EVERY:
        # Whoever only reads does not need it written down.
        with suppress(Unavailable):
            sessions.seen(account.session_id)
    return None


def _kept() -> str | None:
    """Where a form can be sent once more that came after its session had ended; None where nothing was typed."""
    over = session.get("_user_id") if has_session() else None
    if over is None or request.method != "POST" or not kept_text(LARGEST_FORM):
        return None
    return url_for(
        "unsent.show", token=unsent.keep(over, request.full_path.rstrip("?"), request.form.items(multi=True))
    )


def _guard() -> Response | None:
    if request.path != GUARDED and not request.path.startswith(f"{GUARDED}/"):
        return None
    sent_away = signed_in_here()
    if sent_away is None and moderator_here() is None:
        abort(403)
    return sent_away
