"""Knows a reader again without an account: a random key in a signed cookie, set at the first act, never by reading."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from functools import lru_cache

from flask import current_app, g, request
from flask.wrappers import Response
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.http import dump_cookie

from understory.signing import Remembering, Signer

COOKIE = "understory_reader"

#: A year: an author who comes back can still be told from others, and a vote is still theirs.
LIFETIME = timedelta(days=365)

KEY_LENGTH = 22
_KEY = re.compile(rf"[A-Za-z0-9_-]{{{KEY_LENGTH}}}")


def key_here() -> str | None:
    """The key of the reader who asks; None for one who never did anything."""
    if "reader_key" not in g:
        g.reader_key = key_in(request.cookies.get(COOKIE), _secret())
    key: str | None = g.reader_key
    return key


def key_of_actor() -> str:
    """The key of a reader who acts; one without gets a new one, which `remember` sends along."""
    key = key_here()
    if key is None:
        key = g.reader_key = new_key()
    return key


def act_as(key: str) -> None:
    """Have the reader who acts be known by a key that was new before this request came here."""
    g.reader_key = key


def remember(response: Response) -> Response:
    """Send the reader's key with the answer to an act."""
    line = cookie_line(cookie_of(key_of_actor(), _secret()), is_secure=request.is_secure)
    response.headers.add("Set-Cookie", line)
    return response


def new_key() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(16)


def key_in(cookie: str | None, secret: str | bytes) -> str | None:
    """The key that a reader's cookie holds; None for none, and for one that the site did not sign."""
    if not cookie:
        return None
    try:
        key = _signing(secret).read(cookie)
    except BadSignature:
        return None
    return key if isinstance(key, str) and _KEY.fullmatch(key) else None


def cookie_of(key: str, secret: str | bytes) -> str:
    """The cookie that brings a key back."""
    return _signing(secret).write(key)


def cookie_line(cookie: str, *, is_secure: bool) -> str:
    """What the header line says of a cookie."""
    return dump_cookie(COOKIE, cookie, max_age=LIFETIME, httponly=True, samesite="Lax", secure=is_secure)


def _secret() -> str | bytes:
    return current_app.secret_key or ""


@lru_cache(maxsize=4)
def _signing(secret: str | bytes) -> Remembering:
    return Remembering(URLSafeSerializer(secret, salt="reader", signer=Signer))
