"""PostgreSQL below the site: killed servers, cut connections, a replica that takes over. Nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgresql import PostgreSQL, postgresql
from tests.reading import read
from tests.served import Served, serving

from .conftest import IS_LONG, Note
from .crowd import Crowd, Poster, agrees

#: How soon posts are taken again once the database is back, in seconds.
WELL_AGAIN = 5

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
