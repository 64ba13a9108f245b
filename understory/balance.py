"""Shares connections evenly among the processes that serve.

They take from the same sockets, where whoever happens to run takes all that come in one moment, and has them as long
as they stay open. So who holds more than another passes a new connection on to it before anything is read
(SCM_RIGHTS, unix(7)). What each holds stands in memory that all share, each number of it written by one process alone.
"""

from __future__ import annotations

import mmap
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain

#: Nobody passes anything on to a worker that holds so many.
_AWAY = 1 << 40

#: The share of its connections that a worker may hold beyond another's.
_EVEN = 8


@contextmanager
def places(number: int) -> Iterator[list[Place]]:
    """One for each worker, made before they are: memory and lines stay when one of them dies."""
    held, taken, passed = (
        memoryview(mmap.mmap(-1, 8 * count)).cast("q") for count in (number, number, number * number)
    )
    with ExitStack() as ends:
        lines = [socket.socketpair() for _ in range(number)]
        for end in chain.from_iterable(lines):
            ends.enter_context(end).setblocking(False)
        company = _Company(held, taken, passed, lines)
        made = [Place(index, company) for index in range(number)]
        for place in made:
            place.leave()
        yield made


@dataclass(frozen=True)
class _Company:
    """What all share: the connections that each holds, and those it was given; those that each passed on to each.

    `passed` has a row for each giver. What is sent into the first end of a line comes out of the second.
    """

    held: memoryview[int]
    taken: memoryview[int]
    passed: memoryview[int]
    lines: list[tuple[socket.socket, socket.socket]]

    def burden(self, place: int) -> int:
        """What a place holds, and what is on the way to it."""
        return self.held[place] + sum(self.passed[place :: len(self.lines)]) - self.taken[place]


class Place:
    """One worker's place in the company."""

    def __init__(self, index: int, company: _Company) -> None:
        self._index, self._company = index, company
        self._others = [other for other in range(len(company.lines)) if other != index]
        #: Can be read when somebody has passed a connection on to this place.
        self.line = company.lines[index][1]

    def hold(self, number: int) -> None:
        """So many connections are open here."""
        self._company.held[self._index] = number

    def leave(self) -> None:
        """Nobody serves here for now."""
        self.hold(_AWAY)

    def passes(self, connection: int) -> bool:
        """Whether a connection, by its descriptor, now is another's, who holds fewer than this place; close it then."""
        if not self._others:
            return False
        company = self._company
        least, to = min((company.burden(other), other) for other in self._others)
        if least + least // _EVEN >= company.burden(self._index):
            return False
        try:
            socket.send_fds(company.lines[to][0], [b"."], [connection])
        except OSError:
            # Its line is full.
            return False
        company.passed[self._index * len(company.lines) + to] += 1
        return True

    def given(self) -> socket.socket | None:
        """A connection that somebody passed on to this place."""
        try:
            _, descriptors, _, _ = socket.recv_fds(self.line, 1, 1)
        except BlockingIOError:
            return None
        self._company.taken[self._index] += 1
        return socket.socket(fileno=descriptors[0]) if descriptors else None
