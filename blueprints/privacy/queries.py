"""Reads of a person's data and of the record of what was done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from blueprints.comments import persons
from blueprints.comments.persons import Whose
from blueprints.moderation import forgetting
from blueprints.privacy.models import Deed, PrivacyEntry
from blueprints.votes import queries as votes
from understory import clock
from understory.db import AnyRow, db
from understory.paging import Page, Place
from understory.sealing import keyed_hash

PER_PAGE = 50


@dataclass(frozen=True)
class Found:
    """A person as the site knows one: how much there is, and what else it goes by. `before`: deeds done earlier."""

    whose: Whose
    traces: AnyRow
    names: list[AnyRow]
    votes: int
    reports: int
    before: list[PrivacyEntry]

    @property
    def is_empty(self) -> bool:
        return not (self.traces.comments or self.votes or self.reports)


def subject_hash(whose: Whose) -> str:
    """What the record keeps of whom a deed was about."""
    return keyed_hash(whose.words, "subject")


def find(whose: Whose) -> Found:
    """What there is of a person."""
    keys = persons.keys(whose)
    earlier = select(PrivacyEntry).where(PrivacyEntry.subject_hash == subject_hash(whose)).order_by(PrivacyEntry.id)
    return Found(
        whose=whose,
        traces=persons.traces(whose),
        names=list(persons.names(whose)),
        votes=sum(len(votes.all_of(key)) for key in keys),
        reports=len(forgetting.reports_by(keys)),
        before=list(db.session.scalars(earlier)),
    )


def everything(whose: Whose) -> dict[str, Any]:
    """All that the site keeps of a person, as it goes into a file for them."""
    keys = persons.keys(whose)
    earlier = [_plain(row) for row in persons.earlier_texts(whose)]
    return {
        "made_at": clock.now().isoformat(),
        "comments": [
            {
                **_plain(row),
                "path": f"/comments/{row.id}",
                "earlier_texts": [
                    {"source": text["source"], "until": text["at"]} for text in earlier if text["comment_id"] == row.id
                ],
            }
            for row in persons.all_of(whose)
        ],
        "votes": [_plain(row) for key in keys for row in votes.all_of(key)],
        "reports": [_plain(row) for row in forgetting.reports_by(keys)],
    }


def were_erased(since: datetime | None) -> bool:
    """Whether anybody was erased at that time or later, or ever."""
    query = select(PrivacyEntry.id).where(PrivacyEntry.deed == Deed.ERASED)
    if since is not None:
        query = query.where(PrivacyEntry.at >= since)
    return db.session.scalar(query.limit(1)) is not None


def log(place: Place) -> Page[PrivacyEntry]:
    """What was erased and exported, newest first, below the entry with the id `place.before`."""
    query = select(PrivacyEntry)
    if place.before is not None:
        query = query.where(PrivacyEntry.id < place.before)
    rows = db.session.scalars(query.order_by(PrivacyEntry.id.desc()).limit(PER_PAGE + 1)).all()
    return Page(rows=list(rows[:PER_PAGE]), more_above=place.before is not None, more_below=len(rows) > PER_PAGE)


def _plain(row: AnyRow) -> dict[str, Any]:
    values = row._mapping.items()
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values}
