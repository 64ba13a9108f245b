"""Hears whether anything was committed, by whatever process and on whatever host: what pages in memory stand on.

An ear belongs to the event loop of one process. What it hears is never older than the question.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from flask import Flask
from sqlalchemy import ColumnElement, Select

from understory.db import db, engine_for_readers

#: Builds the query for the version of a topic, which is the id that it is given.
VersionOf = Callable[[ColumnElement[int]], Select[int]]


class Heard(Protocol):
    """What the database said."""

    def mark(self) -> int | None:
        """A number that is another one after each commit; None when the database could not be asked."""

    def version_of(self, topic: int) -> int | None:
        """The version of a topic that was asked about; None where readers cannot see it."""


class Ear(Protocol):
    """One database, asked by one process; `at_once` where it answers without being waited for."""

    @property
    def at_once(self) -> Heard | None: ...

    async def hear(self, *topics: int | None) -> Heard:
        """Ask the database now, about these topics too; None stands for no topic."""

    def changes(self) -> AsyncIterator[frozenset[int] | None]:
        """The topics that changed, each time some did; None says that any may have."""

    def tell(self, changed: frozenset[int]) -> None:
        """Pass on what this process committed to whom the database does not tell by itself. From any thread."""

    def close(self) -> None: ...


def of(app: Flask, version: VersionOf) -> Ear:
    """An ear at the database of an application; it opens its connections when they are needed first."""
    with app.app_context():
        engine, asked = db.engine, engine_for_readers(app)
    if engine.dialect.name == "sqlite":
        from understory.ears.sqlite import SQLiteEar  # noqa: PLC0415  # only the one that is needed

        return SQLiteEar(engine, version)
    from understory.ears.postgresql import PostgreSQLEar  # noqa: PLC0415  # its driver is needed by nobody else

    return PostgreSQLEar(engine, asked, version)
