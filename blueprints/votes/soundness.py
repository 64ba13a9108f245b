"""What must hold of votes: a comment's sums and its place among the best follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from blueprints.comments import operations as comments
from blueprints.comments import ranking
from understory.checks import Check
from understory.db import AnyRow, db, transaction

_SUMS = """
SELECT * FROM (
  SELECT id, up, down, best,
    (SELECT count(*) FROM votes WHERE comment_id = comments.id AND value = 1) AS for_it,
    (SELECT count(*) FROM votes WHERE comment_id = comments.id AND value = -1) AS against
  FROM comments
) summed
WHERE up <> for_it OR down <> against OR up > 0 OR down > 0 OR best <> 0
ORDER BY id
"""


def checks() -> list[Check]:
    """One, which mends itself."""
    return [Check("votes and their sums", _faults, _sum_anew)]


def _faults() -> Iterator[str]:
    for row in _wrong():
        yield f"comment {row.id} has {row.for_it} votes for it and {row.against} against, not {row.up} and {row.down}"


def _sum_anew() -> int:
    wrong = list(_wrong())
    for row in wrong:
        with transaction():
            comments.count_votes(row.id, row.for_it - row.up, row.against - row.down)
    return len(wrong)


def _wrong() -> Iterator[AnyRow]:
    with db.engine.connect() as connection:
        rows: Any = connection.execution_options(yield_per=1000).execute(text(_SUMS))
        for row in rows:
            if (row.up, row.down) != (row.for_it, row.against) or row.best != ranking.best(row.up, row.down):
                yield row
