"""Parts memory and mixed: what the worker holds after a start, after reading, and over a long mixed load."""

from __future__ import annotations

import asyncio
import os
import time

from bench import threads
from bench.figures import Part
from bench.load import wrk
from bench.posters import Poster, of_understory, post_together
from bench.servers import ARTICLE, Site

#: PSS in MiB that one process may hold.
MOST = 90

#: MiB that a million requests may add once the first fifth has filled what is meant to be filled.
GROWTH = 5

#: A mixed load that is not FULL ends after so long, however few requests that were.
PATIENCE = 60

CHUNK = 4


def memory(part: Part) -> None:
    """After a start, and after the load of the hot and the cold part."""
    sizes = threads.ready()
    with Site(threads.instance()) as site:
        part.tell("start")
        wrk(site.url(ARTICLE.format(sizes[0])), 1, connections=1)
        part.add("after a start", "MiB PSS", site.memory(), bar=MOST, at_most=True)
        for size in sizes:
            part.tell(f"reading thread of {size:,}")
            wrk(site.url(ARTICLE.format(size)), CHUNK)
            for sort in ("newest", "oldest", "best"):
                wrk(site.url(), 2, paths=threads.places(size, sort))
        part.add("after the read load", "MiB PSS", site.memory(), bar=MOST, at_most=True)


def mixed(part: Part) -> None:
    """Readers everywhere and new posters all the time: 100,000 requests, or a million with FULL=1."""
    is_full = bool(os.environ.get("FULL"))
    wanted = 1_000_000 if is_full else 100_000
    done, held = 0, []
    with Site().seed(50, 1000) as site:
        paths = _walk()
        until = time.monotonic() + (36_000 if is_full else PATIENCE)
        while done < wanted and time.monotonic() < until:
            done += asyncio.run(_chunk(site, paths))
            held.append(site.memory())
            part.tell(f"{done:,} of {wanted:,} requests, {held[-1]:.0f} MiB")
    first = held[len(held) // 5]
    part.add("requests", "in all", done)
    part.add("at the end", "MiB PSS", held[-1], bar=MOST, at_most=True)
    part.add("at the most", "MiB PSS", max(held), bar=MOST, at_most=True)
    # What is meant to be filled takes more than the short load.
    part.add("added after the first fifth", "MiB PSS", held[-1] - first, bar=GROWTH if is_full else None, at_most=True)
    part.notes.append("MiB over time: " + " ".join(f"{size:.0f}" for size in held[:: max(1, len(held) // 20)]))


def _walk() -> list[str]:
    """Heads of threads mostly, places in them, fragments, feeds and the front page."""
    heads = [ARTICLE.format(50), ARTICLE.format(1000)] * 40
    deep = [f"{ARTICLE.format(1000)}?before={number}" for number in range(30, 900, 10)]
    fragments = [f"{ARTICLE.format(1000)}/comments?before={number}" for number in range(25, 900, 20)]
    best = [f"{ARTICLE.format(1000)}?sort=best", f"{ARTICLE.format(50)}?sort=oldest"] * 5
    every = [*heads, *deep, *fragments, *best, "/", "/feed.atom", f"{ARTICLE.format(50)}/feed.atom"]
    return [every[number * 7919 % len(every)] for number in range(len(every))]


async def _chunk(site: Site, paths: list[str]) -> int:
    """Some seconds of it; two posters who were never here before write meanwhile. Gives the requests made."""
    path = ARTICLE.format(50)
    posters = [Poster(site.port, await asyncio.to_thread(of_understory, site.port, path, who)) for who in range(2)]
    reading = asyncio.create_task(asyncio.to_thread(wrk, site.url(), CHUNK, connections=16, paths=paths))
    await post_together(posters, CHUNK)
    return (await reading).count + sum(len(poster.waits) for poster in posters)
