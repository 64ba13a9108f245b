"""Knows a reader again without an account: a random key in a signed cookie, set at the first act, never by reading."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from functools import lru_cache

from flask import current_app, g, request
from flask.wrappers import Response
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "understory_reader"

#: A year: an author who comes back can still be told from others, and a vote is still theirs.
LIFETIME = timedelta(days=365)

KEY_LENGTH = 22
_KEY = re.compile(rf"[A-Za-z0-9_-]{{{KEY_LENGTH}}}")


def key_here() -> str | None:
    """The key of the reader who asks; None for one who never did anything."""
    if "reader_key" not in g:
        g.reader_key = _read(request.cookies.get(COOKIE))
    key: str | None = g.reader_key
    return key


def key_of_actor() -> str:
    """The key of a reader who acts; one without gets a new one, which `remember` sends along."""
    key = key_here()
    if key is None:
        key = g.reader_key = secrets.token_urlsafe(16)
    return key


def remember(response: Response) -> Response:
    """Send the reader's key with the answer to an act."""
    response.set_cookie(
        COOKIE,
        _signer().dumps(key_of_actor()),
        max_age=LIFETIME,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def _read(cookie: str | None) -> str | None:
    if not cookie:
        return None
    try:
        key = _signer().loads(cookie)
    except BadSignature:
        return None
    return key if isinstance(key, str) and _KEY.fullmatch(key) else None


def _signer() -> URLSafeSerializer:
    return _signer_with(current_app.secret_key or "")


@lru_cache(maxsize=4)
def _signer_with(key: str | bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="reader")
