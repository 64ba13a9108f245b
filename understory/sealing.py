"""What is kept without being readable: keyed hashes, which tell equal things apart from others, and sealed text.

Both need the site's secret key: a copy of the database alone gives neither addresses nor secrets away.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from understory.settings import current

#: Characters of a keyed hash: 128 bits.
HASH_LENGTH = 22


def keyed_hash(text: str, purpose: str) -> str:
    """The same for the same text, purpose and site; without the secret key nobody can try texts out."""
    return base64.urlsafe_b64encode(_derived(purpose, text)[:16]).decode().rstrip("=")


def seal(text: str) -> str:
    """Text that only this site can read again."""
    from cryptography.fernet import Fernet  # noqa: PLC0415  # megabytes that most workers never need

    return Fernet(_sealing_key()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The text, or None when it was sealed under another secret key."""
    from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415  # as above

    try:
        return Fernet(_sealing_key()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _sealing_key() -> bytes:
    return base64.urlsafe_b64encode(_derived("sealing", ""))


def _derived(purpose: str, text: str) -> bytes:
    return hmac.digest(current().secret_key.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256)
