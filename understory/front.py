"""The front door: one ASGI application that serves event streams itself and hands all else to Flask."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from understory import bell, settings
from understory.bridge import Bridge, Receive, Scope, Send, environ_of
from understory.limits import household
from understory.security import behind
from understory.streams import Source, Streams

#: Requests that one process works on at a time; also what the database pool has to hold.
THREADS = 8

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

_logger = logging.getLogger(__name__)


class StreamPath:
    """Which paths are streams: `pattern`'s first group goes to `topic_of`, which gives the topic or None."""

    def __init__(self, pattern: str, topic_of: Callable[[str], int | None], source: Source) -> None:
        self.pattern = re.compile(pattern)
        self.topic_of = topic_of
        self.source = source


def offer_stream(app: Flask, path: StreamPath) -> None:
    """Have the front serve streams at a path."""
    app.extensions[__name__] = path


class Front:
    """The site as an ASGI application."""

    def __init__(self, app: Flask) -> None:
        self._bridge = Bridge(app.wsgi_app, THREADS)
        self._say_address = behind(settings.of(app).trusted_proxies, _say_address)
        self._streams_of: Counter[str] = Counter()
        self._path: StreamPath = app.extensions[__name__]
        self._streams = Streams(self._path.source)
        self._hang_up = bell.listen(self._streams.ring)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            found = self._path.pattern.fullmatch(scope["path"]) if scope["method"] == "GET" else None
            if found is None:
                await self._bridge(scope, receive, send)
            else:
                await self._stream(found[1], scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                _before_stopping(self._streams.close)
                await send({"type": "lifespan.startup.complete"})
            else:
                self._hang_up()
                self._streams.close()
                await asyncio.to_thread(self._bridge.close)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _stream(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        who = self._who(scope)
        status, topic = await self._admit(name, who)
        if topic is None:
            headers = _GONE_HEADERS if status == 404 else _AWAY_HEADERS
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        self._streams_of[who] += 1
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
            await send({"type": "http.response.body", "body": b"retry: %d\n\n" % RETRY_MS, "more_body": True})
            await self._streams.listen(topic, _heard(scope), send, lambda: _gone(receive))
        finally:
            self._streams_of[who] -= 1
            if not self._streams_of[who]:
                del self._streams_of[who]

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
        if len(self._streams) >= MOST_STREAMS:
            return 503, None
        return 200, topic

    def _who(self, scope: Scope) -> str:
        """Whom the stream counts for: the reader, as trusted proxies tell it."""
        said = self._say_address(environ_of(scope), _ignore)
        return household(b"".join(said).decode())


def _say_address(environ: dict[str, Any], _start_response: object) -> Iterable[bytes]:
    return [str(environ.get("REMOTE_ADDR", "")).encode()]


def _ignore(*_given: object) -> Callable[[bytes], object]:
    return bytes


def _is_this_machine(address: str) -> bool:
    return address != "unknown" and ipaddress.ip_address(address).is_loopback


_GONE_HEADERS = [(b"cache-control", b"no-store")]
_AWAY_HEADERS = [*_GONE_HEADERS, (b"retry-after", b"%d" % AWAY_SECONDS)]

_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def _before_stopping(act: Callable[[], None]) -> None:
    """Have `act` done the moment the worker is told to stop.

    The server waits for open connections to end before it says a word to the application, and a stream does not
    end by itself: so the handler that the server has set is put behind one of ours.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        handle = getattr(loop, "_signal_handlers", {}).get(number)
        if handle is not None:
            loop.add_signal_handler(number, _both, act, handle._run)


def _both(first: Callable[[], None], then: Callable[[], None]) -> None:
    first()
    then()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _heard(scope: Scope) -> int | None:
    """The version that this reader's page shows: what it heard last, else what its address says it was made at."""
    for name, value in scope["headers"]:
        if name == b"last-event-id" and value.isdigit() and len(value) < 10:
            return int(value)
    found = re.search(rb"(?:^|&)since=([0-9]{1,9})(?:&|$)", scope["query_string"])
    return int(found[1]) if found else None
