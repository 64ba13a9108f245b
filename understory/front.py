"""The front door: gives pages from memory, serves event streams, hands all else to Flask."""

from __future__ import annotations

import asyncio
import gc

from flask import Flask

from understory import bell, ears, figures, rounds
from understory.bridge import Bridge
from understory.direct import Direct
from understory.exchange import Exchange, Request
from understory.hot import HotPages, version_query
from understory.listening import Listening
from understory.together import Together, can_commit_together

#: Requests that one process works on at a time. Rendering is Python's work alone, which more threads only delay;
#: writers wait, for the disk and for one another.
READERS = 3
WRITERS = 8


#: Objects more than were let go of, after which the collector looks for those that hold one another; a twentieth of a
#: post's time went into looking after each 700.
GARBAGE = 10_000

#: How old the operator's figures may be, in seconds.
REPORT_SECONDS = 1.0


class Front:
    """The site as its server's workers run it."""

    def __init__(self, app: Flask) -> None:
        self._bridge = Bridge(app.wsgi_app, READERS, WRITERS)
        self._ear = ears.of(app, version_query(app))
        self._hot = HotPages(app, self._bridge, self._ear)
        self._together = Together(app) if can_commit_together(app) else None
        self._direct = Direct(app, self._bridge, self._together) if self._together else None
        self._listening = Listening(app)
        self._listening.streams.on_told = figures.of(app).told.observe
        self._heard_by = [bell.listen(self._listening.streams.ring), bell.listen(self._ear.tell)]
        self._app = app
        self._tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """Begin to serve, on the loop that runs now."""
        # What is here now stays: the collector need not look through it again, a tenth of a second each time.
        gc.collect()
        gc.freeze()
        # Each request makes and lets go of more objects than the usual threshold; few of them in circles.
        gc.set_threshold(GARBAGE)
        # SQLite makes two files when its first connection opens; a disk that fills up afterwards ends no reading.
        if (heard := self._ear.at_once) is not None:
            heard.mark()
        works = self._follow(), self._report(), rounds.keep_walking(self._app)
        self._tasks = [asyncio.get_running_loop().create_task(work) for work in works]

    def hang_up(self) -> None:
        """End the streams, which would go on for ever; their browsers come back to whoever serves then."""
        self._listening.streams.close()

    def close(self) -> None:
        """The end, when everything is answered."""
        for stop in self._heard_by:
            stop()
        for task in self._tasks:
            task.cancel()
        self._hot.close()
        if self._together is not None:
            self._together.close()
        self._bridge.close()
        self._ear.close()

    def glance(self, data: bytes) -> tuple[int, bytes] | None:
        """What is ready for the request that these bytes are: see `HotPages.glance`."""
        return self._hot.glance(data)

    async def handle(self, request: Request, exchange: Exchange) -> None:
        """Answer any request."""
        is_read = request.method in ("GET", "HEAD")
        if is_read and (await self._hot.answer(request, exchange) or await self._listening.answer(request, exchange)):
            return
        if self._direct is not None and await self._direct.answer(request, exchange):
            return
        await self._bridge.pass_on(request, exchange)

    async def _report(self) -> None:
        """Bring what is counted by plain numbers to where all processes are added up."""
        known = figures.of(self._app)
        given = made = 0
        while True:
            known.pages.labels("from memory").inc(self._hot.given - given)
            known.pages.labels("made").inc(self._hot.pages.made - made)
            given, made = self._hot.given, self._hot.pages.made
            known.streams.set(len(self._listening.streams))
            known.kept.set(self._hot.pages.size)
            await asyncio.sleep(REPORT_SECONDS)

    async def _follow(self) -> None:
        """Tell open pages what other processes wrote: the bell rings in the writer's own process only."""
        streams = self._listening.streams
        async for changed in self._ear.changes():
            if changed is not None:
                streams.ring(changed)
            elif topics := streams.topics():
                streams.compare((await self._ear.hear(*topics)).version_of)
