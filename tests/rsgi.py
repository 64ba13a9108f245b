"""A server's half of RSGI, for tests: what a request is, and what was answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


class Headers:
    """Header lines, names in lower case."""

    def __init__(self, lines: list[tuple[str, str]]) -> None:
        self._lines = lines

    def items(self) -> list[tuple[str, str]]:
        return list(self._lines)

    def get(self, name: str, default: str | None = None) -> str | None:
        return next((value for key, value in self._lines if key == name), default)

    def get_all(self, name: str) -> list[str]:
        return [value for key, value in self._lines if key == name]


@dataclass
class Scope:
    """A request as the server tells it."""

    path: str = "/"
    method: str = "GET"
    query_string: str = ""
    lines: list[tuple[str, str]] = field(default_factory=list)
    client: str = "203.0.113.7:1234"
    server: str = "127.0.0.1:80"
    scheme: str = "http"
    http_version: str = "1.1"

    @property
    def headers(self) -> Headers:
        """The lines of the request, with a host where none is among them."""
        named = any(name == "host" for name, _ in self.lines)
        return Headers(self.lines if named else [("host", "localhost"), *self.lines])


class Protocol:
    """One connection: the parts of the request's body, the answer, and when its browser left."""

    def __init__(self, parts: list[bytes] | None = None) -> None:
        self._parts = parts or []
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.body = b""
        self.answered = asyncio.Event()
        self.left = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body
        self.answered.set()

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_bytes(status, headers, b"")

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Protocol:
        self.response_bytes(status, headers, b"")
        return self

    async def send_bytes(self, data: bytes) -> None:
        self.body += data

    async def client_disconnect(self) -> None:
        await self.left.wait()

    def header(self, name: str) -> str | None:
        return Headers(self.headers).get(name)
