"""The front: who may have a stream, and what those are told who may not."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.builders import add_article
from tests.exchange import Answered, asking
from understory import listening, values
from understory.db import db
from understory.front import Front
from understory.listening import StreamPath

ELSEWHERE = "203.0.113.7"
HTTPS = ("x-forwarded-proto", "https")


@pytest.fixture
def ask(make_site, monkeypatch):
    """Has browsers ask for the stream of one article in turn, each staying; gives the answers."""
    monkeypatch.setattr(listening, "MOST_STREAMS_OF_ONE", 2)
    numbers = count(1)

    def ask(*browsers: dict[str, str], **settings: object) -> list[Answered]:
        site = make_site(**settings)
        slug = f"story-{next(numbers)}"
        add_article(site, slug=slug)

        async def story() -> list[Answered]:
            door = Front(site)
            async with staying() as stay:
                return [await stay(door, slug, **browser) for browser in browsers]

        return asyncio.run(story())

    return ask


@asynccontextmanager
async def staying():
    """Browsers that stay until the end, unless `leaves` says otherwise."""
    protocols: list[Answered] = []
    tasks = []

    async def stay(door: Front, slug: str, address: str = ELSEWHERE, told: str = "", leaves: bool = False):
        lines = [("x-forwarded-for", told)] if told else []
        protocol = Answered()
        protocols.append(protocol)
        tasks.append(
            asyncio.create_task(door.handle(asking(f"/articles/{slug}/live", lines=lines, client=address), protocol))
        )
        if leaves:
            protocol.left.set()
            await tasks[-1]
        await protocol.answered.wait()
        return protocol

    yield stay
    for protocol in protocols:
        protocol.left.set()
    await asyncio.gather(*tasks)


def statuses(answers: list[Answered]) -> list[int]:
    return [answer.status for answer in answers]


def test_one_address_has_so_many_streams_and_others_have_theirs(ask):
    answers = ask({}, {}, {}, {"address": "198.51.100.1"})
    assert statuses(answers) == [200, 200, 429, 200]
    assert answers[2].header("retry-after") == "30"


def test_who_leaves_makes_room(ask):
    assert statuses(ask({}, {"leaves": True}, {}, {})) == [200, 200, 200, 429]


def test_a_household_is_one_address(ask):
    browsers = [{"address": f"2001:db8:1:2::{n}"} for n in range(1, 4)]
    assert statuses(ask(*browsers, {"address": "2001:db8:1:3::1"})) == [200, 200, 429, 200]


def test_a_trusted_proxy_says_for_whom_it_asks(ask):
    proxied = [{"address": "10.0.0.1", "told": f"203.0.113.{n}"} for n in (1, 2, 3, 3, 3)]
    for proxies in ("10.0.0.0/8", "1"):
        assert statuses(ask(*proxied, trusted_proxies=values.proxies(proxies))) == [200, 200, 200, 200, 429]
    assert statuses(ask(*proxied)) == [200, 200, 429, 429, 429]


def test_a_proxy_on_this_machine_that_nobody_named_takes_the_streams_from_nobody(ask):
    assert statuses(ask(*[{"address": "127.0.0.1"}] * 4)) == [200] * 4


def test_a_full_house_and_a_locked_database_ask_to_come_again(make_site, monkeypatch, caplog):
    site = make_site()
    slug = add_article(site)

    async def story() -> list[Answered]:
        door = Front(site)
        async with staying() as stay:
            monkeypatch.setattr(listening, "MOST_STREAMS", 0)
            full = await stay(door, slug)
            monkeypatch.setattr(
                door._listening, "_path", StreamPath("", lambda name: 1 // 0, door._listening._path.source)
            )
            return [full, await stay(door, slug)]

    answers = asyncio.run(story())
    assert statuses(answers) == [503, 503]
    assert all(answer.header("retry-after") for answer in answers)
    assert "a stream could not be opened" in caplog.text


def test_a_stream_of_nothing_is_not_found(make_site):
    async def story() -> Answered:
        async with staying() as stay:
            return await stay(Front(make_site()), "nothing-here")

    assert asyncio.run(story()).status == 404


@pytest.mark.sqlite
def test_the_database_is_open_before_anybody_asks(make_site):
    site = make_site()
    with site.app_context():
        db.engine.dispose()
    log = Path(site.instance_path) / "understory.db-wal"

    async def story() -> list[bool]:
        door, was = Front(site), log.exists()
        door.open()
        opened = log.exists()
        door.close()
        return [was, opened]

    assert asyncio.run(story()) == [False, True]


@pytest.mark.parametrize(
    ("proxies", "spoofed", "by"),
    [
        ("1", [("x-forwarded-host", "good.example"), ("x-forwarded-host", "evil.example"), HTTPS], "127.0.0.1"),
        ("1", [("x-forwarded-host", "good.example"), ("x_forwarded_host", "evil.example"), HTTPS], "127.0.0.1"),
        ("10.0.0.0/8", [("host", "good.example"), HTTPS], ELSEWHERE),
    ],
)
def test_what_one_says_of_the_site_s_name_is_on_nobody_else_s_page(make_site, proxies, spoofed, by):
    """Without a fixed address pages name the one that they were asked at; a kept one is for those who asked so."""
    site = make_site(trusted_proxies=values.proxies(proxies))
    slug = add_article(site)
    plain = [spoofed[0] if proxies == "1" else ("host", "good.example"), HTTPS]

    async def story() -> list[str]:
        door, answers = Front(site), []
        for lines, client in ((spoofed, by), (plain, "10.0.0.1")):
            answered = Answered()
            await door.handle(asking(f"/articles/{slug}", lines=lines, client=client), answered)
            answers.append(answered.body.decode())
        door.close()
        return answers

    page = asyncio.run(story())[1]
    assert "evil.example" not in page
    assert f"https://good.example/articles/{slug}" in page
