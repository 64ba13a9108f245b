"""Forms that were sent after a session had ended: kept for a day, to be sent once more by who signs in again."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from blueprints.accounts.models import UnsentForm
from understory import clock
from understory.db import db, run, transaction

LIFETIME = timedelta(days=1)

#: Forms that are kept of one session that is over; older ones make room.
MOST = 20

#: What is never kept, whatever form it came with.
SECRETS = {"csrf_token", "password", "code", "credential"}


@dataclass(frozen=True)
class Unsent:
    """A form as it was sent: to which path, and its fields in their order."""

    path: str
    fields: Sequence[tuple[str, str]]


def keep(session_token: str, path: str, fields: Iterable[tuple[str, str]]) -> str:
    """Keep a form that came with a session that is over; gives the token that finds it again."""
    token = secrets.token_urlsafe(18)
    kept = [(name, value) for name, value in fields if name not in SECRETS]
    with transaction() as session:
        row = UnsentForm(
            token_hash=_hash(token),
            session_hash=_hash(session_token),
            path=path,
            fields=json.dumps(kept),
            at=clock.now(),
        )
        session.add(row)
        session.flush()
        of_session = UnsentForm.session_hash == row.session_hash
        latest = select(UnsentForm.id).where(of_session).order_by(UnsentForm.id.desc()).limit(MOST)
        session.execute(delete(UnsentForm).where(of_session, UnsentForm.id.not_in(latest)))
    return token


def find(token: str) -> Unsent | None:
    """The form that a token stands for, unless its day is over."""
    query = select(UnsentForm.path, UnsentForm.fields).where(
        UnsentForm.token_hash == _hash(token), UnsentForm.at >= clock.now() - LIFETIME
    )
    row = db.session.execute(query).first()
    return Unsent(row.path, [(name, value) for name, value in json.loads(row.fields)]) if row else None


def sweep() -> int:
    """Remove forms that nobody came back for."""
    with transaction():
        return run(delete(UnsentForm).where(UnsentForm.at < clock.now() - LIFETIME)).rowcount


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
