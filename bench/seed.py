"""Fills a site with long threads, as the site itself would have written them, only faster.

    UNDERSTORY_INSTANCE=/some/folder .venv/bin/python bench/seed.py 50 1000 50000

makes an article `thread-N` for each N, with N comments: every tenth is a reply somewhere, and in threads of
20,000 and more one root has 5,000 replies. Prints what it made. Safe to run twice: an article that is there stays.
"""

from __future__ import annotations

import random
import sys
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app import create_app
from blueprints.articles import operations as articles
from blueprints.articles.models import Article
from blueprints.comments.models import Comment, State
from blueprints.comments.paths import step
from understory import clock
from understory.db import transaction
from understory.sanitize import comment_html

SENTENCE = "the river bends where old stones keep warm and nobody counts what the wind takes from the reeds"
WORDS = SENTENCE.split()
NAMES = ["Ada", "Grace Hopper", "محمد علي", "Иван Петров", "Zoë", "B. King", "O'Neil", "Lin"]
BATCH = 5000
#: Top-level comments, counted from the newest, that are still answered.
LIVELY = 30


def texts(chance: random.Random) -> list[tuple[str, str]]:
    """A hundred sources with their html: of lengths as people write them, one line to a few paragraphs."""
    made = []
    for _ in range(100):
        sentences = [" ".join(chance.choices(WORDS, k=chance.randint(5, 14))) for _ in range(chance.randint(1, 6))]
        source = ". ".join(sentences).capitalize() + "."
        if chance.random() < 0.2:
            source = f"> {sentences[0]}\n\n{source} See https://example.org/{chance.randint(1, 99)}."
        made.append((source, comment_html(source)))
    return made


def rows(article_id: int, count: int, chance: random.Random) -> Any:
    """Comments in the order in which they were posted."""
    stock = texts(chance)
    moment = clock.now() - timedelta(seconds=count)
    roots = 0
    # Only what can still be answered is remembered: memory does not grow with the thread.
    branches: dict[int, list[tuple[int, str, int]]] = {}
    crowded = 5000 if count >= 20_000 else 0
    for number in range(1, count + 1):
        source, html = chance.choice(stock)
        is_reply = roots > 0 and (number <= crowded or number % 10 == 0)
        row = {
            "article_id": article_id,
            "parent_offset": None,
            "root_offset": None,
            "root_number": roots + 1,
            "path": "",
            "depth": 0,
            "submission_id": f"seed-{article_id}-{number}",
            "author": chance.choice(NAMES),
            "source": source,
            "html": html,
            "state": State.VISIBLE,
            "shown": True,
            "shown_replies": 0,
            "branch_size": 0,
            "created_at": moment + timedelta(seconds=number),
        }
        if is_reply:
            root = 1 if number <= crowded else chance.randint(max(1, roots - LIVELY), roots)
            parent, path, depth = chance.choice(branches[root][-20:])
            if depth > 8:
                parent, path, depth = branches[root][0]
            row |= {"parent_offset": parent, "root_offset": branches[root][0][0], "root_number": root}
            row |= {"path": path + step(number), "depth": depth + 1}
            branches[root].append((number, row["path"], depth + 1))
        else:
            roots += 1
            branches[roots] = [(number, "", 0)]
            branches.pop(roots - LIVELY - 1, None)
        yield row


def count_up(session: Session, column: str, numbers: dict[int, int]) -> None:
    """Store a count for each of these comments."""
    if numbers:
        change = update(Comment.__table__).where(Comment.__table__.c.id == bindparam("of"))
        change = change.values({column: bindparam("number")})
        session.connection().execute(change, [{"of": of, "number": number} for of, number in numbers.items()])


def fill(count: int) -> str:
    """One article with its thread; gives its slug."""
    slug = f"thread-{count}"
    draft = articles.Draft(title=f"A thread of {count:,} comments", slug=slug, author="Bench", source="Words.\n\n" * 8)
    with transaction() as session:
        if session.scalar(select(Article.id).where(Article.slug == slug)) is not None:
            return slug
        articles.save(draft)
        article_id = session.scalars(select(Article.id).where(Article.slug == slug)).one()
        first = (session.scalar(select(Comment.id).order_by(Comment.id.desc()).limit(1)) or 0) + 1
        source = rows(article_id, count, random.Random(count))
        replies: dict[int, int] = {}
        sizes: dict[int, int] = {}
        roots = 0
        offset = 0
        while batch := list(islice(source, BATCH)):
            for n, row in enumerate(batch, offset + 1):
                parent, root = row.pop("parent_offset"), row.pop("root_offset")
                row |= {"id": first + n - 1, "parent_id": first + parent - 1 if parent else None}
                roots += not parent
                if parent:
                    replies[row["parent_id"]] = replies.get(row["parent_id"], 0) + 1
                    sizes[first + root - 1] = sizes.get(first + root - 1, 0) + 1
            session.execute(insert(Comment), batch)
            offset += len(batch)
            print(f"\r{slug}: {offset:,} of {count:,}", end="", file=sys.stderr)
        count_up(session, "shown_replies", replies)
        count_up(session, "branch_size", sizes)
        session.execute(
            update(Article)
            .where(Article.id == article_id)
            .values(roots=roots, numbered=count, comment_count=count, version=count + 1)
        )
        if session.get_bind().dialect.name == "postgresql":
            # Rows that came with their numbers took none from where the next one comes from.
            session.execute(select(func.setval("comments_id_seq", first + count - 1)))
    print(file=sys.stderr)
    return slug


def main() -> None:
    counts = [int(argument) for argument in sys.argv[1:]] or [50, 1000, 50_000]
    app = create_app()
    with app.app_context():
        upgrade()
        for count in counts:
            print(fill(count))


if __name__ == "__main__":
    main()
