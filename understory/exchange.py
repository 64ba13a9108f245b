"""A request that has arrived, and the ways to answer it: what the wire hands to the front."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol

HeaderLines = list[tuple[str, str]]


class Headers:
    """A request's header lines, in their order; names are in lower case, values read as Latin-1."""

    __slots__ = ("_lines",)

    def __init__(self, lines: HeaderLines) -> None:
        self._lines = lines

    def items(self) -> HeaderLines:
        return self._lines

    def get(self, name: str) -> str | None:
        """The first value of that name."""
        for key, value in self._lines:
            if key == name:
                return value
        return None

    def get_all(self, name: str) -> list[str]:
        return [value for key, value in self._lines if key == name]


@dataclass(eq=False, slots=True)
class Request:
    """All of it, read: the path is decoded, `client` an address, `server` an address and a port.

    `is_whole` is False where more followed than anybody may send: `body` is only the beginning then.
    """

    path: str
    method: str = "GET"
    query_string: str = ""
    headers: Headers = field(default_factory=lambda: Headers([]))
    body: bytes = b""
    is_whole: bool = True
    client: str = ""
    server: tuple[str, int] = ("localhost", 80)
    scheme: str = "http"
    http_version: str = "1.1"


class Exchange(Protocol):
    """The answer to one request: all at once by `answer`, or `begin` and as many times `send` as wanted."""

    def answer(self, status: int, headers: HeaderLines, body: bytes = b"") -> None: ...

    def begin(self, status: int, headers: HeaderLines) -> None:
        """Start a stream. It ends when the request's work does."""

    def send(self, data: bytes) -> Awaitable[None] | None:
        """Give data to the stream; what there is to wait for, when the connection does not take it now."""

    def gone(self) -> Awaitable[object]:
        """Done when nobody is there any more to be answered."""
