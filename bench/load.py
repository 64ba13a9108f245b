"""Readers: `wrk` with as many connections as asked, and readers who pause between pages."""

from __future__ import annotations

import asyncio
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bench import tools

#: What a browser sends along.
ACCEPTS = {"Accept-Encoding": "br, gzip"}

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Rate:
    """What one run of a load generator saw: answers a second, and latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float
    worst: float
    count: int = 0


def wrk(
    url: str,
    seconds: float,
    *,
    connections: int = 32,
    threads: int = 1,
    headers: dict[str, str] | None = None,
    paths: Iterable[str] = (),
) -> Rate:
    """Ask as fast as answers come. With `paths`, each in turn. Raises RuntimeError when an answer was no success."""
    with tempfile.NamedTemporaryFile("w", suffix=".paths") as file:
        command = [
            tools.wrk(),
            f"-t{threads}",
            f"-c{connections}",
            f"-d{max(1, round(seconds))}s",
            "--latency",
            "--timeout",
            "20s",
        ]
        for name, value in (ACCEPTS | (headers or {})).items():
            command += ["-H", f"{name}: {value}"]
        if listed := "\n".join(paths):
            file.write(listed + "\n")
            file.flush()
            command += ["-s", str(Path(__file__).with_name("places.lua")), url, "--", file.name]
        else:
            command.append(url)
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{url} did not answer well:\n{said}")
    return Rate(
        per_second=float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
        p50=_time(said, r"(?m)^ +50% +(\S+)"),
        p99=_time(said, r"(?m)^ +99% +(\S+)"),
        worst=_time(said, r"Latency\s+\S+\s+\S+\s+(\S+)"),
        count=int(re.search(r"(\d+) requests in", said)[1]),
    )


def _time(said: str, pattern: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)([a-z]+)", re.search(pattern, said)[1]).groups()
    return float(number) * _UNITS[unit]


@dataclass
class Readers:
    """So many readers of one page, each of whom pauses between two readings; for `async with`."""

    port: int
    path: str
    count: int = 32
    pause: float = 1.0
    latencies: list[float] = field(default_factory=list)
    failures: int = 0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _began: float = 0.0

    async def __aenter__(self) -> Readers:
        self._began = time.perf_counter()
        self._tasks = [asyncio.create_task(self._read(n / self.count * self.pause)) for n in range(self.count)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._began
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    async def _read(self, delay: float) -> None:
        await asyncio.sleep(delay)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        headers = "".join(f"{name}: {value}\r\n" for name, value in ACCEPTS.items())
        request = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()
        try:
            while True:
                asked = time.perf_counter()
                writer.write(request)
                status, head, _ = await answer_of(reader)
                self.latencies.append(1000 * (time.perf_counter() - asked))
                self.failures += status != 200
                if b"connection: close" in head.lower():
                    writer.close()
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                await asyncio.sleep(self.pause)
        finally:
            writer.close()


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """Status, head and body of one answer on a connection that stays open."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    body = b"" if length is None else await reader.readexactly(int(length[1]))
    return int(head[9:12]), head, body
