"""Lets readers listen: which addresses are event streams, who may have one, and from where it goes on."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from understory import settings
from understory.bridge import who_asks
from understory.exchange import Exchange, Request
from understory.limits import household
from understory.streams import Source, Streams

#: How soon a browser comes back whose stream ended, in milliseconds.
RETRY_MS = 1000

#: Streams that one process holds; a browser turned away comes back later and has lost nothing.
MOST_STREAMS = 20_000

#: Streams that one address holds, so that a hundred addresses are needed to turn everybody else away. A browser has
#: one for the tab that is looked at; a whole school fits in. Whoever comes from this machine itself is not counted:
#: that is a proxy that nobody has named yet, and with it every reader there is.
MOST_STREAMS_OF_ONE = 200

#: How long a browser is asked to stay away that was turned away, in seconds.
AWAY_SECONDS = 30

_GONE_HEADERS = [("cache-control", "no-store")]
_AWAY_HEADERS = [*_GONE_HEADERS, ("retry-after", str(AWAY_SECONDS))]
_STREAM_HEADERS = [
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-store"),
    ("x-accel-buffering", "no"),
    ("x-content-type-options", "nosniff"),
]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StreamPath:
    """Which paths are streams: `pattern`'s first group goes to `topic_of`, which gives the topic or None."""

    pattern: str
    topic_of: Callable[[str], int | None]
    source: Source


def offer_stream(app: Flask, path: StreamPath) -> None:
    """Have the front serve streams at a path."""
    app.extensions[__name__] = path


class Listening:
    """The door to the streams of one process."""

    def __init__(self, app: Flask) -> None:
        self._path: StreamPath = app.extensions[__name__]
        self._pattern = re.compile(self._path.pattern)
        self._who_asks = who_asks(settings.of(app).trusted_proxies)
        self._streams_of: Counter[str] = Counter()
        self.streams = Streams(self._path.source)

    async def answer(self, request: Request, exchange: Exchange) -> bool:
        """True when this was a stream, which has ended now."""
        found = self._pattern.fullmatch(request.path) if request.method == "GET" else None
        if found is None:
            return False
        who = self._who(request)
        status, topic = await self._admit(found[1], who)
        if topic is None:
            exchange.answer(status, _GONE_HEADERS if status == 404 else _AWAY_HEADERS)
            return True
        self._streams_of[who] += 1
        try:
            exchange.begin(200, _STREAM_HEADERS)
            exchange.send(b"retry: %d\n\n" % RETRY_MS)
            await self.streams.listen(topic, _heard(request), exchange.send, exchange.gone)
        finally:
            self._streams_of[who] -= 1
            if not self._streams_of[who]:
                del self._streams_of[who]
        return True

    async def _admit(self, name: str, who: str) -> tuple[int, int | None]:
        """The status of the answer, and the topic to listen to where there is one and room for one more."""
        try:
            topic = await asyncio.to_thread(self._path.topic_of, name)
        except Exception:
            _logger.exception("a stream could not be opened")
            return 503, None
        if topic is None:
            return 404, None
        if self._streams_of[who] >= MOST_STREAMS_OF_ONE and not _is_this_machine(who):
            return 429, None
        if len(self.streams) >= MOST_STREAMS:
            return 503, None
        return 200, topic

    def _who(self, request: Request) -> str:
        """Whom the stream counts for: the reader, as trusted proxies tell it."""
        address, _ = self._who_asks(request)
        return household(address)


def _is_this_machine(address: str) -> bool:
    return address != "unknown" and ipaddress.ip_address(address).is_loopback


def _heard(request: Request) -> int | None:
    """The version that this reader's page shows: what it heard last, else what its address says it was made at."""
    said = request.headers.get("last-event-id") or ""
    if said.isascii() and said.isdigit() and len(said) < 10:
        return int(said)
    found = re.search(r"(?:^|&)since=([0-9]{1,9})(?:&|$)", request.query_string)
    return int(found[1]) if found else None
