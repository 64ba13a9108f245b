"""Part postgresql: two processes on a PostgreSQL server of this machine, beside one process on SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from bench.figures import Part
from bench.load import Rate, wrk
from bench.posters import Poster, of_understory
from bench.reading import verified
from bench.servers import ARTICLE, Site
from bench.writing import POSTERS, add_posts, beside_paced, posting_alone
from tests.postgresql import postgresql as server

SECONDS = 3

#: A server that keeps what it acknowledged, as an operator runs it.
CAREFUL = {"fsync": "on", "synchronous_commit": "on"}

PATH = ARTICLE.format(50)

#: Each another page of the thread: readers of one page would share one rendering.
PLACES = [f"{PATH}?before={number}" for number in range(2, 46)]


def postgresql(part: Part) -> None:
    """Reads from memory, reads with nothing kept, and posts, to one article."""
    with server(**CAREFUL) as database:
        for name in ("site", "forgetful"):
            database.do(f"CREATE DATABASE {name}")
        there = {"DATABASE_URL": database.address("site"), "WORKERS": "2"}
        forgetful = {"DATABASE_URL": database.address("forgetful"), "WORKERS": "2", "PAGE_CACHE": "0"}
        with (
            Site(**there).seed(50) as two,
            Site(**forgetful).seed(50) as cold_two,
            Site().seed(50) as one,
            Site(PAGE_CACHE="0").seed(50) as cold_one,
        ):
            reads: dict[str, Callable[[], Rate]] = {
                "two processes: from memory": partial(wrk, two.url(PATH), SECONDS),
                "SQLite: from memory": partial(wrk, one.url(PATH), SECONDS),
                "two processes: nothing kept": partial(wrk, cold_two.url(), SECONDS, connections=8, paths=PLACES),
                "SQLite: nothing kept": partial(wrk, cold_one.url(), SECONDS, connections=8, paths=PLACES),
            }
            for site in (two, one):
                verified(site, PATH)
            for name, rates in part.interleaved(reads).items():
                part.add(name, "/s", [rate.per_second for rate in rates])
            posts = {
                f"{name}, {beside}": partial(_posted, site, measure)
                for name, site in (("two processes", two), ("SQLite", one))
                for beside, measure in (("nobody reading", posting_alone), ("32 readers", beside_paced))
            }
            for name, runs in part.interleaved(posts).items():
                add_posts(part, name, runs, is_held=False)


def _posted(site: Site, measure: Callable[..., object]) -> dict[str, float]:
    posters = [Poster(site.port, of_understory(site.port, PATH, who)) for who in range(POSTERS)]
    return asyncio.run(measure(site, PATH, posters))
