"""What is done to accounts: made, checked at sign-in, claimed, given another role or another password."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from blueprints.accounts import queries, record, sessions
from blueprints.accounts.models import Account, Claim, Event, Role
from understory import clock
from understory.db import transaction
from understory.errors import Missing, Refused

#: OWASP's floor (m = 19 MiB, t = 2, p = 1): what argon2id costs at each sign-in on a small machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

#: Checked when a name is unknown, so that an answer takes as long as for a known one.
_NOBODY = _hasher.hash(secrets.token_hex())


class NameTaken(Refused):
    """There is an account of that name."""


class LastAdmin(Refused):
    """Without an admin nobody could let anybody in."""

    def __init__(self) -> None:
        super().__init__("This is the last admin. Make somebody else an admin first.")


def add(name: str, password: str, role: Role) -> Account:
    """Make an account. Raises NameTaken."""
    account = Account(
        name=name,
        folded_name=queries.folded(name),
        password_hash=_hasher.hash(password),
        role=role,
        created_at=clock.now(),
    )
    try:
        with transaction() as session:
            session.add(account)
            # Within another transaction nothing is written at the end of this one, and the refusal would come too late.
            session.flush()
            record.note(Event.JOINED, (account.id, name), more=role)
    except IntegrityError:
        raise NameTaken(f"There is an account named {name} already.") from None
    return account


def check(name: str, password: str) -> Account | None:
    """The account that this name and password open; a hash of older strength is made anew."""
    account = queries.named(name)
    if not _fits(account, password) or account is None:
        return None
    if _hasher.check_needs_rehash(account.password_hash):
        with transaction() as session:
            fresh = _hasher.hash(password)
            session.execute(update(Account).where(Account.id == account.id).values(password_hash=fresh))
    return account


def is_password(account_id: int, password: str) -> bool:
    """Whether this is the account's password."""
    return _fits(queries.one(account_id), password)


def set_password(account_id: int, password: str, *, but: int | None = None, by: str = "") -> None:
    """Give an account another password; whoever signed in with the old one is out, `but` this session. Raises Missing.

    `by` is who did it, if not its owner.
    """
    fresh = _hasher.hash(password)
    with transaction() as session:
        account = queries.existing(account_id)
        account.password_hash = fresh
        session.flush()
        record.note(Event.PASSWORD_CHANGED, (account_id, account.name), by=by)
        sessions.end(account_id, by, but=but)


def set_role(account_id: int, role: Role, by: str) -> None:
    """Give an account another role, in force at once. Raises Missing, and LastAdmin."""
    with transaction() as session:
        # Two admins who demote each other at the same moment take turns here.
        admins = session.scalars(select(Account.id).where(Account.role == Role.ADMIN).with_for_update()).all()
        account = queries.existing(account_id)
        before = account.role
        if before == role:
            return
        if list(admins) == [account_id]:
            raise LastAdmin
        account.role = role
        record.note(Event.ROLE_CHANGED, (account_id, account.name), by=by, more=f"{before} → {role.value}")


def offer_claim() -> str:
    """A token that makes the first admin, once; earlier ones that nobody used end with it."""
    token = secrets.token_urlsafe(24)
    with transaction() as session:
        session.execute(delete(Claim).where(Claim.used_at.is_(None)))
        session.add(Claim(token_hash=queries.token_hash(token), created_at=clock.now()))
    return token


def claim(token: str, name: str, password: str) -> Account:
    """Make the first admin. Raises Missing when the token is no longer open, NameTaken leaves it open."""
    with transaction() as session:
        if queries.has_moderator():
            raise Missing("This link is spent: somebody moderates this site already.")
        used = session.scalar(
            update(Claim)
            .where(Claim.token_hash == queries.token_hash(token), Claim.used_at.is_(None))
            .values(used_at=clock.now())
            .returning(Claim.id)
        )
        if used is None:
            raise Missing("This link was used already, or a newer one was printed since.")
        return add(name, password, Role.ADMIN)


def _fits(account: Account | None, password: str) -> bool:
    try:
        return _hasher.verify(account.password_hash if account else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
