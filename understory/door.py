"""Where connections come in: the sockets of one process, who answers there, and the end of its service."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from email.utils import formatdate

from understory import clock
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

    def __init__(self, handle: Handle, glance: Glance) -> None:
        self.handle, self.glance = handle, glance
        self.loop = asyncio.get_running_loop()
        self.connections: set[Connection] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.is_closing = False
        self.tick()

    async def serve(self, sockets: list[socket.socket], ending: Callable[[], None], seconds: float) -> None:
        """Take connections until the process is told to stop; then end in good order, within so many seconds.

        `ending` is called first then, so that what would not end by itself does.
        """
        stopped = asyncio.Event()
        for told in (signal.SIGTERM, signal.SIGINT):
            self.loop.add_signal_handler(told, stopped.set)
        servers = [await self.loop.create_server(self._connect, sock=one, backlog=_BACKLOG) for one in sockets]
        ticking = self.loop.create_task(self._tick_on())
        await stopped.wait()
        for server in servers:
            server.close()
        ending()
        await self._close(seconds)
        ticking.cancel()

    def admits(self, connection: Connection) -> bool:
        """Whether there is room for one more; it counts from now on."""
        if len(self.connections) >= MOST_CONNECTIONS:
            return False
        self.connections.add(connection)
        return True

    def _connect(self) -> Connection:
        return Connection(self)

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
        while (self.connections or self.tasks) and self.loop.time() < until:
            # What has come in already is answered first.
            await asyncio.sleep(0.05)
            for connection in list(self.connections):
                connection.close()
        for connection in list(self.connections):
            connection.abort()
