"""Who is asking, and the guard over /admin: one check before every request, so that no view can forget it."""

from __future__ import annotations

from typing import cast

from flask import Flask, abort, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from blueprints.accounts import queries
from blueprints.accounts.models import Account
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
        g.account = current_user if has_session() and current_user.is_authenticated else None
    return cast("Account | None", g.account)


def moderator_here() -> Account | None:
    """The moderator who is signed in, if one is."""
    account = account_here()
    return account if account is not None and account.is_moderator else None


def _guard() -> Response | None:
    if request.path != GUARDED and not request.path.startswith(f"{GUARDED}/"):
        return None
    if account_here() is None:
        asked = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.sign_in", next=asked))
    if moderator_here() is None:
        abort(403)
    return None
