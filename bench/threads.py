"""The seeded threads that pages are read from, kept between runs, and the places in them."""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
from pathlib import Path

from bench.servers import ARTICLE, ROOT, seed
from bench.tools import CACHE

DEFAULT = (50, 1000, 10_000)
MILLION = 1_000_000

#: Comments that the site shows on a page; places are chosen so that a page is full.
PER_PAGE = 20


def instance() -> Path:
    """The folder of the site that holds them. Another schema or another way of seeding gets a folder of its own."""
    made_by = [Path(__file__).with_name("seed.py"), *sorted((ROOT / "understory/migrations/versions").glob("*.py"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in made_by)).hexdigest()
    return CACHE / f"site-{digest[:8]}"


def sizes() -> list[int]:
    """What SIZES asks for ("50 1000"), else the usual ones, and a million where that thread was made before."""
    if asked := os.environ.get("SIZES"):
        return sorted(int(size.replace("_", "")) for size in asked.replace(",", " ").split())
    return [*DEFAULT, MILLION] if (instance() / f"thread-{MILLION}").exists() else list(DEFAULT)


def ready() -> list[int]:
    """Make what is missing; gives the sizes."""
    wanted = sizes()
    for size in wanted:
        make(size)
    return wanted


def in_memory() -> None:
    """Have the system hold the whole file, as it does on a machine that has served it for a while."""
    with (instance() / "understory.db").open("rb") as file:
        while file.read(2**20):
            pass


def make(size: int) -> None:
    """Make a thread unless it is there."""
    marker = instance() / f"thread-{size}"
    if not marker.exists():
        seed(instance(), (size,))
        marker.touch()


def places(size: int, sort: str, *, part: tuple[float, float] = (0, 1), most: int = 8000) -> list[str]:
    """Paths of full pages that start at different places of a thread, or of a part of it, in no order."""
    with sqlite3.connect(f"file:{instance() / 'understory.db'}?mode=ro", uri=True) as database:
        article_id, roots = database.execute(
            "SELECT id, roots FROM articles WHERE slug = ?", [f"thread-{size}"]
        ).fetchone()
        chosen = random.Random(size).sample(range(1, roots + 1), min(roots, 2 * most + 10 * PER_PAGE))
        rows = database.execute(
            "SELECT best, root_number FROM comments WHERE article_id = ? AND depth = 0 AND root_number IN "
            f"({','.join(map(str, chosen))})",
            [article_id],
        ).fetchall()
    marks = sorted(rows) if sort == "best" else sorted(rows, key=lambda row: row[1], reverse=sort == "oldest")
    full = marks[PER_PAGE:]
    full = full[int(len(full) * part[0]) : int(len(full) * part[1])]
    random.Random(size).shuffle(full)
    return [_path(size, sort, *mark) for mark in full[:most]]


def _path(size: int, sort: str, best: int, number: int) -> str:
    article = ARTICLE.format(size)
    if sort == "newest":
        return f"{article}?before={number}"
    if sort == "oldest":
        return f"{article}?sort=oldest&after={number}"
    return f"{article}?sort=best&before={best}.{number}"
