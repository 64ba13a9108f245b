"""Reads of accounts, their sessions and keys, and the links by which people come in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select

from blueprints.accounts.models import (
    INVITE_LIFETIME,
    SESSION_LIFETIME,
    Account,
    AccountEvent,
    Claim,
    Invite,
    OpenSession,
    Passkey,
    RecoveryCode,
    Role,
)
from understory import clock
from understory.db import AnyRow, db
from understory.errors import Missing
from understory.paging import Page, Place

EVENTS_PER_PAGE = 50


def folded(name: str) -> str:
    """A name as it is compared: "Ada" and "ADA" are one person."""
    return name.casefold()


def token_hash(token: str) -> str:
    """What is kept of a token: enough to know it again, not enough to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def named(name: str) -> Account | None:
    """The account of that name, in any case of letters."""
    return db.session.scalar(select(Account).where(Account.folded_name == folded(name)))


def one(account_id: int) -> Account | None:
    """An account."""
    return db.session.get(Account, account_id)


def existing(account_id: int) -> Account:
    """An account that is meant to be there. Raises Missing."""
    account = one(account_id)
    if account is None:
        raise Missing("There is no such account.")
    return account


def of_session(token: str) -> Account | None:
    """The account that a session belongs to, unless it was ended or left alone for too long."""
    row = db.session.execute(
        select(Account, OpenSession.id, OpenSession.seen_at)
        .join(OpenSession, OpenSession.account_id == Account.id)
        .where(OpenSession.token_hash == token_hash(token), OpenSession.seen_at >= clock.now() - SESSION_LIFETIME)
    ).first()
    if row is None:
        return None
    account: Account = row.Account
    account.session_token, account.session_id, account.session_seen_at = token, row.id, row.seen_at
    return account


def sessions_of(account_id: int) -> Sequence[OpenSession]:
    """Browsers that are signed in, the one used last first."""
    query = select(OpenSession).where(OpenSession.account_id == account_id)
    return db.session.scalars(query.order_by(OpenSession.seen_at.desc(), OpenSession.id.desc())).all()


def passkeys_of(account_id: int) -> Sequence[Passkey]:
    """The passkeys of an account, oldest first."""
    return db.session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all()


def codes_left(account_id: int) -> int:
    """How many recovery codes can still be used."""
    return db.session.scalar(select(func.count()).where(RecoveryCode.account_id == account_id)) or 0


def has_passkeys() -> bool:
    """Whether anybody can sign in with a passkey."""
    return db.session.scalar(select(Passkey.id).limit(1)) is not None


def has_second_factor(account: Account) -> bool:
    """Whether a password alone does not sign this account in."""
    query = select(Passkey.id).where(Passkey.account_id == account.id).limit(1)
    return account.totp_secret is not None or db.session.scalar(query) is not None


def everybody() -> Sequence[AnyRow]:
    """Every account with `sessions`, the number of its open ones, when it was `seen_at` last, and its `passkeys`."""
    open_sessions = (
        select(OpenSession.account_id, func.count().label("open"), func.max(OpenSession.seen_at).label("seen_at"))
        .group_by(OpenSession.account_id)
        .subquery()
    )
    keys = select(func.count()).where(Passkey.account_id == Account.id).scalar_subquery()
    return db.session.execute(
        select(
            Account.id,
            Account.name,
            Account.role,
            Account.created_at,
            Account.totp_secret.is_not(None).label("has_totp"),
            keys.label("passkeys"),
            func.coalesce(open_sessions.c.open, 0).label("sessions"),
            open_sessions.c.seen_at,
        )
        .outerjoin(open_sessions, open_sessions.c.account_id == Account.id)
        .order_by(Account.folded_name)
    ).all()


def events(place: Place, account_id: int | None = None) -> Page[AccountEvent]:
    """What happened to accounts, or to one, newest first, below the event with the id `place.before`."""
    query = select(AccountEvent)
    if account_id is not None:
        query = query.where(AccountEvent.account_id == account_id)
    if place.before is not None:
        query = query.where(AccountEvent.id < place.before)
    rows = db.session.scalars(query.order_by(AccountEvent.id.desc()).limit(EVENTS_PER_PAGE + 1)).all()
    return Page(
        rows=list(rows[:EVENTS_PER_PAGE]), more_above=place.before is not None, more_below=len(rows) > EVENTS_PER_PAGE
    )


def open_invites() -> Sequence[Invite]:
    """Invitations that can still be used, newest first."""
    query = select(Invite).where(Invite.created_at >= clock.now() - INVITE_LIFETIME)
    return db.session.scalars(query.order_by(Invite.id.desc())).all()


def invite(token: str) -> Invite | None:
    """An invitation that can still be used."""
    query = select(Invite).where(Invite.token_hash == token_hash(token))
    return db.session.scalar(query.where(Invite.created_at >= clock.now() - INVITE_LIFETIME))


def is_open(token: str) -> bool:
    """Whether a claim can still be used: nobody did, and nobody moderates the site yet."""
    query = select(Claim.id).where(Claim.token_hash == token_hash(token), Claim.used_at.is_(None))
    return db.session.scalar(query) is not None and not has_moderator()


def has_moderator() -> bool:
    """Whether anybody can moderate this site."""
    query = select(Account.id).where(Account.role.in_([Role.MODERATOR, Role.ADMIN])).limit(1)
    return db.session.scalar(query) is not None
