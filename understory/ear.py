"""Hears whether anything was committed, by whatever process, at the price of a few microseconds a question.

SQLite tells a connection by PRAGMA data_version that another one has committed (sqlite.org/pragma.html). The
connection here only ever reads, so each commit of anybody gives a number that was not there before.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Flask
from sqlalchemy import Select

from understory.db import db

#: Numbers of two connections mean nothing to each other: each connection has a range of its own.
_RANGE = 2**32


class Ear:
    """Asks the database of an application. Belongs to one thread; opens its connection at the first question."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._dialect = db.engine.dialect
            self._path = db.engine.url.database
        self._connections = 0
        self._connection: sqlite3.Connection | None = None

    def mark(self) -> int | None:
        """A number that is another one after each commit; None when the database cannot be asked."""
        heard = self._ask("PRAGMA data_version", ())
        return None if heard is None else self._connections * _RANGE + heard

    def worded(self, query: Select[Any]) -> str:
        """A query with one bound value in the words of this database, for `value`."""
        return str(query.compile(dialect=self._dialect))

    def value(self, query: str, bound: int) -> int | None:
        """The one number that a query gives; None for none, or when the database cannot be asked."""
        return self._ask(query, (bound,))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, query: str, bound: tuple[int, ...]) -> int | None:
        try:
            if self._connection is None:
                self._connections += 1
                self._connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=0)
            row: tuple[int] | None = self._connection.execute(query, bound).fetchone()
        except sqlite3.Error:
            self.close()
            return None
        return row[0] if row else None
