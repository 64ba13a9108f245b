"""Acts of one moment are one transaction: each is all or nothing, and nobody is told before it is on the disk."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import bindparam, select, update

from blueprints.articles.conversations import note_thread_change
from blueprints.articles.models import Article, What
from tests.builders import add_article, article, within
from understory import bell, together
from understory.db import built_once, plain_transaction, read, run, transaction
from understory.engines import Turn
from understory.errors import Refused, Unavailable
from understory.together import Together

#: SQLite's number for it (PRAGMA temp_store).
IN_MEMORY = 2

pytestmark = pytest.mark.sqlite

_articles = Article.__table__


@built_once
def _name():
    return update(_articles).where(_articles.c.slug == bindparam("of")).values(title=bindparam("into"))


@built_once
def _named():
    return select(_articles.c.title).where(_articles.c.slug == bindparam("of"))


def naming(slug: str, title: str, then: Callable[[], object] = lambda: None) -> Callable[[], str]:
    """An act that gives an article another title, and gives the one that it had."""

    def act() -> str:
        with plain_transaction(Turn.SHARED):
            before = read(_named(), of=slug).scalar()
            run(_name(), of=slug, into=title)
            then()
            return before

    return act


def refuse() -> None:
    raise Refused("Not this one.")


def done(site, *acts: Callable[[], object]) -> tuple[list[object], list[str]]:
    """What acts that are asked for at one moment gave or raised, and what was said to the database meanwhile."""
    said: list[str] = []

    async def story() -> list[object]:
        doing = Together(site)
        doing._driver().set_trace_callback(said.append)
        try:
            return await asyncio.gather(*map(doing.do, acts), return_exceptions=True)
        finally:
            doing.close()

    return asyncio.run(story()), said


@pytest.fixture
def slug(site) -> str:
    return add_article(site, "First")


def test_what_is_asked_for_at_one_moment_is_committed_once(site, slug):
    given, said = done(site, *(naming(slug, f"Title {number}") for number in range(5)))
    assert given == ["First", "Title 0", "Title 1", "Title 2", "Title 3"]
    assert said.count("COMMIT") == 1
    assert article(site, slug).title == "Title 4"


def test_more_than_a_transaction_holds_goes_into_the_next(site, slug, monkeypatch):
    monkeypatch.setattr(together, "MOST", 2)
    given, said = done(site, *(naming(slug, f"Title {number}") for number in range(5)))
    assert len(given) == 5
    assert said.count("COMMIT") == 3


def test_an_act_that_is_refused_changes_nothing_and_stops_nobody(site, slug):
    given, said = done(site, naming(slug, "Second"), naming(slug, "Third", refuse), naming(slug, "Fourth"))
    assert [given[0], given[2]] == ["First", "Second"]
    assert isinstance(given[1], Refused)
    assert said.count("COMMIT") == 1
    assert article(site, slug).title == "Fourth"


def test_an_act_that_fails_before_it_changed_anything_costs_the_others_nothing(site, slug):
    given, said = done(site, naming(slug, "Second"), refuse, naming(slug, "Third"))
    assert [given[0], given[2]] == ["First", "Second"]
    assert isinstance(given[1], Refused)
    assert "ROLLBACK" not in said
    assert article(site, slug).title == "Third"


def test_an_error_of_ours_is_raised_where_the_act_was_asked_for(site, slug):
    given, _ = done(site, naming(slug, "Second"), lambda: 1 // 0)
    assert given[0] == "First"
    assert isinstance(given[1], ZeroDivisionError)
    assert article(site, slug).title == "Second"


def test_what_undoes_a_statement_is_kept_in_memory(site):
    doing = Together(site)
    (kept,) = doing._driver().execute("PRAGMA temp_store").fetchone()
    doing.close()
    assert kept == IN_MEMORY


def test_an_act_has_no_session(site, slug):
    def act() -> None:
        with transaction():
            pass

    given, _ = done(site, act)
    assert isinstance(given[0], RuntimeError)


def test_the_bell_rings_for_what_is_committed_and_before_anybody_is_told(site, slug):
    article_id = article(site, slug).id
    heard: list[object] = []
    stop = bell.listen(lambda changed: heard.append((changed, article(site, slug).version)))

    def act() -> None:
        note_thread_change(article_id, What.THREAD)

    async def story() -> None:
        doing = Together(site)
        await doing.do(act)
        heard.append("told")
        doing.close()

    asyncio.run(story())
    stop()
    assert heard == [(frozenset({article_id}), 2), "told"]


def test_who_comes_while_others_write_waits_and_the_loop_does_not(site, slug):
    """Another process holds the file; meanwhile the loop goes on, and lets go of it there."""

    async def story() -> str:
        doing = Together(site)
        with closing(sqlite3.connect(site.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(doing.do(naming(slug, "Second")))
            for _ in range(5):
                await asyncio.sleep(0.01)
                assert not waiting.done()
            other.rollback()
            try:
                return await waiting
            finally:
                doing.close()

    assert asyncio.run(story()) == "First"
    assert article(site, slug).title == "Second"


def test_who_writes_within_this_process_is_waited_for_too(site, slug):
    began, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with transaction() as session:
            began.set()
            may_end.wait()
            session.execute(update(Article).values(summary="written by a thread"))

    async def story() -> None:
        doing = Together(site)
        writing = asyncio.create_task(asyncio.to_thread(within, site, write))
        await asyncio.to_thread(began.wait)
        waiting = asyncio.create_task(doing.do(naming(slug, "Second")))
        await asyncio.sleep(0.02)
        assert not waiting.done()
        may_end.set()
        await asyncio.gather(writing, waiting)
        doing.close()

    asyncio.run(story())
    kept = article(site, slug)
    assert (kept.title, kept.summary) == ("Second", "written by a thread")


def test_who_waits_in_vain_is_told_so_and_the_next_one_is_served(site, slug, monkeypatch, caplog):
    monkeypatch.setattr(together, "WAIT_MS", 50)

    async def story() -> list[object]:
        doing = Together(site)
        with closing(sqlite3.connect(site.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            lost = await asyncio.gather(
                *(doing.do(naming(slug, f"Title {number}")) for number in range(3)), return_exceptions=True
            )
        later = await doing.do(naming(slug, "Second"))
        doing.close()
        return [*lost, later]

    *lost, later = asyncio.run(story())
    assert [type(one) for one in lost] == [Unavailable] * 3
    assert later == "First"
    assert "the database does not take a transaction" in caplog.text


def test_what_the_disk_has_no_room_for_is_lost_together_and_said_so(site, slug, caplog):
    async def story() -> list[object]:
        doing = Together(site)
        pages = doing._driver().execute("PRAGMA page_count").fetchone()[0]
        doing._driver().execute(f"PRAGMA max_page_count={pages}")
        lost = await asyncio.gather(
            doing.do(naming(slug, "Second")), doing.do(naming(slug, "x" * 100_000)), return_exceptions=True
        )
        # Another connection is without that bound.
        later = await doing.do(naming(slug, "Third"))
        doing.close()
        return [*lost, later]

    *lost, later = asyncio.run(story())
    assert [type(one) for one in lost] == [Unavailable] * 2
    assert later == "First"
    assert article(site, slug).title == "Third"
    assert "the database did not take a transaction" in caplog.text
