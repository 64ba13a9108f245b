"""How people come in once there is an admin: a link that an admin gives them, good for one account."""

from __future__ import annotations

import secrets

from sqlalchemy import delete

from blueprints.accounts import operations, queries, record
from blueprints.accounts.models import INVITE_LIFETIME, Account, Event, Invite, Role
from understory import clock
from understory.db import run, transaction
from understory.errors import Missing

#: What is said of a link that opens nothing: it does not tell which of these it is.
SPENT = "This link was used already, taken back, or left for too long. Ask for another one."


def invite(role: Role, meant_for: str, by: str) -> str:
    """A token that makes one account of that role within INVITE_LIFETIME."""
    token = secrets.token_urlsafe(24)
    with transaction() as session:
        session.add(
            Invite(
                token_hash=queries.token_hash(token),
                role=role,
                meant_for=meant_for,
                by_name=by,
                created_at=clock.now(),
            )
        )
        record.note(Event.INVITED, (None, meant_for), by=by, more=role)
    return token


def withdraw(invite_id: int, by: str) -> None:
    """Take an invitation back. Raises Missing when it is spent."""
    with transaction() as session:
        invite = session.get(Invite, invite_id)
        if invite is None:
            raise Missing("This invitation is no longer open.")
        session.delete(invite)
        record.note(Event.INVITE_WITHDRAWN, (None, invite.meant_for), by=by, more=invite.role)


def accept(token: str, name: str, password: str) -> Account:
    """Make the account that an invitation is for. Raises Missing when it is spent; NameTaken leaves it open."""
    with transaction() as session:
        invite = queries.invite(token)
        used = session.scalar(delete(Invite).where(Invite.id == invite.id).returning(Invite.id)) if invite else None
        if invite is None or used is None:
            raise Missing(SPENT)
        return operations.add(name, password, Role(invite.role))


def sweep() -> int:
    """Remove invitations that nobody opened in time."""
    with transaction():
        over = run(delete(Invite).where(Invite.created_at < clock.now() - INVITE_LIFETIME))
        return over.rowcount
