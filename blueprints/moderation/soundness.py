"""What must hold of the log: a comment is in the state that the last entry about it says."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from blueprints.comments.models import State
from understory.checks import Check
from understory.db import db

_STATES = ", ".join(f"'{state}'" for state in State)
_LAST = f"""
SELECT c.id, c.state, l.id AS entry, l.after FROM comments c
JOIN moderation_log l ON l.id = (
  SELECT max(m.id) FROM moderation_log m WHERE m.comment_id = c.id AND m.after IN ({_STATES})
)
WHERE c.state <> l.after AND c.erased_at IS NULL ORDER BY c.id
"""


def checks() -> list[Check]:
    """One; which of the two is right, nobody but a moderator can say."""
    return [Check("the log and the states of comments", _contradicted)]


def _contradicted() -> Iterator[str]:
    with db.engine.connect() as connection:
        for row in connection.execution_options(yield_per=1000).execute(text(_LAST)):
            yield f"comment {row.id} is {row.state}, and entry {row.entry} of the log says {row.after}"
