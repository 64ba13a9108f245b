"""Streams: what happens reaches everybody who listens, once, in order, whoever comes, lags or goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from understory import streams
from understory.streams import Streams, Told


class Diary:
    """A source: versions that a test writes."""

    def __init__(self) -> None:
        self.at = 3
        self.asked: list[int] = []
        self.fails = 0

    def version(self, topic: int) -> int:
        return self.at

    def since(self, topic: int, version: int) -> Told:
        self.asked.append(topic)
        if self.fails:
            self.fails -= 1
            raise OSError("the database is locked")
        return Told(self.at, "".join(f"{n};" for n in range(version + 1, self.at + 1)).encode())


class Connection:
    """One browser: what it was sent, and whether it still takes anything."""

    def __init__(self) -> None:
        self.heard = b""
        self.closed = False
        self.takes = asyncio.Event()
        self.takes.set()
        self.gone = asyncio.Event()
        self.listens = False

    async def send(self, data: bytes) -> None:
        await self.takes.wait()
        self.heard += data

    async def leave(self) -> None:
        """Asked for once this browser has been told what it missed."""
        self.listens = True
        await self.gone.wait()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def listen(hub: Streams, connection: Connection, heard: int | None = None, topic: int = 7) -> asyncio.Task[None]:
    async def serve() -> None:
        await hub.listen(topic, heard, connection.send, connection.leave)
        connection.closed = True

    return asyncio.create_task(serve())


def run(story: Callable) -> None:
    async def tell() -> None:
        diary = Diary()
        hub = Streams(diary)
        try:
            await story(diary, hub)
        finally:
            hub.close()
            await asyncio.sleep(0)

    asyncio.run(tell())


def test_everybody_hears_what_happens_and_it_is_made_once():
    async def story(diary: Diary, hub: Streams) -> None:
        crowd = [Connection() for _ in range(50)]
        tasks = [listen(hub, one) for one in crowd]
        await until(lambda: all(one.listens for one in crowd))
        diary.at = 4
        await asyncio.to_thread(hub.ring, frozenset({7}))
        await until(lambda: all(one.heard == b"4;" for one in crowd))
        assert diary.asked == [7]
        for one in crowd:
            one.gone.set()
        await asyncio.gather(*tasks)
        assert len(hub) == 0

    run(story)


def test_who_was_away_is_told_what_was_missed_first():
    async def story(diary: Diary, hub: Streams) -> None:
        back = Connection()
        listen(hub, back, heard=1)
        await until(lambda: back.heard == b"2;3;")
        diary.at = 4
        hub.ring(frozenset({7}))
        await until(lambda: back.heard == b"2;3;4;")

    run(story)


def test_what_happens_while_somebody_comes_is_not_lost():
    async def story(diary: Diary, hub: Streams) -> None:
        first = diary.version

        def slowly(topic: int) -> int:
            seen = first(topic)
            diary.at = 4
            hub.ring(frozenset({7}))
            return seen

        diary.version = slowly
        one = Connection()
        listen(hub, one, heard=3)
        await until(lambda: one.heard == b"4;")

    run(story)


def test_other_topics_are_none_of_its_business():
    async def story(diary: Diary, hub: Streams) -> None:
        one, other = Connection(), Connection()
        listen(hub, one)
        listen(hub, other, topic=8)
        await until(lambda: one.listens and other.listens)
        diary.at = 4
        hub.ring(frozenset({8}))
        await until(lambda: other.heard == b"4;")
        hub.ring(frozenset({7}))
        await until(lambda: one.heard == b"4;")
        assert diary.asked == [8, 7]

    run(story)


def test_one_who_takes_nothing_is_let_go_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streams, "PATIENCE_SECONDS", 0.05)

    async def story(diary: Diary, hub: Streams) -> None:
        slow, quick = Connection(), Connection()
        slow_task = listen(hub, slow)
        listen(hub, quick)
        await until(lambda: slow.listens and quick.listens)
        slow.takes.clear()
        diary.at = 4
        hub.ring(frozenset({7}))
        await until(lambda: quick.heard == b"4;")
        await until(lambda: (len(hub) == 2 and slow_task.cancelling() > 0) or slow_task.done())
        slow.takes.set()
        await until(lambda: len(hub) == 1)

    run(story)


def test_what_could_not_be_told_is_told_as_soon_as_it_can_be(monkeypatch: pytest.MonkeyPatch, caplog):
    monkeypatch.setattr(streams, "RETRY_SECONDS", 0.001)

    async def story(diary: Diary, hub: Streams) -> None:
        one = Connection()
        listen(hub, one)
        await until(lambda: one.listens)
        diary.at, diary.fails = 4, 3
        hub.ring(frozenset({7}))
        await until(lambda: one.heard == b"4;")
        assert not one.closed
        diary.at = 5
        hub.ring(frozenset({7}))
        await until(lambda: one.heard == b"4;5;")

    run(story)
    assert [record.exc_info[1].args for record in caplog.records] == [("the database is locked",)] * 3


def test_a_stream_that_cannot_be_begun_ends_in_good_order_and_can_be_begun_again(caplog):
    async def story(diary: Diary, hub: Streams) -> None:
        diary.fails = 1
        one, again = Connection(), Connection()
        await listen(hub, one, heard=1)
        assert (one.heard, one.closed, len(hub)) == (b"", True, 0)
        listen(hub, again, heard=1)
        await until(lambda: again.heard == b"2;3;")

    run(story)
    assert len(caplog.records) == 1


def test_a_version_that_cannot_be_read_ends_the_stream_in_good_order(caplog):
    async def story(diary: Diary, hub: Streams) -> None:
        def fail(topic: int) -> int:
            raise OSError("the database is locked")

        diary.version = fail
        one = Connection()
        await listen(hub, one)
        assert (one.closed, len(hub)) == (True, 0)

    run(story)
    assert len(caplog.records) == 1


def test_when_the_server_stops_every_stream_ends_in_good_order():
    async def story(diary: Diary, hub: Streams) -> None:
        crowd = [Connection() for _ in range(3)]
        tasks = [listen(hub, one) for one in crowd]
        await until(lambda: len(hub) == 3)
        hub.close()
        await asyncio.gather(*tasks)
        assert all(one.closed for one in crowd)

    run(story)


def test_quiet_connections_are_kept_alive(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.01)

    async def story(diary: Diary, hub: Streams) -> None:
        one = Connection()
        listen(hub, one)
        await until(lambda: one.heard.startswith(streams.HEARTBEAT * 2))

    run(story)
