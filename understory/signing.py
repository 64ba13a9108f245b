"""itsdangerous' signers, at a fraction of their price: each signature is one call, and keys are derived once.

The signatures are the same, so that whatever signs and reads as the library does agrees with what is signed here.
"""

from __future__ import annotations

import hmac
from functools import lru_cache, partial
from math import floor
from typing import Any

import itsdangerous
from itsdangerous.signer import SigningAlgorithm

from understory import clock

#: Signed texts of one kind that are known again.
REMEMBERED = 512

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


class _Signing:
    """Writes signed text."""

    def __init__(self, serializer: itsdangerous.URLSafeSerializer | itsdangerous.URLSafeTimedSerializer) -> None:
        self.serializer = serializer

    def write(self, said: Any) -> str:
        """The signed text that says this."""
        signed = self.serializer.dumps(said)
        return signed if isinstance(signed, str) else signed.decode()


class Remembering(_Signing):
    """Signs, and knows again what it has read: a browser sends the same with each request.

    What does not hold is not remembered, and raises BadSignature each time.
    """

    def __init__(self, serializer: itsdangerous.URLSafeSerializer) -> None:
        super().__init__(serializer)
        self.read = lru_cache(maxsize=REMEMBERED)(serializer.loads)


class RememberingDated(_Signing):
    """The same of what is dated, too; for how long it is good is for who asks to say."""

    def __init__(self, serializer: itsdangerous.URLSafeTimedSerializer) -> None:
        super().__init__(serializer)
        self._read = lru_cache(maxsize=REMEMBERED)(partial(serializer.loads, return_timestamp=True))

    def read(self, signed: str) -> tuple[Any, int]:
        """What was signed, and how many seconds ago, less than none where the clock was set back since."""
        said, moment = self._read(signed)
        return said, floor((clock.now() - moment).total_seconds())


class TimestampSigner(itsdangerous.TimestampSigner, Signer):
    """Dates what it signs, too."""
