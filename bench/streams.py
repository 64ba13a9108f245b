"""Part streams: many event streams on one server process, and how soon one comment reaches all of them.

Measured from the answer to the post to the last listener, and the memory of the worker before, with all streams
open, after they left, and after 1,000 more came and went. STREAMS says how many, if not 5,000. The listeners run
on the same cores: the times hold their work too.
"""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import time
from http.client import HTTPResponse

from bench.figures import Part
from bench.posters import of_understory
from bench.servers import ARTICLE, Site

PATH = ARTICLE.format(50)
EVENTS = 5

#: So long a pause lets the server notice that readers have gone.
AWAY_SECONDS = 2


class Crowd:
    """Listeners that note when they hear."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard: list[float] = []
        self.all_heard = asyncio.Event()
        self.expected = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self, count: int) -> None:
        for start in range(0, count, 200):
            await asyncio.gather(*(self._one() for _ in range(min(200, count - start))))

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET {PATH}/live HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        while b"retry" not in await reader.readline():
            pass
        self.writers.append(writer)
        self.tasks.append(asyncio.create_task(self._listen(reader)))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"id: "):
                self.heard.append(time.perf_counter())
                if len(self.heard) == self.expected:
                    self.all_heard.set()

    def expect(self) -> None:
        self.heard.clear()
        self.all_heard.clear()
        self.expected = len(self.writers)

    async def leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        for writer in self.writers:
            writer.close()
        self.writers.clear()
        self.tasks.clear()
        await asyncio.sleep(AWAY_SECONDS)


def streams(part: Part) -> None:
    """Opens the streams, posts, lets them go."""
    count = int(os.environ.get("STREAMS", "5000"))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with Site().seed(50) as site:
        asyncio.run(_measure(part, site, count))


async def _measure(part: Part, site: Site, count: int) -> None:
    writing = await asyncio.to_thread(of_understory, site.port, PATH, 1)
    before = site.memory()
    crowd = Crowd(site.port)
    part.tell(f"opening {count:,} streams")
    await crowd.come(count)
    open_ = site.memory()
    times = []
    for number in range(1, EVENTS + 1):
        part.tell(f"event {number} of {EVENTS}")
        crowd.expect()
        answered = await asyncio.to_thread(_post, site.port, writing(number))
        await asyncio.wait_for(crowd.all_heard.wait(), 60)
        times.append(1000 * (max(crowd.heard) - answered))
    await crowd.leave()
    left = site.memory()
    more = Crowd(site.port)
    for round_ in range(1, 6):
        part.tell(f"coming and going, {round_} of 5")
        await more.come(200)
        await more.leave()
    part.add(f"post answered to all {count:,} having heard", "ms", times)
    part.add("worker before", "MiB PSS", before)
    part.add(f"worker with {count:,} streams", "MiB PSS", open_)
    part.add("a stream", "KiB", 1024 * (open_ - before) / count)
    part.add("worker when they have left", "MiB PSS", left)
    part.add("worker after 1,000 more came and went", "MiB PSS", site.memory())


def _post(port: int, request: bytes) -> float:
    """Post once, in a thread that waits for no listener; gives the moment of the answer."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        answer = HTTPResponse(connection)
        answer.begin()
        body = answer.read()
        answered = time.perf_counter()
    if answer.status != 201:
        raise RuntimeError(f"a post was answered with {answer.status}: {body[:300]!r}")
    return answered
