"""The database: one session a request, and `transaction()`, the only commit beside that of together.py."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as SignallingSession
from sqlalchemy import Dialect, MetaData, Select, UpdateBase, create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

from understory import engines, settings
from understory.bell import Ringing
from understory.engines import Turn, taking_turn, turn
from understory.errors import DATABASE_FAULTS, Unavailable
from understory.moments import UTCDateTime
from understory.snapshots import Result, here, running_on, through_sqlalchemy
from understory.statements import AnyRow, Statement, built_once

__all__ = [
    "AnyRow",
    "Model",
    "Statement",
    "UTCDateTime",
    "built_once",
    "db",
    "plain_transaction",
    "read",
    "run",
    "transaction",
]


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
    if here() is not None:
        raise RuntimeError("a session was asked for within a transaction that has none")
    session = db.session()
    if (outer := turn.get()) is not None:
        if outer is Turn.SHARED and mine is Turn.ALONE:
            raise RuntimeError("an act that has to be alone was begun among others")
        yield session
        return
    _end_reading()
    with _committing(db.engine, mine):
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def plain_transaction(mine: Turn) -> Iterator[None]:
    """As `transaction`, and quicker, for a block that has no session: it may `read` and `run` what is built once."""
    if turn.get() is not None and here() is not None:
        yield
        return
    if turn.get() is not None:
        with transaction(mine):
            yield
        return
    _end_reading()
    with _committing(db.engine, mine), db.engine.begin() as connection, running_on(connection):
        yield


def _end_reading() -> None:
    """Give back what the session reads on. A connection that died meanwhile fails to say goodbye, and is gone then."""
    with suppress(*DATABASE_FAULTS):
        db.session.rollback()


def _close(_error: BaseException | None) -> None:
    """As Flask-SQLAlchemy does, after us, at the end of a request: where an error would be too late for a page."""
    if db.session.registry.has():
        with suppress(*DATABASE_FAULTS):
            db.session.close()


@contextmanager
def _committing(engine: Engine, mine: Turn) -> Iterator[None]:
    """Take turns, ring when all went well, and say it where the database did not take it."""
    with Ringing() as bell:
        with taking_turn(engine, mine):
            try:
                yield
            except DATABASE_FAULTS as error:
                _logger.error("the database did not take a transaction: %s", getattr(error, "orig", error))
                raise Unavailable from error
        bell.ring()


def read(query: Query, **bound: Any) -> Result:
    """Run a query past the ORM, which sees all that the transaction around it did.

    On the way of every reader, queries are built once and kept: that costs most.
    """
    if (runner := here()) is not None and isinstance(query, Statement):
        return runner(query, bound)
    session = db.session()
    if turn.get():
        session.flush()
    return cast("Result", _execute(session, query, bound))


def run(statement: Statement | UpdateBase, **bound: Any) -> Result:
    """Run an INSERT, UPDATE or DELETE past the ORM, built once like a query, after what the session still holds.

    A name that is a column's sets that column: what an UPDATE compares and adds is bound under other names.
    """
    if (runner := here()) is not None and isinstance(statement, Statement):
        return runner(statement, bound)
    session = db.session()
    session.flush()
    return cast("Result", _execute(session, statement, bound))


def _execute(session: Session, statement: Any, bound: dict[str, Any]) -> Any:
    if turn.get() and here() is not None:
        raise RuntimeError("a statement that is not built once was run within a transaction that has no session")
    if not isinstance(statement, Statement):
        return session.connection().execute(statement, bound)
    found = session.info.get(_DRIVER) or _driver_of(session)
    if found is None:
        return through_sqlalchemy(session.connection(), statement, bound)
    driver, dialect = found
    return statement.on(driver, dialect, bound)


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
    app.teardown_appcontext(_close)
    if replica := settings.of(app).replica_url:
        app.extensions[_READERS] = create_engine(replica, **engines.options(replica))
        engines.set_up(app.extensions[_READERS], has_company=False)
    with app.app_context():
        engines.set_up(db.engine, has_company=settings.of(app).workers > 1)
    # A batch is how SQLite alters a table: it copies it. PostgreSQL is left to its own ALTER.
    migrate.init_app(
        app, db, directory=f"{app.root_path}/understory/migrations", render_as_batch=True, include_object=is_modelled
    )
