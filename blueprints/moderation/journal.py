"""Writes the log: what was done, in the same commit as the deed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Insert, insert

from blueprints.moderation.models import Act, By, LogEntry
from understory import clock
from understory.db import run
from understory.statements import built_once

_log = LogEntry.metadata.tables[LogEntry.__tablename__]


@dataclass(frozen=True)
class On:
    """What an act is about: a comment and its article, an article alone, or what `about` says in words."""

    comment_id: int | None = None
    article_id: int | None = None
    about: str = ""


@dataclass(frozen=True)
class Why:
    """What an entry belongs to: the reason given, the batch that it is one of, the entry that it undoes."""

    reason: str = ""
    batch_id: int | None = None
    undoes_id: int | None = None


NO_REASON = Why()


def write_down(act: Act, by: By, on: On, moved: tuple[str, str], why: Why = NO_REASON) -> int:
    """Add an entry, within a transaction; `moved` is what there was and what there is. Gives its id."""
    entry_id: int = run(
        _entry(),
        at=clock.now(),
        account_id=by.account_id,
        account_name=by.name,
        act=act,
        comment_id=on.comment_id,
        article_id=on.article_id,
        before=moved[0],
        after=moved[1],
        reason=why.reason,
        undoes_id=why.undoes_id,
        batch_id=why.batch_id,
        about=on.about,
    ).scalar_one()
    return entry_id


@built_once
def _entry() -> Insert:
    return insert(_log).returning(_log.c.id)
