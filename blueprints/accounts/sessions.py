"""Sessions as the server knows them: one row a browser, and none that is ended opens anything from then on."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, update

from blueprints.accounts import queries, record
from blueprints.accounts.models import SESSION_LIFETIME, Account, Event, OpenSession
from understory import clock
from understory.db import run, transaction
from understory.traces import Trace

#: How often it is written down that a session is in use: reading the desk must not be writing.
SEEN_EVERY = timedelta(hours=1)


def begin(account: Account, browser: str, trace: Trace, more: str = "") -> str:
    """Sign a browser in; gives the token of its session, of which only the hash is kept. `more` says by what."""
    token = secrets.token_urlsafe(24)
    account_id, name = account.id, account.name
    with transaction() as session:
        session.add(
            OpenSession(
                account_id=account_id,
                token_hash=queries.token_hash(token),
                browser=browser,
                address_range=trace.range,
                created_at=clock.now(),
                seen_at=clock.now(),
            )
        )
        record.note(Event.SIGNED_IN, (account_id, name), more=more, trace=trace)
    return token


def seen(session_id: int) -> None:
    """Write down that a session is in use."""
    with transaction() as session:
        session.execute(update(OpenSession).where(OpenSession.id == session_id).values(seen_at=clock.now()))


def sign_out(session_id: int, account_id: int, name: str) -> None:
    """End the session of who asks."""
    with transaction() as session:
        session.execute(delete(OpenSession).where(OpenSession.id == session_id))
        record.note(Event.SIGNED_OUT, (account_id, name))


def end(account_id: int, by: str, *, only: int | None = None, but: int | None = None) -> int:
    """End sessions of an account: all, `only` one, or all `but` one. Gives how many were open."""
    query = delete(OpenSession).where(OpenSession.account_id == account_id)
    if only is not None:
        query = query.where(OpenSession.id == only)
    if but is not None:
        query = query.where(OpenSession.id != but)
    with transaction() as session:
        ended = run(query).rowcount
        if ended:
            whose = account_id, session.get_one(Account, account_id).name
            record.note(Event.SESSIONS_ENDED, whose, by=by, more=f"{ended}")
        return ended


def sweep() -> int:
    """Remove sessions that nobody used for so long that they are over."""
    with transaction():
        over = run(delete(OpenSession).where(OpenSession.seen_at < clock.now() - SESSION_LIFETIME))
        return over.rowcount
