"""The database: one session a request, and `transaction()`, the only commit in the program."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as SignallingSession
from sqlalchemy import CursorResult, Dialect, MetaData, Select, UpdateBase, create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

from understory import engines, settings
from understory.bell import Ringing
from understory.engines import Turn, taking_turn, turn
from understory.errors import DATABASE_FAULTS, Unavailable
from understory.moments import UTCDateTime
from understory.statements import AnyRow, Outcome, Statement, built_once

__all__ = ["AnyRow", "Model", "Statement", "UTCDateTime", "built_once", "db", "read", "run", "transaction"]


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

#: Where an application keeps the engine of its replica.
_READERS = "understory.db.readers"

Query = Statement | Select[*tuple[Any, ...]]
Result = Outcome | CursorResult[*tuple[Any, ...]]

#: Runs a statement in the one state of the database that this context reads.
_snapshot: ContextVar[Callable[[Statement, Mapping[str, Any]], Result] | None] = ContextVar("snapshot", default=None)

_logger = logging.getLogger(__name__)


def is_modelled(_object: Any, name: str | None, *_: Any) -> bool:
    """What models and migrations are compared by: an index of words and all that it keeps belong to the database."""
    return re.fullmatch(r"\w+_words(_data|_idx|_docsize|_config)?", name or "") is None


@contextmanager
def transaction(mine: Turn = Turn.ALONE) -> Iterator[Session]:
    """All or nothing: commits when the outermost block ends well, rolls back when it raises.

    With Turn.SHARED others may write at the same time where the database can do that: the block has to lock the
    article before any row of its thread, and to hold no act that wants to be alone.
    Give operations values, not rows read before: what the session held is let go when the block begins, so
    that everything inside sees one state of the database. Raises Unavailable when the database does not take it.
    """
    session = db.session()
    if (outer := turn.get()) is not None:
        if outer is Turn.SHARED and mine is Turn.ALONE:
            raise RuntimeError("an act that has to be alone was begun among others")
        yield session
        return
    session.rollback()
    with Ringing() as bell:
        with taking_turn(session.get_bind(), mine):
            try:
                yield session
                session.commit()
            except DATABASE_FAULTS as error:
                session.rollback()
                _logger.error("the database did not take a transaction: %s", getattr(error, "orig", error))
                raise Unavailable from error
            except BaseException:
                session.rollback()
                raise
        bell.ring()


def read(query: Query, **bound: Any) -> Result:
    """Run a query past the ORM, which sees all that the transaction around it did.

    On the way of every reader, queries are built once and kept: that costs most.
    """
    if (here := _snapshot.get()) is not None and isinstance(query, Statement):
        return here(query, bound)
    session = db.session()
    if turn.get():
        session.flush()
    return cast("Result", _execute(session, query, bound))


@contextmanager
def snapshot(engine: Engine) -> Iterator[None]:
    """Have `read` give one state of the database, without a session or an application around it."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as pooled, snapshot_on(pooled.driver_connection, engine.dialect):
            yield
        return
    with engine.connect() as connection:
        token = _snapshot.set(partial(_through_sqlalchemy, connection))
        try:
            yield
        finally:
            _snapshot.reset(token)


@contextmanager
def snapshot_on(driver: Any, dialect: Dialect) -> Iterator[None]:
    """The same on a connection to SQLite that is there already."""
    driver.execute("BEGIN")
    token = _snapshot.set(lambda query, bound: query.on(driver, dialect, bound))
    try:
        yield
    finally:
        _snapshot.reset(token)
        driver.execute("ROLLBACK")


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
    found = session.info.get(_DRIVER) or _driver_of(session)
    if found is None:
        return _through_sqlalchemy(session.connection(), statement, bound)
    driver, dialect = found
    return statement.on(driver, dialect, bound)


def _through_sqlalchemy(connection: Connection, statement: Statement, bound: Mapping[str, Any]) -> Any:
    return connection.execute(statement.built, dict(bound))


def _driver_of(session: Session) -> tuple[Any, Dialect] | None:
    """The session's own connection below SQLAlchemy, in a transaction; None with another database than SQLite."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return None
    found = session.info[_DRIVER] = connection.connection.driver_connection, connection.dialect
    return found


@event.listens_for(SignallingSession, "after_transaction_end")
def _let_go(session: Session, _transaction: SessionTransaction) -> None:
    session.info.pop(_DRIVER, None)


def engine_for_readers(app: Flask) -> Engine:
    """What pages for readers without a session are read from: the replica, where there is one."""
    chosen = app.extensions.get(_READERS)
    return chosen if isinstance(chosen, Engine) else db.engine


def init_app(app: Flask) -> None:
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engines.options(app.config["SQLALCHEMY_DATABASE_URI"]))
    db.init_app(app)
    if replica := settings.of(app).replica_url:
        app.extensions[_READERS] = create_engine(replica, **engines.options(replica))
        engines.set_up(app.extensions[_READERS], has_company=False)
    with app.app_context():
        engines.set_up(db.engine, has_company=settings.of(app).workers > 1)
    # A batch is how SQLite alters a table: it copies it. PostgreSQL is left to its own ALTER.
    migrate.init_app(
        app, db, directory=f"{app.root_path}/understory/migrations", render_as_batch=True, include_object=is_modelled
    )
