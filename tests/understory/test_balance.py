"""Connections are shared evenly among processes, however they come, and none is lost on its way from one to another."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress

import pytest
import uvloop

from understory.balance import places
from understory.door import Door


@pytest.fixture
def among():
    """Makes the places of so many processes."""
    with ExitStack() as held:
        yield lambda number: held.enter_context(places(number))


@pytest.fixture
def connection():
    """A browser's end, and the site's."""
    ends = socket.socketpair()
    yield ends
    for end in ends:
        end.close()


def takes(place) -> bool:
    """Whether something was passed on to it."""
    given = place.given()
    if given is not None:
        given.close()
    return given is not None


def test_who_holds_more_passes_on_and_who_holds_as_many_keeps(among, connection):
    browser, ours = connection
    first, second = among(2)
    first.hold(3)
    second.hold(3)
    assert not first.passes(ours.fileno())
    first.hold(4)
    assert first.passes(ours.fileno())
    # It is on its way, and counts already.
    assert not first.passes(ours.fileno())
    with second.given() as given:
        browser.send(b"hello")
        assert given.recv(9) == b"hello"
    assert second.given() is None
    assert first.given() is None


def test_an_eighth_more_is_even(among, connection):
    first, second = among(2)
    second.hold(80)
    first.hold(90)
    assert not first.passes(connection[1].fileno())
    first.hold(91)
    assert first.passes(connection[1].fileno())


def test_it_goes_to_whoever_holds_the_fewest(among, connection):
    first, *others = among(4)
    for place, number in zip([first, *others], (9, 5, 2, 7), strict=True):
        place.hold(number)
    assert first.passes(connection[1].fileno())
    assert [takes(place) for place in others] == [False, True, False]


def test_nobody_who_is_away_is_given_anything(among, connection):
    first, second = among(2)
    first.hold(5)
    assert not first.passes(connection[1].fileno())
    second.hold(0)
    assert first.passes(connection[1].fileno())
    second.leave()
    assert not first.passes(connection[1].fileno())


def test_a_single_process_keeps_everything(among, connection):
    (only,) = among(1)
    only.hold(1000)
    assert not only.passes(connection[1].fileno())


def test_who_cannot_pass_on_keeps_it(among, connection):
    first, second = among(2)
    second.hold(0)
    first.hold(10**6)
    passed = 0
    while first.passes(connection[1].fileno()):
        passed += 1
        assert passed < 10**6
    assert passed
    assert sum(takes(second) for _ in range(passed)) == passed
    assert second.given() is None
    assert first.passes(connection[1].fileno())


async def tell_who(request, exchange) -> None:
    exchange.answer(200, [("x-client", request.client)], b"%d" % os.getpid())


def work(listening, place) -> None:
    async def serve() -> None:
        await Door(tell_who, lambda _data: None, place).serve([listening], lambda: None, 5)

    uvloop.run(serve())


def begin(listening, place) -> int:
    if child := os.fork():
        return child
    try:
        work(listening, place)
        os._exit(0)
    finally:
        os._exit(1)


def wait_for(*there) -> None:
    """Until somebody serves at each of these places."""
    until = time.monotonic() + 10
    while any(place._company.held[place._index] for place in there):
        assert time.monotonic() < until
        time.sleep(0.001)


@contextmanager
def working(number):
    """So many processes behind one socket: their numbers, their places, and the port."""
    with socket.socket() as listening, places(number) as there:
        listening.bind(("127.0.0.1", 0))
        listening.listen(512)
        children = [begin(listening, place) for place in there]
        try:
            wait_for(*there)
            yield children, there, listening
        finally:
            for child in children:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGTERM)
            assert {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children} == {0}


def visits(listening, number: int) -> Counter[int]:
    """Who answers each of so many connections that stay open."""

    async def visit() -> list[int]:
        opened = [await asyncio.open_connection(*listening.getsockname()) for _ in range(number)]
        answered = []
        for reader, writer in opened:
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b"\r\nx-client: 127.0.0.1\r\n" in await reader.readuntil(b"\r\n\r\n")
            answered.append(int(await reader.read(99)))
        for _, writer in opened:
            writer.close()
        return answered

    return Counter(asyncio.run(asyncio.wait_for(visit(), 30)))


def test_connections_that_come_at_once_are_everybodys():
    with working(3) as (children, _, listening):
        answered = visits(listening, 90)
    assert set(answered) == set(children)
    assert max(answered.values()) - min(answered.values()) <= 90 // 3 // 4


def test_who_comes_after_one_has_died_is_the_others_until_another_takes_its_place():
    with working(2) as (children, there, listening):
        assert set(visits(listening, 8)) == set(children)
        os.kill(children[1], signal.SIGKILL)
        os.waitpid(children[1], 0)
        there[1].leave()
        assert set(visits(listening, 8)) == {children[0]}
        children[1] = begin(listening, there[1])
        wait_for(there[1])
        assert set(visits(listening, 8)) == set(children)


def test_what_was_passed_on_to_one_who_died_is_answered_by_its_successor(connection):
    browser, ours = connection
    with working(1) as (children, there, listening):
        os.kill(children[0], signal.SIGKILL)
        os.waitpid(children[0], 0)
        socket.send_fds(there[0]._company.lines[0][0], [b"."], [ours.fileno()])
        ours.close()
        browser.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        children[0] = begin(listening, there[0])
        browser.settimeout(10)
        assert browser.recv(9999).endswith(b"\r\n\r\n%d" % children[0])
