"""Reads requests out of the bytes of one connection (RFC 9112), with httptools, which is Node's own parser."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import httptools

from understory.exchange import HeaderLines, Headers, Request

#: The most that is read of a request's head and of its body, in bytes; the site refuses less than that.
LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 1_200_000

#: Requests that are taken out of what came in one piece; who sends more of them at once connects anew.
MOST_AT_ONCE = 500


class Unreadable(Exception):
    """What came is no request that can be answered; nothing after it can be read. `status` says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Ends:
    """The two ends of a connection."""

    client: str
    server: tuple[str, int]


def ends_of(transport: asyncio.BaseTransport) -> Ends:
    """The two ends of a connection; one without addresses is this machine's own."""
    peer, here = (transport.get_extra_info(name) for name in ("peername", "sockname"))
    return Ends(peer[0] if peer else "", (here[0], here[1]) if here else ("localhost", 80))


class Incoming:
    """The requests of one connection, in their order.

    After a request that is_last nothing is read any more: its sender said so, or sent too much.
    """

    __slots__ = (
        "_arrived", "_beside", "_body", "_ends", "_head_bytes", "_lines", "_parser", "_refusal", "_request", "_unread",
        "_url", "in_head", "is_arriving", "is_over", "wants_word",
    )  # fmt: skip

    def __init__(self, ends: Ends) -> None:
        self._ends = ends
        self._parser = httptools.HttpRequestParser(self)
        self._arrived: list[tuple[Request, bool]] = []
        self._refusal: Unreadable | None = None
        #: Whether a request has begun and not ended, and is still before its body.
        self.is_arriving = self.in_head = False
        #: Whether anything more can come.
        self.is_over = False
        #: Whether its sender waits for a word before the body ("Expect: 100-continue").
        self.wants_word = False
        self._head_bytes = 0

    def feed(self, data: bytes) -> list[tuple[Request, bool]]:
        """The requests that are whole now, and whether each is the connection's last. Raises Unreadable."""
        self._arrived = []
        was_in_body = self.is_arriving and not self.in_head
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # Nobody here speaks anything else: the request is answered as it stands, and what follows is not HTTP.
            self.is_over = True
        except httptools.HttpParserError:
            if self._refusal is None and not self.is_over:
                self._refusal = Unreadable(400, "This is no HTTP request.")
        if self.in_head:
            self._unread += len(data)
        if self.in_head and self._unread > LARGEST_HEAD:
            self._refusal = Unreadable(431, "The head of the request is too large.")
        if was_in_body and self.is_arriving and not self.in_head:
            self._beside += len(data)
            # Lengths of chunks, and the trailer, which the parser keeps until a line of it ends.
            if self._beside > LARGEST_HEAD + 2 * len(self._body):
                self._refusal = Unreadable(431, "There is far more around the body than in it.")
        if self._refusal is not None:
            # More of it may follow, which nobody reads.
            self.is_over = self.is_arriving = True
            raise self._refusal
        if self.is_over and self._arrived:
            self._arrived[-1] = self._arrived[-1][0], True
        return self._arrived

    # What the parser calls. What is raised here would reach nobody: refusals are kept.

    def on_message_begin(self) -> None:
        self._url, self._lines, self._body = b"", list[tuple[str, str]](), bytearray()
        self.is_arriving = self.in_head = True
        self._head_bytes = self._unread = self._beside = 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.in_head:
            # Of a trailer, which is no part of the head (RFC 9110, 6.5.1), and which nothing here asks for.
            return
        self._head_bytes += len(name) + len(value)
        self._lines.append((name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        self.in_head = False
        if self.is_over:
            return
        if self._head_bytes + len(self._url) > LARGEST_HEAD:
            self._refusal = Unreadable(431, "The head of the request is too large.")
            return
        try:
            target = httptools.parse_url(self._url)
        except httptools.HttpParserError:
            self._refusal = Unreadable(400, "The request names no address.")
            return
        self._request = self._told(target.path or b"/", target.query or b"", self._lines)
        declared = self._request.headers.get("content-length") or "0"
        if declared.isdigit() and int(declared) > LARGEST_BODY:
            self._take(is_whole=False)
        else:
            self.wants_word = (self._request.headers.get("expect") or "").lower() == "100-continue"

    def on_body(self, part: bytes) -> None:
        if self.is_over:
            return
        self._body += part
        if len(self._body) > LARGEST_BODY:
            self._take(is_whole=False)

    def on_message_complete(self) -> None:
        self.is_arriving = False
        if not self.is_over and self._refusal is None:
            self._take(is_whole=True)

    def _take(self, *, is_whole: bool) -> None:
        self._request.body, self._request.is_whole = bytes(self._body), is_whole
        is_full = len(self._arrived) + 1 >= MOST_AT_ONCE
        self.is_over = not is_whole or is_full or not self._parser.should_keep_alive()
        self._arrived.append((self._request, self.is_over))
        self.wants_word = False

    def _told(self, path: bytes, query: bytes, lines: HeaderLines) -> Request:
        return Request(
            path=unquote_to_bytes(path).decode("utf-8", "surrogateescape") if b"%" in path else path.decode("latin-1"),
            method=self._parser.get_method().decode("latin-1"),
            query_string=query.decode("latin-1"),
            headers=Headers(lines),
            client=self._ends.client,
            server=self._ends.server,
            http_version=self._parser.get_http_version(),
        )
