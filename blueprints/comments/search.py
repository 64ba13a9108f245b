"""Finds comments by their words: the one file that knows how the database searches text.

SQLite's FTS5 keeps the words (the migration 0002_the_desk makes the table and the triggers that fill it). It
gives ids from the newest on, so that a page of results reads as far as it needs and stops.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Select, bindparam, column, select, table, text

_WORD = re.compile(r'"([^"]*)"|(\S+)')

_words = table("comment_words", column("rowid"))


def expression(words: str = "", author: str = "", article_id: int | None = None) -> str | None:
    """What is asked for in the language of the index; None for nothing that could be found.

    All words have to be there, in any order, each also as the beginning of one; those in quotes as they stand.
    """
    parts = [*_parts("said", words), *_parts("author", author)]
    if article_id is not None:
        parts.append(f'place : "{article_id}"')
    return " AND ".join(parts) or None


def newest() -> Select[*tuple[Any, ...]]:
    """Ids (`id`) of comments that an expression `asked` finds, the newest first, between `below` and `above`."""
    return (
        select(_words.c.rowid.label("id"))
        .where(text("comment_words MATCH :asked"))
        .where(_words.c.rowid < bindparam("below"), _words.c.rowid > bindparam("above"))
        .order_by(_words.c.rowid.desc())
    )


def _parts(field: str, typed: str) -> list[str]:
    """Only letters and digits count in the index: what holds none is left out, or nothing would be found."""
    found = []
    for phrase, word in _WORD.findall(typed):
        if any(letter.isalnum() for letter in phrase or word):
            quoted = '"{}"'.format((phrase or word).replace('"', " "))
            found.append(f"{field} : {quoted}" + ("" if phrase else " *"))
    return found
