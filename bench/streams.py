"""Part streams: many event streams on one server process, and how soon one comment reaches all of them.

And the memory of the worker before and after 1,000 came and went, with all streams open, and after they have left.
STREAMS says how many, if not 5,000.
The listeners run on the same cores, so they do as little as listeners can: one process asks epoll which sockets
have something, reads it, and looks for the end of an event.
"""

from __future__ import annotations

import os
import resource
import select
import socket
import time

from bench.figures import Part
from bench.posters import of_understory
from bench.servers import ARTICLE, Site, fetch

PATH = ARTICLE.format(50)
EVENTS = 15

#: What is one burst for the server's queue of connections.
AT_ONCE = 200

#: So long a pause lets the server notice that readers have gone.
AWAY_SECONDS = 2

#: Pages that are read after that, and how many a second: the server's allocator gives memory back by and by, while
#: there is work, not while it rests.
READ_AFTERWARDS = 300
READ_A_SECOND = 100

GOINGS = 5

#: Milliseconds that all may take to hear of a comment, and KiB that one of them may take.
LONGEST = 150
LARGEST = 40

HEARTBEAT = b"3\r\n:\n\n\r\n"

#: Nothing heard for so long is an error.
PATIENCE = 60

ROOM = 65536


class Crowd:
    """Listeners without a thought of their own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._sockets: dict[int, socket.socket] = {}
        self._ready = select.epoll()

    def come(self, count: int) -> None:
        """Open that many streams, and wait until each has begun."""
        for start in range(0, count, AT_ONCE):
            burst = [self._connect() for _ in range(min(AT_ONCE, count - start))]
            for one in burst:
                _read_until(one, b"retry: ")

    def hear(self, request: bytes) -> tuple[float, float]:
        """Post; gives the seconds from the post and from the first sign of it to the last listener's having heard.

        The first sign is the answer to the post or the first event: which of them is first is the server's choice.
        """
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as poster:
            self._ready.register(poster, select.EPOLLIN)
            posted = time.perf_counter()
            poster.sendall(request)
            first, last = self._wait_for_all(poster)
        return last - posted, last - first

    def _wait_for_all(self, poster: socket.socket) -> tuple[float, float]:
        waiting = set(self._sockets)
        is_answered = False
        first = 0.0
        while waiting or not is_answered:
            ready = self._ready.poll(PATIENCE, AT_ONCE)
            if not ready:
                raise RuntimeError(f"{len(waiting)} streams have heard nothing for {PATIENCE} seconds")
            first = first or time.perf_counter()
            for number, _ in ready:
                if number != poster.fileno():
                    if _ends_event(self._sockets[number].recv(ROOM)):
                        waiting.discard(number)
                elif not is_answered:
                    is_answered = _is_taken(poster.recv(ROOM))
                    self._ready.unregister(poster)
        return first, time.perf_counter()

    def leave(self) -> None:
        for one in self._sockets.values():
            one.close()
        self._sockets.clear()
        time.sleep(AWAY_SECONDS)

    def _connect(self) -> socket.socket:
        one = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        one.sendall(f"GET {PATH}/live HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        self._sockets[one.fileno()] = one
        self._ready.register(one, select.EPOLLIN)
        return one


def _is_taken(answer: bytes) -> bool:
    if not answer.startswith(b"HTTP/1.1 201 "):
        raise RuntimeError(f"a post was answered with {answer[:300]!r}")
    return True


def _ends_event(said: bytes) -> bool:
    if not said:
        raise RuntimeError("a stream has ended")
    return said.endswith(b"\n\n\r\n") and said != HEARTBEAT


def _read_until(one: socket.socket, end: bytes) -> None:
    said = b""
    while end not in said:
        got = one.recv(ROOM)
        if not got:
            raise RuntimeError(f"no stream was opened: {said[:300]!r}")
        said += got


def streams(part: Part) -> None:
    """Opens the streams, posts, lets them go."""
    count = int(os.environ.get("STREAMS", "5000"))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with Site().seed(50) as site:
        _measure(part, site, count)


def _measure(part: Part, site: Site, count: int) -> None:
    writing = of_understory(site.port, PATH, 1)
    crowd = Crowd(site.port)
    before = site.memory()
    part.tell("coming and going")
    for _ in range(GOINGS):
        crowd.come(1000 // GOINGS)
        crowd.leave()
    gone = site.memory()
    part.tell(f"opening {count:,} streams")
    crowd.come(count)
    open_ = site.memory()
    times = []
    for number in range(1, EVENTS + 1):
        part.tell(f"event {number} of {EVENTS}")
        times.append([1000 * seconds for seconds in crowd.hear(writing(number))])
    crowd.leave()
    left = site.memory()
    for _ in range(READ_AFTERWARDS):
        fetch(site.url(PATH))
        time.sleep(1 / READ_A_SECOND)
    from_post, from_first = zip(*times, strict=True)
    part.add(f"first sign of a post to all {count:,} having heard", "ms", from_first, bar=LONGEST, at_most=True)
    part.add(f"post sent to all {count:,} having heard", "ms", from_post)
    part.add("worker before", "MiB PSS", before)
    part.add("worker after 1,000 came and went", "MiB PSS", gone)
    part.add(f"worker with {count:,} streams", "MiB PSS", open_)
    part.add("a stream", "KiB", 1024 * (open_ - gone) / count, bar=LARGEST, at_most=True)
    part.add("worker when they have left", "MiB PSS", left)
    part.add(f"worker after {READ_AFTERWARDS} more pages were read", "MiB PSS", site.memory())
