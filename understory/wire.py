"""HTTP/1.1 on sockets: each connection's requests are answered one after another.

What can be answered from memory is answered the moment it arrives, before anything else is made of it: this is
what the site has a server of its own for. Who sends nothing, or too slowly, is let go.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Awaitable
from typing import TYPE_CHECKING, cast

from understory import outgoing
from understory.exchange import HeaderLines, Request
from understory.incoming import Incoming, Unreadable, ends_of
from understory.outgoing import Audience

#: In seconds: how long a request's head and its body may take to arrive (a photograph's time on a bad line), how long
#: a connection may be idle, and how long one is listened to that sent too much.
HEAD_SECONDS, BODY_SECONDS, IDLE_SECONDS, LINGER_SECONDS = 30.0, 60.0, 75.0, 2.0

if TYPE_CHECKING:
    from understory.door import Door

_logger = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """One connection, and the Exchange of the request that is being answered on it."""

    __slots__ = (
        "_audience", "_door", "_incoming", "_is_answered", "_is_asked", "_is_bodiless", "_is_chunking", "_is_last",
        "_is_streaming", "_is_working", "_queue", "_transport", "deadline", "is_given",
    )  # fmt: skip

    def __init__(self, door: Door, *, is_given: bool = False) -> None:
        self._door = door
        #: Whether another process took it, and passed it on to this one.
        self.is_given = is_given
        self._transport = cast("asyncio.Transport", None)
        self._incoming: Incoming | None = None
        #: Requests that came while another was being answered, and whether each is the last.
        self._queue: deque[tuple[Request, bool]] = deque()
        self._is_working = self._is_streaming = self._is_last = False
        self._is_bodiless = self._is_chunking = self._is_answered = self._is_asked = False
        self._audience = Audience()
        #: When the time of what it is at is up, by the loop's clock.
        self.deadline = door.loop.time() + HEAD_SECONDS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._door.admits(self, transport.get_extra_info("socket").fileno()):
            self.abort()

    def data_received(self, data: bytes) -> None:
        incoming = self._incoming
        if not (self._is_working or self._queue) and (incoming is None or not incoming.is_arriving):
            ready = None if self._door.is_closing else self._door.glance(data)
            if ready is not None:
                self._is_asked = True
                self._transport.write(outgoing.STATUS_LINES[ready[0]] + self._door.date + ready[1])
                self.deadline = self._door.loop.time() + IDLE_SECONDS
                return
        if incoming is None:
            incoming = self._incoming = Incoming(ends_of(self._transport))
        if not incoming.is_over:
            self._read(incoming, data)

    def _read(self, incoming: Incoming, data: bytes) -> None:
        before = incoming.is_arriving, incoming.in_head
        try:
            self._queue.extend(incoming.feed(data))
        except Unreadable as refusal:
            self._is_last = True
            if not self._is_working:
                self._is_bodiless = False
                self.answer(refusal.status, outgoing.PLAIN, f"{refusal}\n".encode())
            return
        if self._queue and not self._is_working:
            self._begin_next()
        if self._is_working:
            # Who sends on meanwhile is heard afterwards.
            if self._queue or incoming.is_arriving:
                self._hear(False)
            return
        if before != (incoming.is_arriving, incoming.in_head):
            self._allow(HEAD_SECONDS if incoming.in_head else BODY_SECONDS)
        if incoming.wants_word:
            incoming.wants_word = False
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def eof_received(self) -> bool:
        """Who has no more to say may still listen until the answer is there; a stream has no such end."""
        self._is_last = True
        return self._is_working and not self._is_streaming

    def pause_writing(self) -> None:
        """Who does not take the answers is asked for no more questions, so that they do not pile up here."""
        self._audience.slow_down()
        self._hear(False)

    def resume_writing(self) -> None:
        self._audience.go_on()
        if self._is_streaming:
            self._hear(True)
        elif not self._is_working:
            self._go_on()

    def connection_lost(self, _error: Exception | None) -> None:
        self._door.leaves(self)
        self._incoming = None
        self._queue.clear()
        self._is_last = True
        self._audience.leave()

    def answer(self, status: int, headers: HeaderLines, body: bytes = b"") -> None:
        if not self._transport.is_closing():
            head = outgoing.head(status, self._door.date, headers, len(body), is_last=self._ends_here())
            self._transport.write(head if self._is_bodiless else head + body)
        self._is_answered = True
        if not self._is_working:
            self._part()

    def begin(self, status: int, headers: HeaderLines) -> None:
        self._is_streaming = True
        # What comes in chunks has an end of its own; what does not ends with the connection.
        self._is_last |= not self._is_chunking
        told = [*headers, ("transfer-encoding", "chunked")] if self._is_chunking else headers
        self._transport.write(outgoing.head(status, self._door.date, told, is_last=self._ends_here()))

    def send(self, data: bytes) -> Awaitable[None] | None:
        if self._transport.is_closing():
            return None
        self._transport.write(outgoing.chunk(data) if self._is_chunking else data)
        return self._audience.relieved()

    def gone(self) -> Awaitable[object]:
        return self._audience.gone()

    def _begin_next(self) -> None:
        request, is_last = self._queue.popleft()
        self._is_last |= is_last
        self._is_working, self._is_answered = True, False
        self._is_bodiless = request.method == "HEAD"
        self._is_chunking = request.http_version != "1.0"
        self.deadline = math.inf
        self._door.work_on(self._work(request))

    async def _work(self, request: Request) -> None:
        try:
            await self._door.handle(request, self)
        except Exception:
            _logger.exception("a request failed")
        if not (self._is_streaming or self._is_answered):
            self.answer(500, outgoing.PLAIN, outgoing.FAILED)
        if self._is_streaming and self._is_chunking and not self._transport.is_closing():
            self._transport.write(outgoing.LAST_CHUNK)
        self._finish()

    def _finish(self) -> None:
        """What comes after an answer: the next request, a pause, or the end."""
        self._is_working = self._is_streaming = False
        if self._ends_here():
            self._part()
            return
        self._allow(BODY_SECONDS if self._incoming and self._incoming.is_arriving else IDLE_SECONDS)
        if self._audience.relieved() is None:
            self._go_on()

    def _ends_here(self) -> bool:
        """Whether the answer that is given now is the connection's last."""
        return self._door.is_closing or (self._is_last and not self._queue)

    def _go_on(self) -> None:
        if self._queue:
            self._begin_next()
        else:
            self._hear(True)

    def _part(self) -> None:
        """Close; but who is still sending would lose the answer by that, and is listened to for a moment."""
        if self._transport.is_closing():
            return
        if self._incoming is not None and self._incoming.is_arriving:
            self._incoming.is_over = True
            self._transport.write_eof()
            self._hear(True)
            self._allow(IDLE_SECONDS if self._transport.get_write_buffer_size() else LINGER_SECONDS)
        else:
            self._transport.close()
            self._allow(IDLE_SECONDS)

    def _allow(self, seconds: float) -> None:
        self.deadline = self._door.loop.time() + seconds

    def _hear(self, wanted: bool) -> None:
        if wanted != self._transport.is_reading() and not self._transport.is_closing():
            (self._transport.resume_reading if wanted else self._transport.pause_reading)()

    def expire(self) -> None:
        """Its time is up."""
        if self._incoming is not None and self._incoming.is_arriving and not self._incoming.is_over:
            self._incoming.is_over = self._is_last = True
            self.answer(408, outgoing.PLAIN, outgoing.LATE)
        elif self._transport.get_write_buffer_size() or self._incoming is None or self._incoming.is_over:
            self.abort()
        else:
            self._part()

    def close(self) -> None:
        """The process stops: nothing more is taken from who has been answered, or never asked in all this time."""
        is_new = not (self._is_asked or self._incoming) and self.deadline - self._door.loop.time() > HEAD_SECONDS - 1
        if not (self._is_working or is_new or (self._incoming is not None and self._incoming.is_arriving)):
            self._part()

    def abort(self) -> None:
        self._transport.abort()
