"""An ear at an SQLite file gives another number after each commit of anybody, and the same one while nobody commits."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import column, create_engine, select, table

from understory.ears import sqlite as ears
from understory.ears.sqlite import SQLiteEar
from understory.ears.wal_index import WalIndex


def connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    return connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(connected(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE topics (id INTEGER PRIMARY KEY, version INTEGER)")
        connection.execute("INSERT INTO topics VALUES (1, 0)")
    return tmp_path / "a.db"


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connected(path)) as connection:
        yield connection


@pytest.fixture(params=["the index of the log", "the pragma"])
def ear(request: pytest.FixtureRequest, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SQLiteEar]:
    if request.param == "the pragma":
        monkeypatch.setattr(ears.WalIndex, "of", lambda _path: None)
    with closing(ear_at(path)) as ear:
        yield ear


def ear_at(path: Path) -> SQLiteEar:
    topics = table("topics", column("id"), column("version"))
    return SQLiteEar(
        create_engine(f"sqlite:///{path}"), lambda topic: select(topics.c.version).where(topics.c.id == topic)
    )


def bump(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE topics SET version = version + 1")


def test_each_commit_gives_a_number_that_was_not_there_before(ear, writer):
    marks = [ear.mark()]
    for _ in range(50):
        bump(writer)
        marks.append(ear.mark())
        assert ear.version_of(1) == len(marks) - 1
    assert len(set(marks)) == 51


def test_while_nobody_commits_it_is_the_same(ear, writer):
    ear.mark()
    mark = ear.mark()
    writer.execute("BEGIN IMMEDIATE")
    bump(writer)
    assert ear.mark() == mark
    writer.execute("ROLLBACK")
    assert ear.mark() == ear.mark() == mark
    bump(writer)
    assert ear.mark() not in (mark, None)


@pytest.mark.parametrize("mode", ["PASSIVE", "FULL", "RESTART", "TRUNCATE"])
def test_a_log_that_begins_anew_hides_no_commit(ear, writer, mode):
    seen = [ear.mark()]
    for _ in range(5):
        writer.execute(f"PRAGMA wal_checkpoint({mode})")
        assert ear.mark() is not None
        bump(writer)
        seen.append(ear.mark())
    assert len(set(seen)) == 6


def test_commits_of_other_processes_are_heard(ear, path):
    seen = [ear.mark()]
    for _ in range(3):
        elsewhere(path, "c.execute('UPDATE topics SET version = version + 1'); c.close()")
        seen.append(ear.mark())
    assert len(set(seen)) == 4


def test_a_writer_who_was_killed_in_a_transaction_hides_no_commit_of_others(ear, writer, path):
    bump(writer)
    ear.mark()
    mark = ear.mark()
    elsewhere(path, "c.execute('BEGIN IMMEDIATE'); c.execute('UPDATE topics SET version = 99')", kills=True)
    assert ear.version_of(1) == 1
    bump(writer)
    assert ear.mark() not in (mark, None)
    assert ear.version_of(1) == 2


def test_the_answer_to_a_commit_is_never_ahead_of_what_is_heard(ear, path):
    """A mark that was asked for after a commit returned is another one than any before it began."""
    ear.mark()
    marks, committed = [ear.mark()], []
    seen: list[tuple[int | None, int | None]] = []

    def write() -> None:
        with closing(connected(path)) as connection:
            for _ in range(300):
                before = marks[-1]
                bump(connection)
                committed.append(before)

    writing = threading.Thread(target=write)
    writing.start()
    while writing.is_alive():
        known = len(committed)
        mark = ear.mark()
        marks.append(mark)
        if known:
            seen.append((committed[known - 1], mark))
    writing.join()
    assert seen
    assert [pair for pair in seen if pair[0] == pair[1]] == []


def test_a_database_that_cannot_be_asked_is_told_of(tmp_path):
    with closing(ear_at(tmp_path / "none.db")) as ear:
        assert ear.mark() is None
        assert ear.version_of(1) is None


def test_after_an_error_it_is_asked_anew_and_its_numbers_are_new(path, writer):
    with closing(ear_at(path)) as ear:
        marks = {ear.mark(), ear.mark()}
        writer.execute("ALTER TABLE topics RENAME TO others")
        assert ear.version_of(1) is None
        marks.add(ear.mark())
        writer.execute("ALTER TABLE others RENAME TO topics")
        assert ear.version_of(1) == 0
        assert ear.mark() not in marks


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system shows no descriptors")
class TestTheIndexOfTheLog:
    def test_it_is_what_the_ear_hears_by(self, path, writer):
        with closing(ear_at(path)) as ear:
            ear.mark()
            index = WalIndex.of(str(path))
            state = index.state
            bump(writer)
            assert index.state != state
            assert len(index.state) == 48
            index.close()

    def test_there_is_none_of_a_database_without_such_a_log(self, tmp_path):
        with closing(sqlite3.connect(tmp_path / "b.db")) as connection:
            connection.execute("CREATE TABLE a (b)")
            assert WalIndex.of(str(tmp_path / "b.db")) is None

    def test_nor_of_a_format_that_is_not_known(self, path, writer, monkeypatch):
        bump(writer)
        monkeypatch.setattr("understory.ears.wal_index._VERSION", 3007001)
        assert WalIndex.of(str(path)) is None

    def test_to_let_go_of_it_takes_no_lock_from_sqlite(self, path, writer):
        """Another process that found none held would take the index for nobody's, and empty it."""
        with closing(ear_at(path)) as ear:
            ear.mark()
            writer.execute("BEGIN IMMEDIATE")
        size = path.with_name("a.db-shm").stat().st_size
        said = elsewhere(
            path,
            "c.execute('PRAGMA busy_timeout=0')\n"
            "try: c.execute('BEGIN IMMEDIATE')\n"
            "except sqlite3.OperationalError as error: print(error)",
        )
        assert said == "database is locked\n"
        assert path.with_name("a.db-shm").stat().st_size == size
        writer.execute("ROLLBACK")


def elsewhere(path: Path, work: str, *, kills: bool = False) -> str:
    """Do it in another process, which is killed at the end instead of ending well where asked."""
    program = f"import os, sqlite3\nc = sqlite3.connect({str(path)!r}, isolation_level=None)\n{work}\n"
    if kills:
        program += f"os.kill(os.getpid(), {int(signal.SIGKILL)})\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == (-signal.SIGKILL if kills else os.EX_OK), done.stderr
    return done.stdout
