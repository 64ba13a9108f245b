"""itsdangerous' signers, at a fraction of their price: each signature is one call, and keys are derived once.

The signatures are the same, so that whatever signs and reads as the library does agrees with what is signed here.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from typing import Any

import itsdangerous
from itsdangerous.signer import SigningAlgorithm

#: The keys that were derived, by what they were derived from: as many as the site has purposes.
_derived: dict[tuple[bytes, bytes, str], bytes] = {}


@lru_cache(maxsize=64)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha1")


class _SHA1(SigningAlgorithm):
    """HMAC as the library makes it by default, which builds it out of its parts each time.

    `hmac.digest` would let go of Python's lock for the two microseconds that it takes, and wait to have it again.
    """

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        mac = _keyed(key).copy()
        mac.update(value)
        return mac.digest()


class Signer(itsdangerous.Signer):
    """Signs and checks."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.algorithm = _SHA1()

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        secret = self.secret_keys[-1] if secret_key is None else secret_key
        secret = secret.encode() if isinstance(secret, str) else secret
        named = secret, self.salt, self.key_derivation
        key = _derived.get(named)
        if key is None:
            key = _derived[named] = super().derive_key(secret)
        return key


class TimestampSigner(itsdangerous.TimestampSigner, Signer):
    """Dates what it signs, too."""
