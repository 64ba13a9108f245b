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
        self.asked = 0

    def version(self, topic: int) -> int:
        return self.at

    def since(self, topic: int, version: int) -> Told:
        self.asked += 1
        return Told(self.at, "".join(f"{n};" for n in range(version + 1, self.at + 1)).encode())


class Connection:
    """One browser: what it was sent, and whether it still takes anything."""

    def __init__(self) -> None:
        self.heard = b""
        self.closed = False
        self.takes = asyncio.Event()
        self.takes.set()
        self.gone = asyncio.Event()

    async def send(self, message: dict) -> None:
        await self.takes.wait()
        self.heard += message["body"]
        self.closed = not message.get("more_body")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def listen(hub: Streams, connection: Connection, heard: int | None = None) -> asyncio.Task[None]:
    return asyncio.create_task(hub.listen(7, heard, connection.send, connection.gone.wait))


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
        await until(lambda: len(hub) == 50)
        await asyncio.sleep(0.05)
        diary.at = 4
        await asyncio.to_thread(hub.ring, frozenset({7}))
        await until(lambda: all(one.heard == b"4;" for one in crowd))
        assert diary.asked == 1
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
        one = Connection()
        listen(hub, one)
        await until(lambda: len(hub) == 1)
        diary.at = 4
        hub.ring(frozenset({8}))
        await asyncio.sleep(0.05)
        assert one.heard == b""

    run(story)


def test_one_who_takes_nothing_is_let_go_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streams, "PATIENCE_SECONDS", 0.05)

    async def story(diary: Diary, hub: Streams) -> None:
        slow, quick = Connection(), Connection()
        slow_task = listen(hub, slow)
        listen(hub, quick)
        await until(lambda: len(hub) == 2)
        await asyncio.sleep(0.05)
        slow.takes.clear()
        diary.at = 4
        hub.ring(frozenset({7}))
        await until(lambda: quick.heard == b"4;")
        await until(lambda: (len(hub) == 2 and slow_task.cancelling() > 0) or slow_task.done())
        slow.takes.set()
        await until(lambda: len(hub) == 1)

    run(story)


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
