"""HTTP on real sockets: what is asked in whatever pieces is answered in turn, and nobody is waited for in vain."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
import uvloop

from understory import wire
from understory.balance import places
from understory.door import Door
from understory.exchange import Exchange, Request
from understory.incoming import LARGEST_BODY, LARGEST_HEAD
from understory.wire import Connection

#: Bytes of a large answer.
LARGE = 200_000


class Site:
    """Answers with what it was asked; a path of its own asks for more."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.left = asyncio.Event()

    async def handle(self, request: Request, exchange: Exchange) -> None:
        self.asked.append(request)
        await self.may_answer.wait()
        if request.path == "/stream":
            exchange.begin(200, [("content-type", "text/event-stream")])
            exchange.send(b"one")
            await exchange.gone()
            self.left.set()
        elif request.path == "/two":
            exchange.begin(200, [])
            exchange.send(b"one")
            exchange.send(b"two")
        elif request.path in ("/large", "/ready-large"):
            exchange.answer(200, [], b"x" * LARGE)
        elif request.path == "/fails":
            raise ZeroDivisionError
        elif request.path == "/silent":
            return
        else:
            said = f"{request.method} {request.path} {request.query_string} {len(request.body)}"
            exchange.answer(200 if request.is_whole else 413, [("x-a", "b")], said.encode())

    def glance(self, data: bytes) -> tuple[int, bytes] | None:
        if data == asked("/ready-large"):
            return 200, b"content-length: %d\r\n\r\n" % LARGE + b"x" * LARGE
        return (200, b"content-length: 5\r\n\r\nready") if data.startswith(b"GET /ready ") else None


