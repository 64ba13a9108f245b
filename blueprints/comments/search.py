"""Finds comments by their words: the one file that knows how the databases search text.

Both keep the words of each comment (the migration 0006_the_desk makes what they are kept in) without accents,
capitals and punctuation, and give ids from the newest on, so that a page of results reads as far as it needs and
stops: SQLite in a table of FTS5, PostgreSQL in two columns of the comment's own row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, bindparam, column, func, literal, select, table, text

from understory.db import db, transaction

#: Pages of the index that are written anew in one commit: others who write wait for no more than that.
PAGES = 64

#: Rows that a merge changes if it does anything.
_SOMETHING = 2

_WORD = re.compile(r'"([^"]*)"|(\S+)')

_words = table("comment_words", column("rowid"))
_comments = table("comments", column("id"), column("article_id"), column("said_words"), column("author_words"))


def newest(words: str = "", author: str = "", article_id: int | None = None) -> Select[*tuple[Any, ...]] | None:
    """Ids (`id`) of the comments that hold all of this, the newest first, between the bound `below` and `above`.

    None when nothing could be found. All words have to be there, in any order, each also as the beginning of one;
    those in quotes as they stand.
    """
    if not any((words, author, article_id)) or (words + author and not _holds_words(words + " " + author)):
        return None
    if db.engine.dialect.name == "sqlite":
        return _in_the_index(words, author, article_id)
    return _in_the_rows(words, author, article_id)


def let_go() -> None:
    """Have nothing left in the index of words of what was taken out of it.

    FTS5 writes down that words are gone and keeps them in its older parts, until it writes those anew beside others
    (sqlite.org/fts5.html, "merge"). Here it writes all of them anew, some pages at a time.
    """
    if db.engine.dialect.name == "sqlite":
        pages = -PAGES
        while _written_anew(pages):
            pages = PAGES


def _written_anew(pages: int) -> bool:
    """Whether there was so much left to do; a negative number begins with parts that need no merging by themselves."""
    with transaction() as session:
        driver: Any = session.connection().connection.driver_connection
        before = driver.total_changes
        session.execute(
            text("INSERT INTO comment_words(comment_words, rank) VALUES ('merge', :pages)"), {"pages": pages}
        )
        return bool(driver.total_changes - before >= _SOMETHING)


def _in_the_index(words: str, author: str, article_id: int | None) -> Select[*tuple[Any, ...]]:
    parts = []
    for field, typed in (("said", words), ("author", author)):
        for phrase, is_whole in _phrases(typed):
            quoted = '"{}"'.format(phrase.replace('"', " "))
            parts.append(f"{field} : {quoted}" + ("" if is_whole else " *"))
    if article_id is not None:
        parts.append(f'place : "{article_id}"')
    return (
        select(_words.c.rowid.label("id"))
        .where(text("comment_words MATCH :asked").bindparams(asked=" AND ".join(parts)))
        .where(_words.c.rowid < bindparam("below"), _words.c.rowid > bindparam("above"))
        .order_by(_words.c.rowid.desc())
    )


def _in_the_rows(words: str, author: str, article_id: int | None) -> Select[*tuple[Any, ...]]:
    query = select(_comments.c.id).where(_comments.c.id < bindparam("below"), _comments.c.id > bindparam("above"))
    for kept, typed in ((_comments.c.said_words, words), (_comments.c.author_words, author)):
        if asked := " & ".join(f"({_sought(*one)})" for one in _phrases(typed)):
            query = query.where(kept.op("@@")(func.to_tsquery("simple", literal(asked))))
    if article_id is not None:
        query = query.where(_comments.c.article_id == article_id)
    return query.order_by(_comments.c.id.desc())


def _sought(phrase: str, is_whole: bool) -> str:
    """Words in a row, in the language of to_tsquery."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", phrase) if not unicodedata.combining(one))
    row = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return " <-> ".join(f"'{word}'" for word in row) + ("" if is_whole else ":*")


def _phrases(typed: str) -> Iterator[tuple[str, bool]]:
    """What is looked for, and whether it has to stand there whole.

    Only letters and digits are kept: what holds none is left out, or nothing would be found.
    """
    for phrase, word in _WORD.findall(typed):
        if _holds_words(phrase or word):
            yield phrase or word, bool(phrase)


def _holds_words(typed: str) -> bool:
    return any(letter.isalnum() for letter in typed)
