"""Opens many event streams on one server process and measures how soon one comment reaches all of them.

    .venv/bin/python bench/streams.py [STREAMS] [EVENTS]

Starts a site of its own on a free port. Prints the time from the commit's answer to the last listener for each
event, the memory of the worker before, with all streams open, and after they left, and after 1,000 more came
and went. The listeners run on the same cores: the times hold their work too.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SLUG = "welcome-to-understory"


class Site:
    """The server under test and the one who posts."""

    def __init__(self, folder: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("UNDERSTORY_")},
            "UNDERSTORY_INSTANCE": folder,
            "UNDERSTORY_PORT": str(self.port),
            "UNDERSTORY_POST_LIMIT": "off",
        }
        self.process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, start_new_session=True
        )
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        for _ in range(300):
            try:
                self.get("/")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the site did not start")

    def get(self, path: str) -> str:
        return self.opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=30).read().decode()

    def post(self, body: str) -> None:
        page = self.get(f"/articles/{SLUG}/comments/form")
        form = dict(re.findall(r'name="(csrf_token|submission_id)"[^>]*value="([^"]*)"', page))
        sent = urllib.parse.urlencode({**form, "author": "Bench", "body": body}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/articles/{SLUG}/comments", sent, {"HX-Request": "true"}
        )
        self.opener.open(request, timeout=60).read()

    def worker_memory(self) -> float:
        """PSS of the server's worker in MiB."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        sizes = []
        for child in children:
            rollup = Path(f"/proc/{child}/smaps_rollup").read_text()
            sizes.append(int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1]) / 1024)
        return max(sizes)


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
            print(f"\r{len(self.writers):,} streams open", end="", file=sys.stderr)
        print(file=sys.stderr)

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET /articles/{SLUG}/live HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
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
        await asyncio.sleep(2)


async def measure(site: Site, streams: int, events: int) -> None:
    site.post("warm")
    before = site.worker_memory()
    crowd = Crowd(site.port)
    await crowd.come(streams)
    open_ = site.worker_memory()
    times = []
    for n in range(events):
        crowd.expect()
        await asyncio.to_thread(site.post, f"event {n}")
        answered = time.perf_counter()
        await asyncio.wait_for(crowd.all_heard.wait(), 60)
        times.append(1000 * (max(crowd.heard) - answered))
        print(f"event {n + 1}: all {streams:,} heard {times[-1]:.0f} ms after the post was answered")
    await crowd.leave()
    left = site.worker_memory()
    more = Crowd(site.port)
    for _ in range(5):
        await more.come(200)
        await more.leave()
    print(f"median of {events}: {statistics.median(times):.0f} ms, worst {max(times):.0f} ms")
    print(f"worker memory (PSS): {before:.0f} MiB before, {open_:.0f} MiB with {streams:,} streams,", end=" ")
    print(f"{1024 * (open_ - before) / streams:.1f} KiB each; {left:.0f} MiB when they left,", end=" ")
    print(f"{site.worker_memory():.0f} MiB after 1,000 more came and went")


def main() -> None:
    streams = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    events = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        site = Site(folder)
        try:
            asyncio.run(measure(site, streams, events))
        finally:
            site.process.terminate()
            site.process.wait(30)


if __name__ == "__main__":
    main()
