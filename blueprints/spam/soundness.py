"""What must hold of what was learned: each word's counts are those of the lessons that it is in."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from blueprints.spam import queries
from blueprints.spam.models import Label, Lesson, Standing, Token
from understory.checks import Check
from understory.db import db


def checks() -> list[Check]:
    """One: words beside the lessons that they were in."""
    return [Check("what was learned of spam", _miscounted)]


def _miscounted() -> Iterator[str]:
    counts: dict[int, list[int]] = {}
    learned = [0, 0]
    with db.engine.connect() as connection:
        for labels, tokens in connection.execution_options(yield_per=1000).execute(
            select(Lesson.labels, Lesson.tokens)
        ):
            if labels[-1:] in (Label.SPAM, Label.HAM):
                place = int(labels[-1:] == Label.HAM)
                learned[place] += 1
                for token in queries.tokens_in(tokens):
                    counts.setdefault(token, [0, 0])[place] += 1
        kept = connection.execute(select(Standing.spam, Standing.ham)).one()
        if list(kept) != learned:
            yield f"{learned[0]} spam and {learned[1]} ham were learned, not {kept.spam} and {kept.ham}"
        for row in connection.execution_options(yield_per=1000).execute(select(Token.id, Token.spam, Token.ham)):
            if [row.spam, row.ham] != counts.pop(row.id, [0, 0]):
                yield f"word {row.id} does not count for what its lessons say"
    if counts:
        yield f"{len(counts)} words of lessons are not counted"
