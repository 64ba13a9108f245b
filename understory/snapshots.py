"""Statements past any session: `here` runs them in the one state of the database that is read or changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, cast

from sqlalchemy import CursorResult, Dialect
from sqlalchemy.engine import Connection, Engine

from understory.statements import Outcome, Statement

Result = Outcome | CursorResult[*tuple[Any, ...]]

#: Runs a statement with what is bound.
Runner = Callable[[Statement, Mapping[str, Any]], Result]

_here: ContextVar[Runner | None] = ContextVar("here", default=None)


def here() -> Runner | None:
    """What runs the statements of this context; None where its session does."""
    return _here.get()


@contextmanager
def snapshot(engine: Engine) -> Iterator[None]:
    """Have `read` give one state of the database, without a session or an application around it."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as pooled, snapshot_on(pooled.driver_connection, engine.dialect):
            yield
        return
    with engine.connect() as connection, running_on(connection):
        yield


@contextmanager
def snapshot_on(driver: Any, dialect: Dialect) -> Iterator[None]:
    """The same on a connection to SQLite that is there already."""
    driver.execute("BEGIN")
    try:
        with running_by(lambda query, bound: query.on(driver, dialect, bound)):
            yield
    finally:
        driver.execute("ROLLBACK")


@contextmanager
def running_on(connection: Connection) -> Iterator[None]:
    """Have `read` and `run` use a connection, which is in a transaction."""
    dialect, driver = connection.dialect, cast("Any", connection.connection.driver_connection)
    if dialect.name == "sqlite":
        with running_by(lambda statement, bound: statement.on(driver, dialect, bound)):
            yield
    else:
        with running_by(partial(through_sqlalchemy, connection)):
            yield


@contextmanager
def running_by(runner: Runner) -> Iterator[None]:
    """Have `read` and `run` use a runner, whose connection is in a transaction."""
    token = _here.set(runner)
    try:
        yield
    finally:
        _here.reset(token)


def through_sqlalchemy(connection: Connection, statement: Statement, bound: Mapping[str, Any]) -> Any:
    return connection.execute(statement.built, dict(bound))
