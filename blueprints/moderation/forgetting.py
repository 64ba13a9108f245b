"""What moderation forgets of a person who is erased. The log stays: it names no author."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select, update

from blueprints.moderation.models import HeldAuthor, Report
from understory.db import AnyRow, db, run, transaction

#: Ids that one statement takes.
PER_STATEMENT = 500


def forget(reader_keys: Iterable[str], comment_ids: Sequence[int]) -> int:
    """Remove the reports that these readers made, and the words in which others reported these comments.

    Readers whose every comment waits are held no longer. Gives how many reports were removed.
    """
    with transaction() as session:
        gone = 0
        for key in reader_keys:
            gone += run(delete(Report).where(Report.reader_key == key)).rowcount
            run(delete(HeldAuthor).where(HeldAuthor.reader_key == key))
        for start in range(0, len(comment_ids), PER_STATEMENT):
            about = Report.comment_id.in_(comment_ids[start : start + PER_STATEMENT])
            session.execute(update(Report).where(about).values(words="", settled=True))
        return gone


def reports_by(reader_keys: Iterable[str]) -> list[AnyRow]:
    """The reports that these readers made, oldest first."""
    query = select(Report.comment_id, Report.grounds, Report.words, Report.at).order_by(Report.id)
    return [row for key in reader_keys for row in db.session.execute(query.where(Report.reader_key == key))]
