"""Answers as they go over the wire (RFC 9112, 4 to 7), and whether a connection takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus

from understory.exchange import HeaderLines

STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}

_WITHOUT_LENGTH = frozenset({204, 304})

#: What is said where the site itself cannot say it.
PLAIN: HeaderLines = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")]
LATE = b"The rest of the request did not come. Please send it again.\n"
FAILED = b"Something went wrong here. Please try again.\n"

#: What ends a stream in chunks.
LAST_CHUNK = b"0\r\n\r\n"


def head(status: int, date: bytes, headers: HeaderLines, length: int | None = None, *, is_last: bool = False) -> bytes:
    """All that stands before a body; `length` is the body's in bytes where the headers do not say it."""
    told = lines(headers)
    if length is not None and status not in _WITHOUT_LENGTH and all(name != "content-length" for name, _ in headers):
        told += b"content-length: %d\r\n" % length
    if is_last:
        told += b"connection: close\r\n"
    return b"%b%b%b\r\n" % (STATUS_LINES[status], date, told)


def lines(headers: HeaderLines) -> bytes:
    """Header lines, each with its end."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class Audience:
    """Who is at the other end: whether they take what is written to them, and whether they are still there."""

    __slots__ = ("_gone", "_is_slow", "_relieved")

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._is_slow = False
        self._relieved: asyncio.Future[None] = loop.create_future()
        self._gone: asyncio.Future[None] = loop.create_future()

    def slow_down(self) -> None:
        self._is_slow = True
        if self._relieved.done():
            self._relieved = asyncio.get_running_loop().create_future()

    def go_on(self) -> None:
        self._is_slow = False
        if not self._relieved.done():
            self._relieved.set_result(None)

    def leave(self) -> None:
        self.go_on()
        if not self._gone.done():
            self._gone.set_result(None)

    def relieved(self) -> Awaitable[None] | None:
        """Done when more may be written; None when it may be now."""
        return self._relieved if self._is_slow else None

    def gone(self) -> Awaitable[None]:
        """Done when nobody is there any more. Who stops waiting for it changes nothing."""
        return asyncio.shield(self._gone)
