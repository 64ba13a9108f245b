"""What each database needs before it serves: how it is opened, and how its writers take turns.

SQLite runs in WAL mode with synchronous=FULL: a commit that was answered survives a power cut. Its writers
take turns on a lock of this process before they ask the file, and processes on one of the machine (turns.py).

PostgreSQL has one lock for all hosts (pg_advisory_xact_lock), which most acts take for themselves alone: each of
them then sees what it would see on SQLite, one state that nobody else changes. What comes in crowds shares it, and
takes turns on the rows that it touches.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, make_url
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from understory.errors import Unavailable
from understory.turns import Turns

#: Connections that a process keeps: one for each request that it works on at a time, and some for the streams.
POOL = 16

#: How long a writer waits for its turn, and then for other processes, before the reader is asked to try again.
WAIT_MS = 5_000

#: How long PostgreSQL may take to let a connection in, and to answer on one at all, before it counts as away.
CONNECT_SECONDS = 3

#: A connection that the network has lost is noticed within seconds.
_ALIVE = {
    "connect_timeout": CONNECT_SECONDS,
    "application_name": "understory",
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 2 * CONNECT_SECONDS * 1000,
}

#: The site's own number among the locks of a PostgreSQL database.
_WRITERS = 0x756E6465


class Turn(Enum):
    """How this context writes now: with nobody beside it, or beside others who share the turn."""

    ALONE = "pg_advisory_xact_lock"
    SHARED = "pg_advisory_xact_lock_shared"


#: The turn that is being taken; None outside a transaction that writes.
turn: ContextVar[Turn | None] = ContextVar("turn", default=None)

_one_writer = Lock()

#: Where several processes of this machine write to one file: how they take turns.
_turns: WeakKeyDictionary[Engine, Turns] = WeakKeyDictionary()


def options(address: str) -> dict[str, Any]:
    """What SQLAlchemy is to open a database with; one connection closed and opened again costs a request's time."""
    if make_url(address).get_backend_name() == "sqlite":
        return {"pool_size": POOL, "hide_parameters": True}
    return {
        # What was bound is what people wrote, and no matter for a log.
        "hide_parameters": True,
        "pool_size": POOL,
        "pool_timeout": WAIT_MS / 1000,
        # After a restart of the database nobody is given a connection that is dead.
        "pool_pre_ping": True,
        "connect_args": _ALIVE,
    }


def parameters(url: URL) -> dict[str, Any]:
    """What libpq needs to reach a PostgreSQL database, several hosts among which it chooses included."""
    _, given = url.get_dialect()().create_connect_args(url)
    return {**_ALIVE, **given}


#: What each connection to SQLite begins with. What is deleted is written over, as Debian's SQLite does unasked: a
#: copy of the file would hold it otherwise.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={WAIT_MS}", "secure_delete=ON")


def read_only(path: str | Path) -> str:
    """The URI by which SQLite opens a file to read it (sqlite.org/uri.html), whatever characters its name is of."""
    return f"{Path(path).absolute().as_uri()}?mode=ro"


def set_up(engine: Engine, *, has_company: bool) -> None:
    """Have every connection and transaction of an engine begin as its database needs it.

    With company, other processes of this machine write to the same database all the time.
    """
    if engine.dialect.name == "sqlite":
        if has_company and engine.url.database:
            _turns[engine] = Turns(engine.url.database)
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_on_sqlite)
    else:
        event.listen(engine, "begin", _begin_on_postgresql)


@contextmanager
def taking_turn(engine: Engine | Connection, mine: Turn) -> Iterator[None]:
    """Write within the block. Raises Unavailable when the turn does not come."""
    token = turn.set(mine)
    try:
        if engine.dialect.name != "sqlite":
            yield
            return
        if not take_turn(engine, WAIT_MS / 1000):
            raise Unavailable
        try:
            yield
        finally:
            give_turn(engine)
    finally:
        turn.reset(token)


def take_turn(engine: Engine | Connection, seconds: float) -> bool:
    """Whether the turn to write to an SQLite file came within so many seconds; who has it gives it on."""
    until = time.monotonic() + seconds
    if not _one_writer.acquire(timeout=seconds):
        return False
    turns = _turns_at(engine)
    if turns is None or turns.take(until):
        return True
    _one_writer.release()
    return False


def give_turn(engine: Engine | Connection) -> None:
    """Let the next one write: from any thread."""
    if (turns := _turns_at(engine)) is not None:
        turns.give()
    _one_writer.release()


def _turns_at(engine: Engine | Connection) -> Turns | None:
    return _turns.get(engine) if isinstance(engine, Engine) else None


def _open_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes too late and is never IMMEDIATE; `_begin_on_sqlite` says it instead.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_on_sqlite(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    text = "BEGIN IMMEDIATE" if turn.get() else "BEGIN"
    try:
        driver.execute(text)
    except sqlite3.Error as error:
        raise DBAPIError.instance(text, None, error, sqlite3.Error, dialect=connection.dialect) from error


def _begin_on_postgresql(connection: Connection) -> None:
    """Who reads sees one state throughout; who writes sees what was committed until the turn came."""
    from psycopg import IsolationLevel  # noqa: PLC0415  # a site on SQLite does without the driver

    driver: Any = connection.connection.driver_connection
    mine = turn.get()
    driver.isolation_level = IsolationLevel.READ_COMMITTED if mine else IsolationLevel.REPEATABLE_READ
    if mine:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {WAIT_MS}; SELECT {mine.value}({_WRITERS})")
