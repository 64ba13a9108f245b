"""PostgreSQL below the site: killed servers, cut connections, a replica that takes over. Nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.postgresql import PostgreSQL, postgresql
from tests.reading import read
from tests.served import Served, serving

from .conftest import IS_LONG, Note
from .crowd import SLUG, Crowd, Poster, agrees

#: How soon posts are taken again once the database is back, in seconds.
WELL_AGAIN = 5

#: How long a page may take while nothing can be written, in seconds: a refused post beside it takes most of it.
READS_WITHIN = 2

#: A server that keeps what it acknowledged.
CAREFUL = {"fsync": "on", "synchronous_commit": "on"}


@pytest.fixture
def database() -> Iterator[PostgreSQL]:
    with postgresql(**CAREFUL) as server:
        server.do("CREATE DATABASE site")
        yield server


@pytest.fixture
def site(tmp_path: Path, database: PostgreSQL) -> Iterator[Served]:
    """A site of two processes on that server."""
    with _on(tmp_path, database.address("site").replace("postgresql://", "postgresql+psycopg://")) as served:
        yield served


def test_killed_in_a_stream_of_posts(site, note: Note):
    times, waits = 20 if IS_LONG else 1, []
    with Crowd(site) as crowd:
        for _ in range(times):
            crowd.wait_for(15)
            site.kill()
            began = time.monotonic()
            site.start()
            crowd.wait_for(1)
            waits.append(time.monotonic() - began)
    agrees(site, crowd.acknowledged)
    note("PostgreSQL: kill -9 of the site's two processes while 4 readers post", times, waits, len(crowd.acknowledged))


def test_every_connection_is_cut(site, database, note: Note):
    times, waits = 20 if IS_LONG else 2, []
    with Crowd(site) as crowd:
        for _ in range(times):
            crowd.wait_for(15)
            cut = database.do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'site'")
            assert len(cut) > 2
            began = time.monotonic()
            crowd.wait_for(1)
            waits.append(time.monotonic() - began)
    assert max(waits) < WELL_AGAIN
    agrees(site, crowd.acknowledged)
    note("PostgreSQL: every connection cut while 4 readers post", times, waits, len(crowd.acknowledged))


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_server_ends_and_comes_back(site, database, note: Note, mode):
    """`immediate` is what a crash of the server is: it recovers from its log."""
    times, waits = 10 if IS_LONG else 1, []
    with Crowd(site) as crowd:
        for _ in range(times):
            crowd.wait_for(15)
            poster = Poster(site)
            database.stop(mode)
            _is_kind(poster)
            database.start()
            began = time.monotonic()
            crowd.wait_for(1)
            waits.append(time.monotonic() - began)
    assert max(waits) < WELL_AGAIN
    agrees(site, crowd.acknowledged)
    note(f"PostgreSQL: stopped ({mode}) and started again while 4 readers post", times, waits, len(crowd.acknowledged))


def test_a_database_that_only_takes_reads(site, database, note: Note):
    """As a server does that follows another one, or that its operator spares: readers notice nothing."""
    times, waits = 10 if IS_LONG else 1, []
    with Crowd(site) as crowd:
        for _ in range(times):
            crowd.wait_for(15)
            poster, slowest = Poster(site), 0.0
            _only_reads(database, "on")
            for _ in range(10):
                _is_kind(poster)
                page = poster.guest("GET", f"/articles/{SLUG}")
                assert page.status == 200, page.text[:300]
                slowest = max(slowest, page.seconds)
            assert slowest < READS_WITHIN
            _only_reads(database, "off")
            began = time.monotonic()
            crowd.wait_for(1)
            waits.append(time.monotonic() - began)
    assert max(waits) < WELL_AGAIN
    agrees(site, crowd.acknowledged)
    note("PostgreSQL: taking reads only while 4 readers post", times, waits, len(crowd.acknowledged))


def _only_reads(database: PostgreSQL, switch: str) -> None:
    database.do(f"ALTER SYSTEM SET default_transaction_read_only = {switch}")
    database.do("SELECT pg_reload_conf()")
    _until(lambda: database.do("SHOW default_transaction_read_only") == [(switch,)])


def test_a_replica_takes_over(tmp_path, database, note: Note):
    """The first server dies in a stream of posts and never comes back; what it acknowledged, the second one has."""
    times, waits, acknowledged = 5 if IS_LONG else 1, [], 0
    for attempt in range(times):
        with postgresql(**CAREFUL) as first, _replica_of(first) as second:
            first.do("CREATE DATABASE site")
            hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in (first, second))
            address = f"postgresql+psycopg://postgres@/site?{hosts}&target_session_attrs=read-write"
            with _on(tmp_path / str(attempt), address) as site, Crowd(site) as crowd:
                crowd.wait_for(20)
                first.stop("immediate")
                second.run("pg_ctl", "promote", "-w", "-s", "-D", str(second.folder))
                began = time.monotonic()
                crowd.wait_for(10)
                waits.append(time.monotonic() - began)
            agrees(site, crowd.acknowledged)
            acknowledged += len(crowd.acknowledged)
    assert max(waits) < WELL_AGAIN
    note("PostgreSQL: the server dies, its replica is promoted, while 4 readers post", times, waits, acknowledged)


@contextmanager
def _on(folder: Path, address: str) -> Iterator[Served]:
    folder.mkdir(exist_ok=True)
    with serving(folder, database_url=address, workers=2, thread_limit="off") as served:
        yield served


@contextmanager
def _replica_of(first: PostgreSQL) -> Iterator[PostgreSQL]:
    """A server that follows the first, which from now on acknowledges only what both have."""
    with postgresql(**CAREFUL) as second:
        second.stop()
        second.run("rm", "-rf", str(second.folder))
        followed = f"--dbname={first.address()}?application_name=second"
        second.run("pg_basebackup", followed, "-D", str(second.folder), "--write-recovery-conf", "--checkpoint=fast")
        second.start()
        first.do("ALTER SYSTEM SET synchronous_standby_names = 'second'")
        first.do("SELECT pg_reload_conf()")
        deadline = time.monotonic() + 30
        while first.do("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
            assert time.monotonic() < deadline, "the second server does not follow"
        yield second


def _is_kind(poster: Poster) -> None:
    """While the database is away a post is refused with its text, in a form that sends it again."""
    refused = poster.send("Words that took a while", "a-submission-of-its-own")
    assert refused.status == 503, refused.text[:300]
    assert refused.headers["retry-after"].isdigit()
    again = read(refused.text).one("form[method=post]").fields()
    assert again["body"] == "Words that took a while"
    assert again["submission_id"] == "a-submission-of-its-own"


def test_readers_have_a_replica_and_writers_see_their_own(tmp_path, note: Note):
    with postgresql(**CAREFUL) as first, _replica_of(first) as second:
        first.do("CREATE DATABASE site TEMPLATE template0 ENCODING 'UTF8'")
        # The replica is behind for a while below: nobody's commit waits for it.
        first.do("ALTER SYSTEM SET synchronous_standby_names = ''")
        first.do("SELECT pg_reload_conf()")
        addresses = {"database_url": first.address("site"), "replica_url": second.address("site")}
        with serving(tmp_path, workers=2, thread_limit="off", **addresses) as site:
            poster, path, sent = Poster(site), f"/articles/{SLUG}", {}

            def post(words: str) -> None:
                submission = f"submission-of-{words}".replace(" ", "-")
                assert poster.send(words, submission).status == 303
                sent[submission] = words

            def shows(words: str) -> bool:
                return words in poster.guest("GET", path).text

            post("words before")
            _until(lambda: shows("words before"))
            # Of transactions that end in another order than they began a replica's snapshot tells nothing.
            with psycopg.connect(first.address("site")) as older, psycopg.connect(first.address("site")) as editing:
                older.execute("SELECT pg_current_xact_id()")
                editing.execute(
                    "UPDATE articles SET title = 'Told anew', version = version + 1 WHERE slug = %s", [SLUG]
                )
                first.do("SELECT pg_current_xact_id()", "site")
                replayed = first.do("SELECT pg_current_wal_lsn()::text")[0][0]
                _until(lambda: second.do(f"SELECT pg_last_wal_replay_lsn() >= '{replayed}'")[0][0])
                assert not any(shows("Told anew") for _ in range(8))
                editing.commit()
                _until(lambda: all(shows("Told anew") for _ in range(8)))
            second.do("SELECT pg_wal_replay_pause()")
            post("words meanwhile")
            assert "words meanwhile" in poster.ask("GET", path).text, "who posted sees the own post"
            assert not shows("words meanwhile"), "guests' pages come from the replica"
            second.do("SELECT pg_wal_replay_resume()")
            _until(lambda: shows("words meanwhile"))
            second.stop("immediate")
            began = time.monotonic()
            post("words without")
            _until(lambda: shows("words without"))
            note("PostgreSQL: the replica that guests read from dies", 1, [time.monotonic() - began], len(sent))
            agrees(site, sent)


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
