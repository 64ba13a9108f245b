"""The front door: one ASGI application that gives pages from memory, serves event streams, hands all else to Flask."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Callable

from flask import Flask

from understory import bell
from understory.bridge import Bridge, Receive, Scope, Send
from understory.ear import Ear
from understory.hot import HotPages
from understory.streams import Source, Streams

#: Requests that one process works on at a time; also what the database pool has to hold.
THREADS = 8

#: How soon a browser comes back whose stream ended, in milliseconds.
RETRY_MS = 1000

#: Streams that one process holds; a browser turned away comes back later and has lost nothing.
MOST_STREAMS = 20_000


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
        self._ear = Ear(app)
        self._hot = HotPages(app, self._bridge, self._ear)
        self._path: StreamPath = app.extensions[__name__]
        self._streams = Streams(self._path.source)
        self._hang_up = bell.listen(self._streams.ring)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            if scope["method"] not in ("GET", "HEAD"):
                await self._bridge(scope, receive, send)
            elif not await self._hot.answer(scope, receive, send):
                await self._look_further(scope, receive, send)

    async def _look_further(self, scope: Scope, receive: Receive, send: Send) -> None:
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
        topic = await asyncio.to_thread(self._path.topic_of, name)
        if topic is None or len(self._streams) >= MOST_STREAMS:
            status = 404 if topic is None else 503
            await send({"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
        await send({"type": "http.response.body", "body": b"retry: %d\n\n" % RETRY_MS, "more_body": True})
        await self._streams.listen(topic, _heard(scope), send, lambda: _gone(receive))


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
