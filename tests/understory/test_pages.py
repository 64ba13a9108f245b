"""Pages kept in memory: never older than what was committed, rendered once for all who wait, and bounded."""

from __future__ import annotations

import asyncio
import gzip
import random
import sqlite3
import threading

import brotli
import pytest

from tests.builders import add_article, add_comment, queries_of, signed_in
from tests.exchange import Answered, asking
from understory.answers import Answer, Note
from understory.exchange import Request
from understory.front import Front
from understory.pages import Pages


class Database:
    """What the ear would hear: a number a commit, and the version of the one topic."""

    def __init__(self) -> None:
        self.commits: int | None = 1
        self.at = 1

    def mark(self) -> int | None:
        return self.commits

    async def hear(self, *_topics: int | None) -> Database:
        return self

    def version_of(self, topic: int) -> int:
        return self.at


class Kitchen:
    """Renders, when it is let."""

    def __init__(self, database: Database, *, topic: int | None = 7) -> None:
        self._database = database
        self._topic = topic
        self.made = 0
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def render(self) -> Answer:
        self.made += 1
        body = f"page {self.made} of version {self._database.at}".encode()
        note = Note(is_shared=True, topic=self._topic, version=self._database.at)
        await self.may_go_on.wait()
        return Answer(200, [("etag", f'W/"{self.made}"')], body, note)


def pages_of(database: Database, most_bytes: int = 10**6) -> Pages:
    return Pages(database, most_bytes)


def body(page: object) -> bytes:
    return page.in_coding("identity")[1]


def test_a_page_is_given_again_while_nothing_is_committed():
    async def story() -> None:
        database = Database()
        pages, kitchen = pages_of(database), Kitchen(database)
        page = await pages.make("/", kitchen.render)
        assert await pages.find("/") is page

    asyncio.run(story())


def test_a_commit_elsewhere_leaves_it_and_one_of_its_own_ends_it():
    async def story() -> None:
        database = Database()
        pages, kitchen = pages_of(database), Kitchen(database)
        page = await pages.make("/", kitchen.render)
        database.commits = 2
        assert await pages.find("/") is page
        database.commits, database.at = 3, 2
        assert await pages.find("/") is None

    asyncio.run(story())


def test_a_page_of_the_whole_site_ends_with_any_commit():
    async def story() -> None:
        database = Database()
        pages, kitchen = pages_of(database), Kitchen(database, topic=None)
        await pages.make("/", kitchen.render)
        database.commits = 2
        assert await pages.find("/") is None

    asyncio.run(story())


def test_nothing_is_given_while_the_database_cannot_be_asked():
    async def story() -> None:
        database = Database()
        pages, kitchen = pages_of(database), Kitchen(database)
        await pages.make("/", kitchen.render)
        database.commits = None
        assert await pages.find("/") is None
        await pages.make("/", kitchen.render)
        database.commits = 1
        assert await pages.find("/") is None

    asyncio.run(story())


def test_who_waits_shares_one_rendering():
    async def story() -> None:
        database = Database()
        pages, kitchen = pages_of(database), Kitchen(database)
        kitchen.may_go_on.clear()
        waiting = [asyncio.create_task(pages.make("/", kitchen.render)) for _ in range(50)]
        await asyncio.sleep(0)
        kitchen.may_go_on.set()
        assert len({id(page) for page in await asyncio.gather(*waiting)}) == 1
        assert kitchen.made == 1

    asyncio.run(story())


def test_who_asks_after_a_commit_gets_no_rendering_that_began_before_it():
    async def story() -> None:
        database = Database()
        pages, kitchen = pages_of(database), Kitchen(database)
        kitchen.may_go_on.clear()
        early = asyncio.create_task(pages.make("/", kitchen.render))
        await asyncio.sleep(0)
        database.commits, database.at = 2, 2
        late = [asyncio.create_task(pages.make("/", kitchen.render)) for _ in range(20)]
        await asyncio.sleep(0)
        kitchen.may_go_on.set()
        assert body(await early) == b"page 1 of version 1"
        assert {body(page) for page in await asyncio.gather(*late)} == {b"page 2 of version 2"}

    asyncio.run(story())


def test_a_failure_is_nobody_else_s():
    async def story() -> None:
        database = Database()
        pages, kitchen = pages_of(database), Kitchen(database)
        began = asyncio.Event()

        async def fail() -> Answer:
            await began.wait()
            raise OSError("the disk is gone")

        failing = asyncio.create_task(pages.make("/", fail))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(pages.make("/", kitchen.render))
        await asyncio.sleep(0)
        began.set()
        with pytest.raises(OSError, match="the disk is gone"):
            await failing
        assert (await waiting).body == b"page 1 of version 1"

    asyncio.run(story())


def test_the_longest_unread_make_room():
    async def story() -> None:
        database = Database()
        pages, kitchen = pages_of(database, most_bytes=7000), Kitchen(database)
        for path in "abc":
            await pages.make(path, kitchen.render)
        assert await pages.find("a")
        await pages.make("d", kitchen.render)
        assert [path for path in "abcd" if await pages.find(path)] == ["a", "c", "d"]
        assert pages.size <= 7000

    asyncio.run(story())