class Browser:
    """One connection, by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> tuple[int, str, bytes]:
        """Status, head and body."""
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1").lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        return int(head.split()[1]), head, await self.reader.readexactly(int(length or 0))

    async def rest(self) -> bytes:
        return await asyncio.wait_for(self.reader.read(), 10)


@asynccontextmanager
async def serving(site: Site):
    with places(1) as (place,):
        door = Door(site.handle, site.glance, place)
    server = await door.loop.create_server(partial(Connection, door), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    browsers = []

    async def visit() -> Browser:
        browsers.append(Browser(*await asyncio.open_connection("127.0.0.1", port)))
        return browsers[-1]

    try:
        yield door, visit
    finally:
        server.close()
        for browser in browsers:
            browser.writer.close()
        site.may_answer.set()
        await door._close(0)


def told(story: Callable[[Site, Door, Callable[[], Awaitable[Browser]]], Awaitable[None]]) -> Site:
    async def tell() -> Site:
        site = Site()
        async with serving(site) as (door, visit):
            await story(site, door, visit)
        return site

    return uvloop.run(tell())


def asked(path: str = "/", *lines: str, method: str = "GET", body: bytes = b"") -> bytes:
    length = [f"Content-Length: {len(body)}"] if body else []
    head = "".join(f"{line}\r\n" for line in [f"{method} {path} HTTP/1.1", "Host: a", *lines, *length])
    return f"{head}\r\n".encode() + body


def test_requests_on_one_connection_are_answered_in_turn():
    async def story(_site, _door, visit):
        browser = await visit()
        browser.send(asked("/a?b=1") + asked("/ready") + asked("/%C3%BC", method="POST", body=b"x" * 7) + asked("/c"))
        bodies = [(await browser.answer())[2] for _ in range(4)]
        assert bodies == [b"GET /a b=1 0", b"GET /ready  0", "POST /ü  7".encode(), b"GET /c  0"]
        browser.send(asked("/ready"))
        assert (await browser.answer())[2] == b"ready"

    told(story)


def test_what_is_ready_does_not_overtake_what_is_being_answered():
    async def story(site, _door, visit):
        browser = await visit()
        site.may_answer.clear()
        browser.send(asked("/a"))
        while not site.asked:
            await asyncio.sleep(0.01)
        browser.send(asked("/ready"))
        await asyncio.sleep(0.05)
        site.may_answer.set()
        assert [(await browser.answer())[2] for _ in range(2)] == [b"GET /a  0", b"GET /ready  0"]

    told(story)


@pytest.mark.parametrize("size", [1, 7, 50])
def test_a_request_may_come_in_any_pieces(size):
    async def story(_site, _door, visit):
        browser = await visit()
        whole = (
            asked("/a", "Transfer-Encoding: chunked", method="POST") + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" + asked("/b")
        )
        for start in range(0, len(whole), size):
            browser.send(whole[start : start + size])
            await browser.writer.drain()
            await asyncio.sleep(0)
        assert [(await browser.answer())[2] for _ in range(2)] == [b"POST /a  5", b"GET /b  0"]

    told(story)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * (LARGEST_HEAD + 1), 431),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * LARGEST_HEAD + b"\r\n\r\n", 431),
        (asked("/", "Connection: close", f"Content-Length: {LARGEST_BODY + 1}", method="POST") + b"abc", 413),
        (asked("/", "Transfer-Encoding: chunked", method="POST") + b"FFFFF\r\n" + b"a" * 0xFFFFF + b"\r\nFFFFF\r\n" + b"a" * 0xFFFFF, 413),  # noqa: E501  # one chunk would be too few
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_an_answer_and_the_end(data, status):
    async def story(_site, _door, visit):
        browser = await visit()
        browser.send(data)
        seen, head, _ = await browser.answer()
        assert (seen, "connection: close" in head) == (status, True)
        assert await browser.rest() == b""

    told(story)


def test_an_answer_too_early_is_not_lost_to_who_still_sends():
    """A connection that is closed with bytes unread is reset, and the reset overtakes the answer."""

    async def story(_site, _door, visit):
        browser = await visit()
        browser.send(asked("/", f"Content-Length: {4 * LARGEST_BODY}", method="POST"))
        for _ in range(40):
            browser.send(b"a" * (LARGEST_BODY // 10))
            await browser.writer.drain()
        assert (await browser.answer())[0] == 413

    told(story)


@pytest.mark.parametrize(
    ("data", "is_last"),
    [
        (asked("/a"), False),
        (asked("/a", "Connection: close"), True),
        (b"GET /a HTTP/1.0\r\n\r\n", True),
        (asked("/a", "Connection: Upgrade", "Upgrade: h2c"), True),
    ],
)
def test_a_connection_goes_on_unless_its_browser_says_otherwise(data, is_last):
    async def story(_site, _door, visit):
        browser = await visit()
        browser.send(data)
        status, head, body = await browser.answer()
        assert (status, body, "connection: close" in head) == (200, b"GET /a  0", is_last)
        assert head.count("\r\ndate: ") == 1
        if is_last:
            assert await browser.rest() == b""

    told(story)


def test_who_has_said_all_still_hears_the_answer():
    async def story(site, _door, visit):
        browser = await visit()
        site.may_answer.clear()
        browser.send(asked("/a"))
        browser.writer.write_eof()
        await asyncio.sleep(0.05)
        site.may_answer.set()
        assert (await browser.answer())[2] == b"GET /a  0"
        assert await browser.rest() == b""

    told(story)


def test_who_has_said_all_hears_every_answer():
    async def story(site, _door, visit):
        browser = await visit()
        site.may_answer.clear()
        browser.send(asked("/a") + asked("/b") + asked("/c"))
        browser.writer.write_eof()
        await asyncio.sleep(0.05)
        site.may_answer.set()
        for path in (b"/a", b"/b", b"/c"):
            _, head, body = await browser.answer()
            assert body == b"GET " + path + b"  0"
        assert "connection: close" in head or await browser.rest() == b""

    told(story)


def test_a_head_is_the_answer_without_its_body_and_a_word_comes_before_a_body():
    async def story(_site, _door, visit):
        browser = await visit()
        browser.send(asked("/a", method="HEAD"))
        head = await browser.reader.readuntil(b"\r\n\r\n")
        assert b"content-length: 10\r\n" in head
        browser.send(asked("/b", "Expect: 100-continue", "Content-Length: 3", method="POST"))
        assert await browser.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        browser.send(b"abc")
        assert (await browser.answer())[2] == b"POST /b  3"

    told(story)


def chunked(path: str, trailer: bytes = b"", *lines: str) -> bytes:
    return asked(path, "Transfer-Encoding: chunked", *lines, method="POST") + b"3\r\nabc\r\n0\r\n" + trailer


def test_a_trailer_is_no_part_of_the_head():
    async def story(site, _door, visit):
        browser = await visit()
        browser.send(chunked("/a", b"X-Forwarded-For: 192.0.2.1\r\nCookie: a=b\r\n\r\n", "X-Told: before"))
        assert (await browser.answer())[2] == b"POST /a  3"
        names = [name for name, _ in site.asked[-1].headers.items()]
        assert "x-told" in names
        assert not {"x-forwarded-for", "cookie"} & set(names)

    told(story)


@pytest.mark.parametrize("line", [b"X-A: b\r\n", b"x"], ids=["many lines", "one line"])
def test_a_trailer_without_an_end_is_refused(line):
    async def story(_site, _door, visit):
        browser = await visit()
        browser.send(chunked("/a", b"" if line.endswith(b"\n") else b"X-A: "))
        sending = asyncio.create_task(go_on(browser, line * 1000))
        assert (await browser.answer())[0] == 431
        sending.cancel()

    async def go_on(browser, data):
        for _ in range(10_000):
            browser.send(data)
            await asyncio.sleep(0)

    told(story)


def test_a_body_in_small_pieces_is_taken():
    async def story(_site, _door, visit):
        browser = await visit()
        browser.send(asked("/a", "Transfer-Encoding: chunked", method="POST"))
        for _ in range(200):
            browser.send(b"400\r\n" + b"x" * 1024 + b"\r\n")
            await browser.writer.drain()
        browser.send(b"0\r\n\r\n")
        assert (await browser.answer())[2] == b"POST /a  204800"

    told(story)


def test_who_sends_very_many_requests_at_once_connects_anew():
    async def story(site, _door, visit):
        browser = await visit()
        browser.send(asked("/a") * 2000)
        said = await browser.rest()
        assert 0 < said.count(b"HTTP/1.1 200") == len(site.asked) < 2000
        assert said.lower().count(b"connection: close") == 1

    told(story)


def test_a_refusal_after_a_head_is_said_whole():
    async def story(_site, _door, visit):
        browser = await visit()
        browser.send(asked("/a", method="HEAD"))
        await browser.reader.readuntil(b"\r\n\r\n")
        browser.send(b"rubbish\r\n\r\n")
        status, _, body = await browser.answer()
        assert (status, body) == (400, b"This is no HTTP request.\n")

    told(story)


def test_who_was_given_what_is_ready_does_not_hold_up_the_end():
    async def story(_site, door, visit):
        browser, new = await visit(), await visit()
        browser.send(asked("/ready"))
        assert (await browser.answer())[2] == b"ready"
        while len(door.connections) < 2:
            await asyncio.sleep(0)
        for connection in list(door.connections):
            connection.close()
        assert await browser.rest() == b""
        new.send(asked("/a"))
        assert (await new.answer())[0] == 200

    told(story)


def test_a_stream_goes_on_until_its_browser_leaves():
    async def story(site, _door, visit):
        browser, old = await visit(), await visit()
        browser.send(asked("/stream"))
        assert b"transfer-encoding: chunked" in await browser.reader.readuntil(b"\r\n\r\n")
        assert await browser.reader.readexactly(8) == b"3\r\none\r\n"
        browser.writer.close()
        await asyncio.wait_for(site.left.wait(), 10)
        old.send(b"GET /two HTTP/1.0\r\n\r\n")
        assert (await old.rest()).endswith(b"connection: close\r\n\r\nonetwo")

    told(story)


def test_a_stream_that_ends_says_so_and_the_connection_goes_on():
    async def story(_site, _door, visit):
        browser = await visit()
        browser.send(asked("/two"))
        whole = b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
        assert (await browser.reader.readuntil(b"0\r\n\r\n")).endswith(whole)
        browser.send(asked("/a"))
        assert (await browser.answer())[2] == b"GET /a  0"

    told(story)


@pytest.mark.parametrize("together", [True, False])
def test_answers_do_not_pile_up_for_who_does_not_read_them(together):
    """More is asked for than the sockets between hold, and nothing is read until the end."""

    async def story(site, door, visit):
        browser = await visit()
        one, number = asked("/large" if together else "/ready-large"), 400
        sending = asyncio.create_task(sent(browser, one, number, together))
        await asyncio.sleep(0.5)
        [connection] = door.connections
        held = connection._transport.get_write_buffer_size()
        assert 0 < held < 3 * LARGE
        assert len(site.asked) < number
        for _ in range(number):
            assert len((await browser.answer())[2]) == LARGE
        await sending

    async def sent(browser, one, number, together):
        for _ in range(number):
            browser.send(one)
            if not together:
                await browser.writer.drain()
                await asyncio.sleep(0.001)

    told(story)


def test_what_fails_is_answered_and_logged(caplog):
    async def story(_site, _door, visit):
        browser = await visit()
        for path in ("/fails", "/silent", "/a"):
            browser.send(asked(path))
        assert [(await browser.answer())[0] for _ in range(3)] == [500, 500, 200]

    told(story)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("data", "answer"),
    [(b"", b""), (b"GET / HT", b"HTTP/1.1 408"), (asked(method="POST") + b"", b"HTTP/1.1 200"),
     (asked("/", "Content-Length: 9", method="POST") + b"abc", b"HTTP/1.1 408")],
)  # fmt: skip
def test_who_sends_nothing_or_too_slowly_is_let_go(monkeypatch, data, answer):
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "IDLE_SECONDS", "LINGER_SECONDS"):
        monkeypatch.setattr(wire, name, 0.05)

    async def story(_site, door, visit):
        browser = await visit()
        browser.send(data)
        for _ in range(10):
            await asyncio.sleep(0.05)
            door.tick()
        assert (await browser.rest()).startswith(answer)
        assert not door.connections

    told(story)


def test_who_sends_byte_after_byte_is_given_no_more_time_by_that(monkeypatch):
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.2)

    async def story(_site, door, visit):
        browser = await visit()
        for byte in b"GET / HTTP/1.1\r\nX-Slow: aaaaaaaaa":
            browser.send(bytes([byte]))
            await asyncio.sleep(0.02)
            door.tick()
        assert (await browser.rest()).startswith(b"HTTP/1.1 408")

    told(story)


def test_an_end_in_good_order(monkeypatch):
    """Who is being answered gets the answer; who has connected but not asked yet gets one too; nobody else stays."""

    async def story(site, door, visit):
        working, idle, new = await visit(), await visit(), await visit()
        idle.send(asked("/a"))
        await idle.answer()
        site.may_answer.clear()
        working.send(asked("/b"))
        while len(site.asked) < 2:
            await asyncio.sleep(0.01)
        closing = asyncio.create_task(door._close(10))
        await asyncio.sleep(0.1)
        assert await idle.rest() == b""
        new.send(asked("/c"))
        await asyncio.sleep(0.05)
        site.may_answer.set()
        for browser in (working, new):
            status, head, _ = await browser.answer()
            assert (status, "connection: close" in head) == (200, True)
            assert await browser.rest() == b""
        await asyncio.wait_for(closing, 5)

    told(story)


def test_a_full_house_takes_nobody_more(monkeypatch):
    monkeypatch.setattr("understory.door.MOST_CONNECTIONS", 1)

    async def story(_site, door, visit):
        first = await visit()
        first.send(asked("/a"))
        assert (await first.answer())[0] == 200
        second = await visit()
        with suppress(ConnectionResetError):
            assert await second.rest() == b""
        assert len(door.connections) == 1

    told(story)
