"""The database: one session a request, and `transaction()`, the only commit in the program.

SQLite runs in WAL mode with synchronous=FULL: a commit that was answered survives a power cut. Its writers
take turns on a lock of this process before they ask the file, because SQLite's own waiting is a lottery in
which a writer can lose for a second and more.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as SignallingSession
from sqlalchemy import CursorResult, MetaData, Select, UpdateBase, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

from understory.bell import Ringing
from understory.errors import Unavailable
from understory.moments import UTCDateTime
from understory.statements import AnyRow, Outcome, Statement, built_once

__all__ = ["AnyRow", "Model", "Statement", "UTCDateTime", "built_once", "db", "read", "run", "transaction"]

#: Connections that a process keeps: one for each request that it works on at a time, and some for the streams.
POOL = 16

#: How long a writer waits for its turn, and then for other processes, before the reader is asked to try again.
SQLITE_WAIT_MS = 5_000


class Base(DeclarativeBase):
    """Constraint names are fixed so that a migration can name what it changes."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})
migrate = Migrate()

#: What every model derives from.
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

#: Where a session keeps the driver's connection while it is in a transaction on it.
_DRIVER = "understory.driver"

_writing: ContextVar[bool] = ContextVar("writing", default=False)
_snapshot: ContextVar[tuple[sqlite3.Connection, Dialect] | None] = ContextVar("snapshot", default=None)
_one_writer = Lock()

_logger = logging.getLogger(__name__)


def is_modelled(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
    """What models and migrations are compared by: an index of words and the tables it keeps belong to the database."""
    return kind != "table" or re.fullmatch(r"\w+_words(_data|_idx|_docsize|_config)?", name or "") is None


@contextmanager
def transaction() -> Iterator[Session]:
    """All or nothing: commits when the outermost block ends well, rolls back when it raises.

    Give operations values, not rows read before: what the session held is let go when the block begins, so
    that everything inside sees one state of the database. Raises Unavailable when the database does not take it.
    """
    session = db.session()
    if _writing.get():
        yield session
        return
    session.rollback()
    with Ringing() as bell:
        with _turn_to_write(session):
            try:
                yield session
                session.commit()
            except OperationalError as error:
                session.rollback()
                _logger.error("the database did not take a transaction: %s", error.orig)
                raise Unavailable from error
            except BaseException:
                session.rollback()
                raise
        bell.ring()


@contextmanager
def _turn_to_write(session: Session) -> Iterator[None]:
    token = _writing.set(True)
    try:
        if session.get_bind().dialect.name == "sqlite":
            if not _one_writer.acquire(timeout=SQLITE_WAIT_MS / 1000):
                raise Unavailable
            try:
                yield
            finally:
                _one_writer.release()
        else:
            yield
    finally:
        _writing.reset(token)


Query = Statement | Select[*tuple[Any, ...]]
Result = Outcome | CursorResult[*tuple[Any, ...]]


def read(query: Query, **bound: Any) -> Result:
    """Run a query past the ORM, which sees all that the transaction around it did.

    On the way of every reader, queries are built once and kept: that costs most.
    """
    if (here := _snapshot.get()) is not None and isinstance(query, Statement):
        return query.on(*here, bound)
    session = db.session()
    if _writing.get():
        session.flush()
    return cast("Result", _execute(session, query, bound))


@contextmanager
def snapshot(engine: Engine) -> Iterator[None]:
    """Have `read` give one state of the database, without a session or an application around it. SQLite only."""
    pooled = engine.raw_connection()
    driver = cast("Any", pooled.driver_connection)
    token = _snapshot.set((driver, engine.dialect))
    try:
        driver.execute("BEGIN")
        yield
    finally:
        _snapshot.reset(token)
        pooled.close()


def run(statement: Statement | UpdateBase, **bound: Any) -> Result:
    """Run an INSERT, UPDATE or DELETE past the ORM, built once like a query, after what the session still holds.

    A name that is a column's sets that column: what an UPDATE compares and adds is bound under other names.
    """
    session = db.session()
    session.flush()
    return cast("Result", _execute(session, statement, bound))


def _execute(session: Session, statement: Any, bound: dict[str, Any]) -> Any:
    if not isinstance(statement, Statement):
        return session.connection().execute(statement, bound)
    driver = session.info.get(_DRIVER) or _driver_of(session)
    if driver is None:
        return session.connection().execute(statement.built, bound)
    return statement.on(driver, db.engine.dialect, bound)


def _driver_of(session: Session) -> Any:
    """The session's own connection below SQLAlchemy, in a transaction; None with another database than SQLite."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return None
    driver = session.info[_DRIVER] = connection.connection.driver_connection
    return driver


@event.listens_for(SignallingSession, "after_transaction_end")
def _let_go(session: Session, _transaction: SessionTransaction) -> None:
    session.info.pop(_DRIVER, None)


def init_app(app: Flask) -> None:
    # As many connections as there are requests at a time: one that is closed and opened again costs a request's time.
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"pool_size": POOL})
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _set_up_sqlite(db.engine)
    # A batch is how SQLite alters a table: it copies it. PostgreSQL is left to its own ALTER.
    migrate.init_app(
        app, db, directory=f"{app.root_path}/understory/migrations", render_as_batch=True, include_object=is_modelled
    )


def _set_up_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes too late and is never IMMEDIATE; `begin` below says it instead.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={SQLITE_WAIT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
