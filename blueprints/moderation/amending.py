"""What authors do to their own comments, with what the log says of it."""

from __future__ import annotations

from blueprints.comments import authoring
from blueprints.comments.arriving import Origin
from blueprints.moderation.journal import On, Why, write_down
from blueprints.moderation.models import REASON_LENGTH, THE_AUTHOR, THE_RULES, Act
from blueprints.moderation.operations import settle_reports
from understory.db import transaction


def withdraw(comment_id: int, reader_key: str | None, minutes: int) -> None:
    """Take one's own comment back, as `authoring.withdraw` does, and say so in the log."""
    with transaction() as session:
        change = authoring.withdraw(comment_id, reader_key, minutes)
        on = On(comment_id, change.article_id)
        entry_id = write_down(Act.WITHDRAW, THE_AUTHOR, on, (change.before, change.after))
        settle_reports(session, comment_id, entry_id)


def edit(comment_id: int, reader_key: str | None, body: str, minutes: int, origin: Origin) -> None:
    """Change one's own words; the log says it when the rules hold the new ones. Raises as `authoring.judge`."""
    arrival = authoring.judge(comment_id, reader_key, body, minutes, origin)
    with transaction():
        change = authoring.edit(comment_id, reader_key, body, minutes, arrival)
        if change is not None and change.before != change.after:
            on = On(comment_id, change.article_id)
            why = Why((arrival.held_for or "")[:REASON_LENGTH])
            write_down(Act.CATCH, THE_RULES, on, (change.before, change.after), why)
