"""The tokens of forms, as Flask-WTF makes and checks them, for who has a session's secret and no request.

A token is the secret of its session, signed and dated by the site (Flask-WTF's own form, so that either takes what
the other made).
"""

from __future__ import annotations

import hmac
from functools import lru_cache

from itsdangerous import BadData, URLSafeTimedSerializer

from understory.signing import RememberingDated, TimestampSigner

#: Where a session keeps the secret that its tokens are made of, and the field of a form that brings a token back.
FIELD = "csrf_token"

_SALT = "wtf-csrf-token"


def made(held: str, key: str | bytes) -> str:
    """A token for a form of the session that holds this secret."""
    return _signing(key).write(held)


def age(token: str, held: str, key: str | bytes, most: int) -> int | None:
    """How many seconds ago the site made this token for that session; None when it did not, or more than `most` ago."""
    try:
        said, seconds = _signing(key).read(token)
    except BadData:
        return None
    is_its = isinstance(said, str) and hmac.compare_digest(said.encode(), held.encode())
    return seconds if is_its and 0 <= seconds <= most else None


@lru_cache(maxsize=4)
def _signing(key: str | bytes) -> RememberingDated:
    return RememberingDated(URLSafeTimedSerializer(key, salt=_SALT, signer=TimestampSigner))
