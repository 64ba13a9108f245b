"""Where connections come in: the sockets of one process, who answers there, and the end of its service."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine
from email.utils import formatdate
from functools import partial
from typing import Any

from understory import clock
from understory.balance import Place
from understory.exchange import Exchange, Request
from understory.wire import Connection

#: Connections that one process holds open at once, streams among them.
MOST_CONNECTIONS = 24_000

#: Connections that wait to be taken.
_BACKLOG = 4096

#: Works on a request until it is answered.
Handle = Callable[[Request, Exchange], Awaitable[None]]

#: The status of an answer that is ready, and all that follows its date, for the bytes of one whole request.
Glance = Callable[[bytes], tuple[int, bytes] | None]


class Door:
    """What all connections of a process share: who answers, and the time."""

    def __init__(self, handle: Handle, glance: Glance, place: Place) -> None:
        self.handle, self.glance = handle, glance
        self._place = place
        self.loop = asyncio.get_running_loop()
        self.connections: set[Connection] = set()
        self.tasks: set[asyncio.Task[Any]] = set()
        self.is_closing = False
        self.tick()

    async def serve(self, sockets: list[socket.socket], ending: Callable[[], None], seconds: float) -> None:
        """Take connections until the process is told to stop; then end in good order, within so many seconds.

        `ending` is called first then, so that what would not end by itself does.
        """
        stopped = asyncio.Event()
        for told in (signal.SIGTERM, signal.SIGINT):
            self.loop.add_signal_handler(told, stopped.set)
        self._place.hold(0)
        self.loop.add_reader(self._place.line, self._take_given)
        servers = [
            await self.loop.create_server(partial(Connection, self), sock=one, backlog=_BACKLOG) for one in sockets
        ]
        ticking = self.loop.create_task(self._tick_on())
        await stopped.wait()
        self._place.leave()
        for server in servers:
            server.close()
        ending()
        await self._close(seconds)
        ticking.cancel()

    def admits(self, connection: Connection, descriptor: int) -> bool:
        """Whether there is room for one more here, which counts from now on; else it has to be closed."""
        is_elsewhere = not connection.is_given and self._place.passes(descriptor)
        if is_elsewhere or len(self.connections) >= MOST_CONNECTIONS:
            return False
        self.connections.add(connection)
        self._count()
        return True

    def leaves(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._count()

    def work_on(self, work: Coroutine[Any, Any, Any]) -> None:
        """Have something done that is waited for when the process stops."""
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _count(self) -> None:
        if not self.is_closing:
            self._place.hold(len(self.connections))

    def _take_given(self) -> None:
        if (given := self._place.given()) is not None:
            self.work_on(self._welcome(given))

    async def _welcome(self, given: socket.socket) -> None:
        """A connection that another process took and passed on."""
        given.setblocking(False)
        try:
            await self.loop.connect_accepted_socket(partial(Connection, self, is_given=True), given)
        except OSError:
            # Who was at its other end has gone meanwhile.
            given.close()

    async def _tick_on(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.tick()

    def tick(self) -> None:
        """What is due each second: the date that answers carry, and those whose time is up."""
        self.date = f"date: {formatdate(clock.now().timestamp(), usegmt=True)}\r\n".encode()
        now = self.loop.time()
        for late in [one for one in self.connections if one.deadline < now]:
            late.expire()

    async def _close(self, seconds: float) -> None:
        """Let everybody have the answer that is being made, for so long; take nothing new."""
        self.is_closing = True
        until = self.loop.time() + seconds
        # What has come in already is answered first, and what others passed on before they knew.
        await asyncio.sleep(0.05)
        while (self.connections or self.tasks) and self.loop.time() < until:
            await asyncio.sleep(0.05)
            for connection in list(self.connections):
                connection.close()
        for connection in list(self.connections):
            connection.abort()
