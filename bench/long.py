"""Part long: a thread of 50,000 with 5,000 replies under one comment, against one of 50, in milliseconds and bytes.

One reader with one connection opens what people open: the article, a place in the middle in each sort, a comment by
its own link, and replies in place; with nothing kept, and from memory.
"""

from __future__ import annotations

import http.client
import sqlite3
import statistics
import time
from functools import partial

from bench import threads
from bench.figures import Part
from bench.load import ACCEPTS
from bench.servers import ARTICLE, Site

SHORT, LONG = 50, 50_000
ASKED = 60
SORTS = ("newest", "oldest", "best")


def long(part: Part) -> None:
    """The same acts in both threads, turn by turn; a ratio near 1 is wanted."""
    for size in (SHORT, LONG):
        threads.make(size)
    for name, settings in (("cold", {"PAGE_CACHE": "0"}), ("hot", {})):
        with Site(threads.instance(), **settings) as site:
            acts = {size: _acts(site, size) for size in (SHORT, LONG)}
            measures = {
                f"{act}, {size:,}": partial(_median, site, path) for size in acts for act, path in acts[size].items()
            }
            seen = part.interleaved(measures)
            for act in acts[LONG]:
                short, long_ = (seen[f"{act}, {size:,}"] for size in (SHORT, LONG))
                part.add(f"{name}: {act} of {LONG:,}", "ms", [run[0] for run in long_])
                pairs = zip(short, long_, strict=True)
                part.add(f"{name}: {act}", f"times {SHORT}'s", [b[0] / a[0] for a, b in pairs])
            if name == "hot":
                for act in acts[LONG]:
                    sent = " and ".join(f"{seen[f'{act}, {size:,}'][0][1]:,}" for size in (SHORT, LONG))
                    part.notes.append(f"{act}: {sent} bytes as sent")


def _acts(site: Site, size: int) -> dict[str, str]:
    article = ARTICLE.format(size)
    acts = {"open": article}
    for sort in SORTS:
        path = threads.places(size, sort, part=(0.3, 0.7), most=1)[0]
        acts[f"place in the middle, {sort}"] = path
    root, reply = _crowded(size)
    acts["a reply by its link"] = _get(site, f"/comments/{reply}")[2].partition("#")[0]
    acts["replies in place"] = f"{article}/comments?root={root}"
    return acts


def _crowded(size: int) -> tuple[int, int]:
    """The number of the most answered comment, and the id of the reply in the middle of its branch."""
    with sqlite3.connect(f"file:{threads.instance() / 'understory.db'}?mode=ro", uri=True) as database:
        article_id, root = database.execute(
            "SELECT article_id, root_number FROM comments WHERE article_id = (SELECT id FROM articles WHERE slug = ?) "
            "GROUP BY root_number ORDER BY count(*) DESC, root_number LIMIT 1",
            [f"thread-{size}"],
        ).fetchone()
        replies = database.execute(
            "SELECT id FROM comments WHERE article_id = ? AND root_number = ? ORDER BY path", [article_id, root]
        ).fetchall()
    return root, replies[len(replies) // 2][0]


def _median(site: Site, path: str) -> tuple[float, int]:
    """Milliseconds of the median answer, and its bytes."""
    _get(site, path)
    waits = []
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    for _ in range(ASKED):
        began = time.perf_counter()
        connection.request("GET", path, headers=ACCEPTS)
        answer = connection.getresponse()
        body = answer.read()
        waits.append(1000 * (time.perf_counter() - began))
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} was answered with {answer.status}")
    connection.close()
    return statistics.median(waits), len(body)


def _get(site: Site, path: str) -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers.get("Location", "")
