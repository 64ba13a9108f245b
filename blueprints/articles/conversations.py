"""The conversation under an article, as the article counts it: numbers, version, and word of each change.

Every change that a reader can see raises the version in its own transaction; open pages are told from the words.
"""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy import Delete, Insert, Select, Update, bindparam, delete, insert, select, update

from blueprints.articles.models import Article, ThreadChange, What
from understory import bell, clock
from understory.db import AnyRow, built_once, read, run
from understory.errors import Missing, Refused

#: Changes of a thread that are kept to be told again; a page that missed more is asked to load anew.
KEPT_CHANGES = 1000

_articles = Article.metadata.tables[Article.__tablename__]
_changes = Article.metadata.tables[ThreadChange.__tablename__]


class ThreadClosed(Refused):
    """The conversation under the article takes no more comments."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__("This conversation is closed. Your text is kept here, so that you can copy it.")


def number_comment(article_id: int, *, is_root: bool, is_shown: bool) -> AnyRow:
    """Give the next comment its numbers: (`roots`, `numbered`); for one that is shown, raise the `version` too.

    What is shown has to be told by `note_arrival`. Raises ThreadClosed, and Missing when readers cannot see the
    article. Locks the article's row: from here on, writers of one thread take turns.
    """
    row = run(_number(), of_article=article_id, new_roots=int(is_root), shown=int(is_shown)).first()
    if row is not None:
        return row
    if read(_closed(), article=article_id).first():
        raise ThreadClosed
    raise Missing("This article is no longer open for comments. Your text is kept here, so that you can copy it.")


def note_thread_change(article_id: int, what: What, comment_id: int | None = None, count_change: int = 0) -> None:
    """A reader sees the thread differently from now on: raise the version, move the count, leave word of it."""
    version = run(_raise_version(), of_article=article_id, by=count_change).scalar()
    if version is not None:
        _leave_word(article_id, version, what, comment_id)


def note_arrival(article_id: int, version: int, comment_id: int) -> None:
    """Leave word of a comment that is shown from the start, at the version that it was given with its numbers."""
    _leave_word(article_id, version, What.ARRIVED, comment_id)


def _leave_word(article_id: int, version: int, what: What, comment_id: int | None) -> None:
    run(_word_of_it(), article_id=article_id, version=version, what=what, comment_id=comment_id, at=clock.now())
    if version % KEPT_CHANGES == 0:
        run(_forget_words(), of_article=article_id, up_to=version - KEPT_CHANGES)
    bell.note(article_id)


@built_once
def _forget_words() -> Delete:
    are_old = _changes.c.article_id == bindparam("of_article"), _changes.c.version <= bindparam("up_to")
    return delete(_changes).where(*are_old)


@built_once
def _number() -> Update:
    article = _articles.c
    return (
        update(_articles)
        .where(article.id == bindparam("of_article"), article.published, ~article.closed)
        .values(
            numbered=article.numbered + 1,
            roots=article.roots + bindparam("new_roots"),
            version=article.version + bindparam("shown"),
            comment_count=article.comment_count + bindparam("shown"),
        )
        .returning(article.roots, article.numbered, article.version)
    )


@built_once
def _closed() -> Select[int]:
    article = _articles.c
    return select(article.id).where(article.id == bindparam("article"), article.published, article.closed)


@built_once
def _raise_version() -> Update:
    article = _articles.c
    raised = update(_articles).where(article.id == bindparam("of_article")).returning(article.version)
    return raised.values(version=article.version + 1, comment_count=article.comment_count + bindparam("by"))


@built_once
def _word_of_it() -> Insert:
    return insert(_changes)
