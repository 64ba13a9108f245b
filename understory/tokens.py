"""The tokens of forms, as Flask-WTF makes and checks them, for who has a session's secret and no request.

A token is the secret of its session, signed and dated by the site (Flask-WTF's own form, so that either takes what
the other made).
"""

from __future__ import annotations

import hmac
from functools import lru_cache

from itsdangerous import BadData, URLSafeTimedSerializer

from understory.signing import TimestampSigner

#: Where a session keeps the secret that its tokens are made of, and the field of a form that brings a token back.
FIELD = "csrf_token"

_SALT = "wtf-csrf-token"


def made(held: str, key: str | bytes) -> str:
    """A token for a form of the session that holds this secret."""
    token = _signer(key).dumps(held)
    return token if isinstance(token, str) else token.decode()


def holds(token: str, held: str, key: str | bytes, seconds: int) -> bool:
    """Whether the site made this token for that session, no longer than so many seconds ago."""
    try:
        said = _signer(key).loads(token, max_age=seconds)
    except BadData:
        return False
    return isinstance(said, str) and hmac.compare_digest(said.encode(), held.encode())


@lru_cache(maxsize=4)
def _signer(key: str | bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt=_SALT, signer=TimestampSigner)
