"""The wire's half of an exchange, for tests: what a request is, and what was answered."""

from __future__ import annotations

import asyncio

from understory.exchange import HeaderLines, Headers, Request


def asking(path: str = "/", lines: HeaderLines = (), client: str = "203.0.113.7", **more: object) -> Request:
    """A request as the wire tells it, by the name of a host where its lines name none."""
    named = any(name == "host" for name, _ in lines)
    given = [*lines] if named else [("host", "localhost"), *lines]
    return Request(path, headers=Headers(given), client=client, server=("127.0.0.1", 80), **more)


class Answered:
    """One connection: the answer, and when its browser left."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: HeaderLines = []
        self.body = b""
        self.answered = asyncio.Event()
        self.left = asyncio.Event()

    def answer(self, status: int, headers: HeaderLines, body: bytes = b"") -> None:
        self.status, self.headers, self.body = status, headers, body
        self.answered.set()

    def begin(self, status: int, headers: HeaderLines) -> None:
        self.answer(status, headers)

    def send(self, data: bytes) -> None:
        self.body += data

    async def gone(self) -> None:
        await self.left.wait()

    def header(self, name: str) -> str | None:
        return Headers(self.headers).get(name)
