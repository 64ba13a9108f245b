"""Runs statements that are built once straight on SQLite's driver, at a fraction of what SQLAlchemy's way there costs.

SQLAlchemy still words each statement and says how its values go in and come out; what is saved is to ask it anew
at every use. Another database than SQLite is left to SQLAlchemy altogether.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import cache, partial, update_wrapper
from typing import Any, ParamSpec, cast

from sqlalchemy import Dialect, Executable, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Given = ParamSpec("Given")

#: A row, read by the names of its columns.
AnyRow = Row[*tuple[Any, ...]]

Processor = Callable[[Any], Any]


class _Slow:
    """From when on a statement is slow, and who hears of it."""

    seconds: float = math.inf
    tell: Callable[[str, float], None] = staticmethod(lambda _text, _seconds: None)


_slow = _Slow()


def note_slow(seconds: float, tell: Callable[[str, float], None]) -> None:
    """Tell of every statement in this process that takes as long."""
    _slow.seconds, _slow.tell = seconds, tell


class Outcome:
    """What a statement gave, all of it read."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[AnyRow], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def all(self) -> list[AnyRow]:
        return self._rows

    def first(self) -> AnyRow | None:
        return self._rows[0] if self._rows else None

    def scalar(self) -> Any:
        """The first value of the first row; None without one."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """The one value of the one row. Raises ValueError for none or more."""
        [[value]] = self._rows
        return value


class Statement:
    """A statement of SQLAlchemy's, and its wordings by the names that are bound with it."""

    def __init__(self, built: Executable) -> None:
        self.built = built
        self._wordings: dict[tuple[str, ...], _Wording] = {}

    def on(self, connection: sqlite3.Connection, dialect: Dialect, bound: Mapping[str, Any]) -> Outcome:
        """Run it in the transaction that the connection is in. Raises SQLAlchemy's errors."""
        wording = self._wordings.get(names := tuple(bound))
        if wording is None:
            wording = self._wordings[names] = _Wording(self.built, dialect, names)
        return wording.run(connection, bound)


def built_once(build: Callable[Given, Executable]) -> Callable[Given, Statement]:
    """Of a function that builds a statement: one that builds it at the first call with these arguments only."""

    @cache
    def statement(*args: Any, **named: Any) -> Statement:
        return Statement(build(*args, **named))

    return cast("Callable[Given, Statement]", update_wrapper(statement, build))


class _Wording:
    """The text of a statement, and what its values go through on their way in and out."""

    def __init__(self, built: Executable, dialect: Dialect, names: tuple[str, ...]) -> None:
        made = cast("Any", built).compile(dialect=dialect, column_keys=list(names))
        compiled = cast("SQLCompiler", made)
        self._text = str(compiled)
        self._dialect = dialect
        self._fixed: list[Any] = []
        self._given: list[tuple[int, str, Processor | None]] = []
        defaults = {column.key: column.default for column in compiled.insert_prefetch}
        for place, name in enumerate(compiled.positiontup or ()):
            parameter, act = compiled.binds[name], cast("Processor | None", compiled._bind_processors.get(name))
            self._fixed.append(None)
            if parameter.key in names:
                self._given.append((place, parameter.key, act))
            else:
                default = defaults.get(parameter.key)
                value = parameter.effective_value if default is None else cast("Any", default).arg
                self._fixed[place] = act(value) if act else value
        columns = compiled._result_columns
        row = namedtuple("Row", [column.keyname for column in columns]) if columns else None
        self._make = cast("Callable[[Any], Any] | None", row and partial(tuple.__new__, row))
        processors = [column.type._cached_result_processor(dialect, None) for column in columns]
        self._reading = [(place, act) for place, act in enumerate(processors) if act is not None]

    def run(self, connection: sqlite3.Connection, bound: Mapping[str, Any]) -> Outcome:
        values = self._fixed.copy()
        for place, name, act in self._given:
            value = bound[name]
            values[place] = value if act is None else act(value)
        began = time.perf_counter()
        try:
            cursor = connection.execute(self._text, values)
            found = cursor.fetchall() if self._make else []
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                self._text, values, error, sqlite3.Error, hide_parameters=True, dialect=self._dialect
            ) from error
        if (seconds := time.perf_counter() - began) >= _slow.seconds:
            _slow.tell(self._text, seconds)
        return Outcome(self._rows(found), cursor.rowcount)

    def _rows(self, found: list[tuple[Any, ...]]) -> list[AnyRow]:
        if self._make is None:
            return []
        rows = []
        for row in found:
            values = list(row)
            for place, act in self._reading:
                if values[place] is not None:
                    values[place] = act(values[place])
            rows.append(self._make(values))
        return rows
