"""What the desk shows of a comment: all that it takes to decide about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blueprints.moderation import queries, queues, triggers
from blueprints.moderation.choosing import NAMES, QUEUES
from blueprints.moderation.queries import Record
from blueprints.moderation.triggers import Piece
from understory.db import AnyRow


@dataclass(frozen=True)
class Card:
    """A comment on the desk. `pieces` is its text with what is to be marked, empty where nothing is."""

    comment: AnyRow
    reports: Sequence[AnyRow]
    record: Record | None
    last: AnyRow | None
    held_for: Sequence[str]
    pieces: Sequence[Piece]

    @property
    def is_pinned(self) -> bool:
        return bool(self.comment.pinned_id == self.comment.id)


def nav() -> dict[str, object]:
    """What the head of the desk shows: the queues and how long they are."""
    return {"queues": QUEUES, "names": NAMES, "counts": queues.counts(), "counted": queues.COUNTED}


def cards(ids: Sequence[int], words: Sequence[str] = ()) -> list[Card]:
    """The cards of these comments, in this order; `words` that were searched for are marked."""
    rows = queues.cards(ids)
    reports = queries.open_reports(ids)
    records = queries.records(row.reader_key for row in rows)
    last = queries.last_entries(ids)
    return [_card(row, reports.get(row.id, []), records.get(row.reader_key), last.get(row.id), words) for row in rows]


def card(comment_id: int) -> Card | None:
    """The card of one comment."""
    return next(iter(cards([comment_id])), None)


def _card(
    row: AnyRow, reports: Sequence[AnyRow], record: Record | None, last: AnyRow | None, words: Sequence[str]
) -> Card:
    why = triggers.reasons(row.held_for)
    return Card(row, reports, record, last, why, triggers.pieces(row.source, why, words))
