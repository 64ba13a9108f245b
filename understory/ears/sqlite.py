"""An ear at an SQLite file, for less than a microsecond a question.

The index of its log, which all processes share in memory, tells whether anybody has committed. Where that is not to be
seen, SQLite tells it a connection by PRAGMA data_version (sqlite.org/pragma.html), for the price of two locks. The
connection here only ever reads, so each commit of anybody gives a number that was not there before.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator

from sqlalchemy import bindparam
from sqlalchemy.engine import Engine

from understory.ears import VersionOf
from understory.ears.wal_index import WalIndex
from understory.engines import read_only

#: How soon open pages hear of what another process wrote, in seconds.
OTHERS_SECONDS = 0.25

#: Numbers of two connections mean nothing to each other: each connection has a range of its own.
_RANGE = 2**32


class SQLiteEar:
    """Asks the file itself, so that it is its own answer: what it says is asked the moment it is wanted."""

    def __init__(self, engine: Engine, version: VersionOf) -> None:
        self._path = engine.url.database or ""
        self._version = str(version(bindparam("topic")).compile(dialect=engine.dialect))
        self.at_once = self
        self._connections = 0
        self._connection: sqlite3.Connection | None = None
        self._index: WalIndex | None = None
        self._state = b""
        self._number = 0

    async def hear(self, *_topics: int | None) -> SQLiteEar:
        return self

    def mark(self) -> int | None:
        if self._index is not None:
            state = self._index.state
            if state != self._state:
                self._state = state
                self._number += 1
            return self._number
        heard = self._ask("PRAGMA data_version", ())
        if heard is None:
            return None
        self._number = self._connections * _RANGE + heard
        self._index = WalIndex.of(self._path)
        return self._number

    def version_of(self, topic: int) -> int | None:
        return self._ask(self._version, (topic,))

    async def changes(self) -> AsyncIterator[None]:
        heard: int | None = None
        while True:
            await asyncio.sleep(OTHERS_SECONDS)
            mark = self.mark()
            if mark is not None and mark != heard:
                heard = mark
                yield None

    def tell(self, changed: frozenset[int]) -> None:
        """Nobody has to be told: every process sees the file."""

    def close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index, self._state = None, b""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, query: str, bound: tuple[int, ...]) -> int | None:
        try:
            if self._connection is None:
                self._connections += 1
                self._connection = sqlite3.connect(read_only(self._path), uri=True, timeout=0)
            row: tuple[int] | None = self._connection.execute(query, bound).fetchone()
        except sqlite3.Error:
            self.close()
            return None
        return row[0] if row else None