def test_a_coding_that_is_asked_for_later_counts_too():
    async def story() -> None:
        database = Database()
        pages, kitchen = pages_of(database), Kitchen(database)
        page = await pages.make("/", kitchen.render)
        before = pages.size
        plain = body(page)
        assert await pages.find("/") is page
        assert pages.size == before + len(page.wire("identity"))
        assert page.wire("identity").endswith(plain)
        database.commits, database.at = 3, 2
        assert await pages.find("/") is None
        assert pages.size == 0

    asyncio.run(story())


def test_a_page_that_is_pressed_well_is_the_same_page():
    async def story() -> None:
        pages = pages_of(database := Database())
        page = await pages.make("/", Kitchen(database).render)
        plain = body(page)
        page.press_well()
        assert brotli.decompress(page.in_coding("br")[1]) == plain == body(page)
        assert gzip.decompress(page.in_coding("gzip")[1]) == plain

    asyncio.run(story())


@pytest.fixture
def ask(make_site):
    """Asks a front for several things in turn."""

    def ask(site, *scopes: Request) -> list[Answered]:
        async def story() -> list[Answered]:
            door = Front(site)
            answers = []
            for scope in scopes:
                protocol = Answered()
                await door.handle(scope, protocol)
                answers.append(protocol)
            door.close()
            return answers

        return asyncio.run(story())

    return ask


def test_a_second_reader_costs_no_query_into_comments(site, ask):
    slug = add_article(site)
    add_comment(site, slug)
    with queries_of(site) as asked:
        first, second = ask(site, asking(f"/articles/{slug}"), asking(f"/articles/{slug}"))
    assert len([query for query in asked if "comments" in query]) == 1
    assert (second.status, second.body) == (200, first.body)
    assert "A thought." in second.body.decode()


def test_what_a_browser_has_is_not_sent_again_and_the_rest_is_compressed(site, ask):
    path = f"/articles/{add_article(site)}"
    plain, small, known, head = ask(
        site,
        asking(path),
        asking(path, lines=[("accept-encoding", "gzip, br")]),
        asking(path, lines=[("if-none-match", 'W/"other", ' + (ask(site, asking(path))[0].header("etag") or ""))]),
        asking(path, method="HEAD"),
    )
    assert small.header("content-encoding") == "br"
    assert brotli.decompress(small.body) == plain.body
    assert small.header("vary") == "Accept-Encoding"
    assert (known.status, known.body) == (304, b"")
    assert (head.status, head.body, head.header("content-length")) == (200, b"", str(len(plain.body)))


def test_a_moderator_s_page_is_given_to_nobody_else(site, ask):
    path = f"/articles/{add_article(site)}"
    cookies = "; ".join(f"{name}={value}" for name, value in signed_in(site).cookies().items())
    own, public = ask(site, asking(path, lines=[("cookie", cookies)]), asking(path))
    assert "/admin/" in own.body.decode()
    assert "/admin/" not in public.body.decode()
    assert public.header("set-cookie") is None


def test_what_another_article_says_of_this_one_is_never_old(site, ask):
    first = add_article(site, "First")
    paths = [asking(f"/articles/{first}"), asking("/")]
    before = ask(site, *paths)

    async def story() -> list[Answered]:
        door = Front(site)
        answers = []
        for turn in range(2):
            for scope in paths:
                protocol = Answered()
                await door.handle(scope, protocol)
                answers.append(protocol)
            if not turn:
                await asyncio.to_thread(add_article, site, "Second")
        door.close()
        return answers[2:]

    after = asyncio.run(story())
    assert all("Second" not in answer.body.decode() for answer in before)
    assert all("Second" in answer.body.decode() for answer in after)


def test_no_read_is_older_than_the_last_answered_write_before_it(make_site):
    """Readers and a writer at once: each reader notes what was answered before it asked, and must see it."""
    site = make_site()
    slug = add_article(site)
    answered = 0
    stop = threading.Event()

    def write() -> None:
        nonlocal answered
        for number in range(1, 61):
            add_comment(site, slug, f"comment number {number}.")
            answered = number
        stop.set()

    async def read(door: Front, stale: list[tuple[int, str]]) -> None:
        chance = random.Random(1)
        while not stop.is_set():
            before = answered
            protocol = Answered()
            await door.handle(asking(f"/articles/{slug}"), protocol)
            if before and f"comment number {before}." not in protocol.body.decode():
                stale.append((before, protocol.body.decode()))
            await asyncio.sleep(chance.random() / 500)

    async def story() -> list[tuple[int, str]]:
        door = Front(site)
        stale: list[tuple[int, str]] = []
        writing = asyncio.create_task(asyncio.to_thread(write))
        await asyncio.gather(writing, *(read(door, stale) for _ in range(8)))
        door.close()
        return stale

    assert asyncio.run(story()) == []


@pytest.mark.sqlite
def test_a_page_that_has_to_wait_is_made_all_the_same(site, ask, monkeypatch):
    """Where the loop's own connection meets a lock, a thread waits for it."""
    slug = add_article(site)
    add_comment(site, slug)

    def locked(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("understory.shortcut.snapshot_on", locked)
    [answer] = ask(site, asking(f"/articles/{slug}"))
    assert answer.status == 200
    assert "A thought." in answer.body.decode()
