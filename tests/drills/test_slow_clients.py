"""Thousands who send a byte a second: readers and posters do not notice, and the slow ones are let go."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread

import pytest

from tests.served import Served

from .conftest import IS_LONG, Note
from .crowd import SLUG, Crowd, Poster, agrees

SLOW = 2000 if IS_LONG else 300

#: How long the server bears with one of them, and a margin for a busy machine, in seconds.
LET_GO = 60 + 40

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = (
    b"POST /comments/preview HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 5000\r\n\r\nbody="
)


@contextmanager
def dripping(site: Served, number: int) -> Iterator[list[socket.socket]]:
    """So many connections, every second one in the middle of its head, the others of their bodies."""
    port = int(site.address.rpartition(":")[2])
    ended = Event()
    with ExitStack() as open_ones:
        slow = [open_ones.enter_context(socket.create_connection(("127.0.0.1", port), 30)) for _ in range(number)]
        for place, one in enumerate(slow):
            one.sendall(HEAD if place % 2 else BODY)
        thread = Thread(target=_drip, args=(slow, ended))
        thread.start()
        try:
            yield slow
        finally:
            ended.set()
            thread.join()


def _drip(slow: list[socket.socket], ended: Event) -> None:
    while not ended.wait(1):
        for one in slow:
            try:
                one.sendall(b"a")
            except OSError:
                continue


def let_go(slow: list[socket.socket]) -> int:
    """How many of them the server has closed, or has answered for good."""
    watch = select.poll()
    for one in slow:
        watch.register(one, select.POLLIN | select.POLLHUP | select.POLLERR)
    return len(watch.poll(0))


def test_readers_and_posters_do_not_notice_slow_clients(site, note: Note):
    with dripping(site, SLOW) as slow, Crowd(site) as crowd:
        crowd.wait_for(20)
        reader = Poster(site)
        reads = sorted(reader.ask("GET", f"/articles/{SLUG}?before={n}").seconds for n in range(2, 202))
        assert reads[int(0.99 * len(reads))] < 2
        crowd.wait_for(20)
        if IS_LONG:
            deadline = time.monotonic() + LET_GO
            while let_go(slow) < SLOW:
                assert time.monotonic() < deadline, f"{SLOW - let_go(slow)} are still held"
                crowd.wait_for(5)
    agrees(site, crowd.acknowledged)
    what = f"{SLOW:,} clients that send a byte a second; after: slowest 1 % of reads"
    note(what, 1, [reads[int(0.99 * len(reads))]], len(crowd.acknowledged))


@pytest.mark.skipif(not IS_LONG, reason="`make drill` opens this many streams")
def test_readers_do_not_notice_thousands_of_streams(site, note: Note):
    port = int(site.address.rpartition(":")[2])
    with ExitStack() as open_ones:
        for _ in range(5000):
            one = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), 30))
            one.sendall(f"GET /articles/{SLUG}/live HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        with Crowd(site) as crowd:
            crowd.wait_for(50)
            reader = Poster(site)
            reads = sorted(reader.ask("GET", f"/articles/{SLUG}?before={n}").seconds for n in range(2, 202))
            assert reads[int(0.99 * len(reads))] < 2
    agrees(site, crowd.acknowledged)
    note("5,000 streams open; after: slowest 1 % of reads", 1, [reads[int(0.99 * len(reads))]], len(crowd.acknowledged))
