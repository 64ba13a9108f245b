"""Part post: eight posters while 32 readers read the same article, and the same done to Isso."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bench.figures import Part
from bench.load import Readers, wrk
from bench.posters import Poster, of_isso, of_understory, post_together
from bench.servers import ARTICLE, Isso, Server, Site

SECONDS = 4
POSTERS = 8
READERS = 32

Posts = dict[str, float]


def post(part: Part) -> None:
    """Rate, waits and fairness; each run goes on in the thread that the one before it made longer."""
    path = ARTICLE.format(50)
    with Site().seed(50) as site, Site(WORKERS="2").seed(50) as two, Isso() as isso:

        def ours(here: Site = site) -> list[Poster]:
            return [Poster(here.port, of_understory(here.port, path, who)) for who in range(POSTERS)]

        def theirs() -> list[Poster]:
            return [Poster(isso.port, of_isso("/thread/", who)) for who in range(POSTERS)]

        # Its thread is there before: eight first posts at once make some of them fail.
        theirs_path = isso.fill("/thread/", 50) + "&limit=20"
        measures: dict[str, Callable[[], Posts]] = {
            "32 readers, a page a second each": lambda: asyncio.run(beside_paced(site, path, ours())),
            "32 readers without a pause": lambda: asyncio.run(_beside_pressing(site, path, ours())),
            "nobody reading": lambda: asyncio.run(posting_alone(site, path, ours())),
            "two processes, nobody reading": lambda: asyncio.run(posting_alone(two, path, ours(two))),
            "two processes, 32 readers, a page a second each": lambda: asyncio.run(beside_paced(two, path, ours(two))),
            "Isso, nobody reading": lambda: asyncio.run(posting_alone(isso, path, theirs())),
            "Isso, 32 readers, a page a second each": lambda: asyncio.run(beside_paced(isso, theirs_path, theirs())),
        }
        asyncio.run(post_together(ours(), 1))
        asyncio.run(post_together(ours(two), 1))
        asyncio.run(post_together(theirs(), 1))
        seen = part.interleaved(measures)
    for name, runs in seen.items():
        is_held = name == "32 readers, a page a second each"
        add_posts(part, name, runs, is_held=is_held)


def add_posts(part: Part, name: str, runs: list[Posts], *, is_held: bool) -> None:
    columns = {key: [run[key] for run in runs] for key in runs[0]}
    part.add(f"{name}: posts", "/s", columns["per_second"], bar=1000 if is_held else None)
    if "reads" in columns:
        part.add(f"{name}: reads", "/s", columns["reads"])
    part.add(f"{name}: wait p50", "ms", columns["p50"])
    part.add(f"{name}: wait p99", "ms", columns["p99"], bar=25 if is_held else None, at_most=True)
    part.add(f"{name}: worst wait", "ms", columns["worst"], bar=200 if is_held else None, at_most=True)
    part.add(f"{name}: least busy poster", "of the busiest", columns["least_to_most"])


async def posting_alone(_server: Server, _path: str, posters: list[Poster]) -> Posts:
    """Rate and waits with nobody reading."""
    return await post_together(posters, SECONDS)


async def beside_paced(server: Server, path: str, posters: list[Poster]) -> Posts:
    """Rate and waits while readers of that page come back every second."""
    async with Readers(server.port, path, READERS, pause=1.0) as readers:
        seen = await post_together(posters, SECONDS)
    if readers.failures:
        raise RuntimeError(f"{readers.failures} reads of {path} failed")
    return {**seen, "reads": readers.per_second}


async def _beside_pressing(server: Server, path: str, posters: list[Poster]) -> Posts:
    reading = asyncio.create_task(asyncio.to_thread(wrk, server.url(path), SECONDS, connections=READERS))
    seen = await post_together(posters, SECONDS)
    return {**seen, "reads": (await reading).per_second}
