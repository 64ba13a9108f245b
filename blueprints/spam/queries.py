"""Reads of rules, bans, and of what was learned."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, select, true

from blueprints.spam.banning import Banned, Kind
from blueprints.spam.models import Ban, BanEntry, Lesson, RulesSaved, Standing, Token
from blueprints.spam.rules import Rules
from blueprints.spam.weighing import Counts
from understory import listed
from understory.db import AnyRow, built_once, db, read

#: Earlier rules and bans on a page.
SHOWN = 50


@dataclass(frozen=True)
class Known:
    """What is known where a comment is judged: the version of rules and bans, what was read, and each token."""

    version: int
    read: Counts
    seen: dict[int, Counts]


def known(tokens: Sequence[int]) -> Known:
    """All that judging asks of the database, in one query while rules and bans stay as they are."""
    rows = read(_known(), tokens=listed.written(tokens)).all()
    first = rows[0]
    seen = {row[3]: Counts(row[4], row[5]) for row in rows if row[3] is not None}
    return Known(first[0], Counts(first[1], first[2]), seen)


@built_once
def _known() -> Select[*tuple[Any, ...]]:
    standing, token = Standing.__table__, Token.__table__
    return select(
        standing.c.version, standing.c.spam, standing.c.ham, token.c.id, token.c.spam, token.c.ham
    ).select_from(standing.outerjoin(token, and_(true(), listed.among(token.c.id, "tokens"))))


def rules_in_force() -> Rules | None:
    """The rules that were saved last; None while nobody has saved any."""
    saved = read(_newest_rules()).scalar()
    return None if saved is None else Rules.from_json(saved)


@built_once
def _newest_rules() -> Select[str]:
    return select(RulesSaved.rules).order_by(RulesSaved.id.desc()).limit(1)


def rules_saved() -> Sequence[AnyRow]:
    """The latest rules with who saved them when, newest first."""
    return db.session.execute(
        select(RulesSaved.id, RulesSaved.at, RulesSaved.account_name, RulesSaved.rules)
        .order_by(RulesSaved.id.desc())
        .limit(SHOWN)
    ).all()


def rules_of(rules_id: int) -> Rules | None:
    """The rules that were saved under that id."""
    saved = db.session.scalar(select(RulesSaved.rules).where(RulesSaved.id == rules_id))
    return None if saved is None else Rules.from_json(saved)


def bans_in_force() -> list[Banned]:
    """Bans that nobody lifted; whether their time is over is for the moment to tell at which they are looked up."""
    return [Banned(row.id, Kind(row.kind), row.value, row.until) for row in read(_in_force()).all()]


@built_once
def _in_force() -> Select[*tuple[Any, ...]]:
    return select(Ban.id, Ban.kind, Ban.value, Ban.until).where(Ban.lifted_at.is_(None))


def bans() -> Sequence[AnyRow]:
    """Bans that nobody lifted, newest first."""
    return db.session.execute(select(*Ban.__table__.c).where(Ban.lifted_at.is_(None)).order_by(Ban.id.desc())).all()


def ban(ban_id: int) -> AnyRow | None:
    """One ban."""
    return db.session.execute(select(*Ban.__table__.c).where(Ban.id == ban_id)).first()


def ban_log() -> Sequence[AnyRow]:
    """What was done with bans, newest first."""
    return db.session.execute(
        select(*BanEntry.__table__.c, Ban.kind, Ban.value, Ban.known_as, Ban.until, Ban.lifted_at)
        .join(Ban, Ban.id == BanEntry.ban_id)
        .order_by(BanEntry.id.desc())
        .limit(SHOWN)
    ).all()


def lessons_of(comment_ids: Iterable[int]) -> dict[int, AnyRow]:
    """The lessons of comments, by comment."""
    rows = db.session.execute(
        select(Lesson.comment_id, Lesson.labels, Lesson.tokens).where(Lesson.comment_id.in_(list(comment_ids)))
    )
    return {row.comment_id: row for row in rows}


def lessons() -> Iterator[tuple[str, list[int]]]:
    """The label that counts and the tokens of every lesson, oldest first."""
    rows = db.session.execute(
        select(Lesson.labels, Lesson.tokens).order_by(Lesson.at, Lesson.comment_id).execution_options(yield_per=500)
    )
    for row in rows:
        yield row.labels[-1:], tokens_in(row.tokens)


def tokens_in(kept: bytes) -> list[int]:
    """Tokens as a lesson keeps them."""
    return array("q", kept).tolist()
