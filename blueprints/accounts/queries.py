"""Reads of accounts and claims."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from blueprints.accounts.models import Account, Claim, Role
from understory.db import db


def folded(name: str) -> str:
    """A name as it is compared: "Ada" and "ADA" are one person."""
    return name.casefold()


def token_hash(token: str) -> str:
    """What is kept of a token: enough to know it again, not enough to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def named(name: str) -> Account | None:
    """The account of that name, in any case of letters."""
    return db.session.scalar(select(Account).where(Account.folded_name == folded(name)))


def of_session(session_id: str) -> Account | None:
    """The account that a session belongs to, unless its sessions were ended since."""
    number, _, key = session_id.partition(":")
    account = db.session.get(Account, int(number)) if number.isdigit() else None
    return account if account is not None and account.session_key == key else None


def is_open(token: str) -> bool:
    """Whether a claim can still be used: nobody did, and nobody moderates the site yet."""
    query = select(Claim.id).where(Claim.token_hash == token_hash(token), Claim.used_at.is_(None))
    return db.session.scalar(query) is not None and not has_moderator()


def has_moderator() -> bool:
    """Whether anybody can moderate this site."""
    query = select(Account.id).where(Account.role.in_([Role.MODERATOR, Role.ADMIN])).limit(1)
    return db.session.scalar(query) is not None
