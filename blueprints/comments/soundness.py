"""What must hold of comments: their places in the thread, what is counted of them, and the index of their words."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from blueprints.articles import conversations
from blueprints.articles.models import What
from blueprints.comments.models import DEEPEST_PATH, STEP
from understory.checks import Check
from understory.db import AnyRow, db, transaction

#: Rows that are read at a time: a million faults take no more memory than these.
AT_A_TIME = 1000

_SHOWN_BELOW = "(SELECT count(*) FROM comments child WHERE child.parent_id = comments.id AND child.shown)"
_IN_BRANCH = (
    "(SELECT count(*) FROM comments below WHERE below.article_id = comments.article_id"
    " AND below.root_number = comments.root_number AND below.depth > 0 AND below.shown)"
)
_ON_THE_SITE = "(SELECT count(*) FROM comments WHERE article_id = articles.id AND state = 'visible')"
_WRONG_SHOWN = "shown <> (state = 'visible' OR shown_replies > 0)"
_KEPT_OF_PATH = STEP * (DEEPEST_PATH - 1)

_PLACES = f"""
SELECT c.id, c.article_id, p.id AS parent FROM comments c LEFT JOIN comments p ON p.id = c.parent_id
WHERE (c.parent_id IS NOT NULL AND (
        p.id IS NULL OR p.article_id <> c.article_id OR p.root_number <> c.root_number OR c.depth <> p.depth + 1
        OR substr(c.path, 1, length(c.path) - {STEP}) <> substr(p.path, 1, {_KEPT_OF_PATH})))
   OR (c.parent_id IS NULL AND (c.depth <> 0 OR c.path <> ''))
ORDER BY c.id
"""
_REPLIES = f"SELECT id, shown_replies AS kept, {_SHOWN_BELOW} AS found FROM comments"
_BRANCHES = f"SELECT id, branch_size AS kept, {_IN_BRANCH} AS found FROM comments WHERE depth = 0"
_ARTICLES = f"SELECT slug, comment_count AS kept, {_ON_THE_SITE} AS found FROM articles"
_NUMBERS = """
SELECT slug, roots, numbered,
  (SELECT coalesce(max(root_number), 0) FROM comments WHERE article_id = articles.id) AS highest,
  (SELECT count(*) FROM comments WHERE article_id = articles.id) AS posted
FROM articles
"""


def checks() -> list[Check]:
    """In the order in which they are mended: what is counted follows from what is shown."""
    return [
        Check("places in threads", _misplaced),
        Check("numbers given to comments", _misnumbered),
        Check("what is shown, and counted of it", _miscounted, _count_anew),
        Check("words to search", _unsearchable, _index_anew),
    ]


def _misplaced() -> Iterator[str]:
    for row in _rows(_PLACES):
        yield f"comment {row.id} does not stand below the one that it answers"


def _misnumbered() -> Iterator[str]:
    for row in _rows(f"SELECT * FROM ({_NUMBERS}) given WHERE roots < highest OR numbered < posted"):
        yield f"article {row.slug}: {row.roots} and {row.numbered} were given, {row.highest} and {row.posted} are there"


def _miscounted() -> Iterator[str]:
    for row in _rows(f"SELECT id, state, shown FROM comments WHERE {_WRONG_SHOWN} ORDER BY id"):
        yield f"comment {row.id}, {row.state}, is {'shown' if row.shown else 'not shown'}"
    for query, what in ((_REPLIES, "replies shown"), (_BRANCHES, "comments in its branch")):
        for row in _rows(f"SELECT * FROM ({query}) counted WHERE kept <> found"):
            yield f"comment {row.id} has {row.found} {what}, not {row.kept}"
    for row in _rows(f"SELECT * FROM ({_ARTICLES}) counted WHERE kept <> found"):
        yield f"article {row.slug} has {row.found} comments, not {row.kept}"


def _count_anew() -> int:
    """From the deepest comments upwards, an article at a time: whether one is shown depends on those below it."""
    with db.engine.connect() as connection:
        wrong = f"{_WRONG_SHOWN} OR shown_replies <> {_SHOWN_BELOW} OR (depth = 0 AND branch_size <> {_IN_BRANCH})"
        found = connection.execute(text(f"SELECT DISTINCT article_id FROM comments WHERE {wrong}"))
        counts = connection.execute(text(f"SELECT id FROM articles WHERE comment_count <> {_ON_THE_SITE}"))
        ids = sorted({row[0] for row in (*found, *counts)})
    for article_id in ids:
        with transaction() as session:
            of = {"article": article_id}
            deepest = session.execute(text("SELECT max(depth) FROM comments WHERE article_id = :article"), of).scalar()
            for depth in range(deepest or 0, -1, -1):
                here = "WHERE article_id = :article AND depth = :depth"
                at = {**of, "depth": depth}
                session.execute(text(f"UPDATE comments SET shown_replies = {_SHOWN_BELOW} {here}"), at)
                set_shown = f"UPDATE comments SET shown = (state = 'visible' OR shown_replies > 0) {here}"
                session.execute(text(set_shown), at)
            branches = f"UPDATE comments SET branch_size = {_IN_BRANCH} WHERE article_id = :article AND depth = 0"
            session.execute(text(branches), of)
            session.execute(text(f"UPDATE articles SET comment_count = {_ON_THE_SITE} WHERE id = :article"), of)
            conversations.note_thread_change(article_id, What.THREAD)
    return len(ids)


_UNSEARCHABLE = "SELECT id FROM comments WHERE id NOT IN (SELECT id FROM comment_words_docsize) ORDER BY id"


def _unsearchable() -> Iterator[str]:
    if db.engine.dialect.name == "sqlite":
        for row in _rows(_UNSEARCHABLE):
            yield f"comment {row.id} is not found by its words"


def _index_anew() -> int:
    if db.engine.dialect.name != "sqlite":
        return 0
    with transaction() as session:
        missing = f"SELECT id, author, source, article_id FROM comments WHERE id IN ({_UNSEARCHABLE})"
        number: int = session.execute(text(f"SELECT count(*) FROM ({_UNSEARCHABLE}) missing")).scalar_one()
        session.execute(text(f"INSERT INTO comment_words(rowid, author, said, place) {missing}"))
        return number


def _rows(query: str) -> Iterator[AnyRow]:
    with db.engine.connect() as connection:
        yield from connection.execution_options(yield_per=AT_A_TIME).execute(text(query))
