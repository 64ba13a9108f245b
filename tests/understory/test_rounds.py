"""What the server does by itself."""

from __future__ import annotations

import asyncio
import logging

from tests.builders import Reader
from understory import rounds
from understory.front import Front


def test_a_task_that_fails_stops_no_other_and_is_logged(site, monkeypatch, caplog):
    done = []

    def fails() -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(site.extensions, "understory.rounds", [fails, lambda: done.append(1)])
    with caplog.at_level(logging.ERROR, "understory.rounds"):
        rounds.walk(site)
    assert done == [1]
    assert "fails failed; it is tried again in an hour" in caplog.text


def test_the_server_walks_its_rounds_once_it_is_up(site, monkeypatch):
    walked = asyncio.Event()

    async def story() -> None:
        loop = asyncio.get_running_loop()
        rounds.add(site, lambda: loop.call_soon_threadsafe(walked.set))
        door = Front(site)
        door.open()
        await asyncio.wait_for(walked.wait(), 10)
        door.close()

    asyncio.run(story())
    assert Reader(site).get("/").status_code == 200
