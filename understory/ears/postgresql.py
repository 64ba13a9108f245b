"""An ear at a PostgreSQL server: asked once for all who ask at the same moment, and told of changes by NOTIFY.

A notification may come later than the answer to who wrote, so a page in memory never stands on one: it is given
when a question that was asked after the reader's arrival says that it still holds. Notifications wake the open
pages of other processes. They are sent after the commit, because NOTIFY within a transaction makes all that
write take turns for the whole of their commits (src/backend/commands/async.c); one that is lost with its process
is made up for by a look every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Integer, Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Engine

from understory.ears import VersionOf
from understory.engines import parameters

#: How often a lost connection is tried again, and how often open pages are compared meanwhile, in seconds.
RETRY_SECONDS = 0.25

#: How often open pages are compared although nothing was heard, in seconds.
LOOK_SECONDS = 2.0

#: How long a question may take before the server counts as away, in seconds.
ANSWER_SECONDS = 2.0

#: Topics that one notification names; a payload has room for 8000 bytes.
MOST_NAMED = 500

CHANNEL = "understory"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answered:
    """What one question gave."""

    number: int | None
    versions: dict[int, int | None]

    def mark(self) -> int | None:
        return self.number

    def version_of(self, topic: int) -> int | None:
        return self.versions.get(topic)


DEAF = Answered(None, {})


@dataclass
class _Question:
    """What will be asked next, and everybody who waits for it."""

    answer: asyncio.Future[Answered]
    topics: set[int] = field(default_factory=set)


class PostgreSQLEar:
    """Has one connection for questions, to the `asked` server that pages are read from, and one that listens.

    A replica neither listens nor notifies: that the database itself does.
    """

    def __init__(self, engine: Engine, asked: Engine, version: VersionOf) -> None:
        #: Asking goes over a wire.
        self.at_once = None
        self._parameters, self._asked_parameters = parameters(engine.url), parameters(asked.url)
        self._teller: psycopg.AsyncConnection | None = None
        self._query = _question(version).compile(dialect=engine.dialect).string
        self._connection: psycopg.AsyncConnection | None = None
        self._asks_a_replica = self._asked_parameters != self._parameters
        #: What a replica had replayed, and the snapshot of the answer.
        self._seen = "", ""
        self._number = 0
        self._next: _Question | None = None
        self._to_tell: set[int] = set()
        self._work: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._deaf_until = 0.0

    async def hear(self, *topics: int | None) -> Answered:
        self._loop = asyncio.get_running_loop()
        if self._loop.time() < self._deaf_until:
            return DEAF
        if self._next is None:
            self._next = _Question(self._loop.create_future())
        question = self._next
        question.topics |= {topic for topic in topics if topic is not None}
        self._go_on()
        # Whoever goes away leaves the others their answer.
        return await asyncio.shield(question.answer)

    async def changes(self) -> AsyncIterator[frozenset[int] | None]:
        self._loop = asyncio.get_running_loop()
        while True:
            try:
                async with await _connected(self._parameters) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    # What was committed while nobody listened.
                    yield None
                    while True:
                        async for notice in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                            yield _named(notice.payload)
                            break
                        else:
                            yield None
            except (psycopg.Error, OSError) as error:
                _logger.warning("the database tells no changes: %s; open pages are compared instead", _of(error))
            yield None
            await asyncio.sleep(RETRY_SECONDS)

    def tell(self, changed: frozenset[int]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._tell, changed)

    def close(self) -> None:
        if self._work is not None:
            self._work.cancel()
        self._hang_up()

    def _tell(self, changed: frozenset[int]) -> None:
        self._to_tell |= changed
        self._go_on()

    def _go_on(self) -> None:
        if self._work is None or self._work.done():
            self._work = asyncio.get_running_loop().create_task(self._ask_on())

    async def _ask_on(self) -> None:
        """One question after the other; what is asked while one is on its way goes into the next."""
        while self._next is not None or self._to_tell:
            question, self._next = self._next, None
            changed, self._to_tell = self._to_tell, set()
            answer = DEAF
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    answer = await self._ask(question.topics if question else set(), changed)
            except (psycopg.Error, OSError, TimeoutError) as error:
                _logger.warning("the database cannot be asked: %s", _of(error))
                self._deaf_until = asyncio.get_running_loop().time() + RETRY_SECONDS
                self._hang_up()
            finally:
                if question is not None and not question.answer.done():
                    question.answer.set_result(answer)

    def _hang_up(self) -> None:
        for connection in (self._connection, self._teller):
            if connection is not None:
                connection.pgconn.finish()
        self._connection = self._teller = None

    async def _notify(self, changed: Collection[int]) -> None:
        if self._teller is None:
            self._teller = await _connected(self._parameters)
        payload = " ".join(map(str, changed)) if len(changed) <= MOST_NAMED else ""
        await self._teller.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))

    async def _ask(self, topics: set[int], changed: Collection[int]) -> Answered:
        if changed:
            await self._notify(changed)
        if self._connection is None:
            self._connection = await _connected(self._asked_parameters)
        replayed = ""
        if self._asks_a_replica:
            # Asked for first: what is seen below is no older. A replica's snapshot tells of no transaction that was
            # begun before, so that one which ends leaves it as it was.
            row = await (await self._connection.execute("SELECT pg_last_wal_replay_lsn()::text")).fetchone()
            replayed = (row[0] if row else None) or ""
        asked = list(topics)
        row = await (await self._connection.execute(self._query, {"topics": asked})).fetchone()
        if row is None:
            return DEAF
        if (replayed, row[0]) != self._seen:
            self._seen = replayed, row[0]
            self._number += 1
        return Answered(self._number, dict(zip(asked, row[1], strict=True)))


async def _connected(parameters: Mapping[str, Any]) -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(autocommit=True, **parameters)


def _question(version: VersionOf) -> Select[*tuple[Any, ...]]:
    """The moment, and the version of each of the `topics`, in their order.

    A snapshot's text is another one after each commit: it names all that were not committed yet.
    """
    topics = func.unnest(bindparam("topics", type_=ARRAY(Integer)))
    asked = topics.table_valued("topic", with_ordinality="place", name="asked").render_derived()
    version_of_each = select(version(asked.c.topic).scalar_subquery()).select_from(asked).order_by(asked.c.place)
    return select(cast(func.pg_current_snapshot(), Text), func.array(version_of_each.scalar_subquery()))


def _named(payload: str) -> frozenset[int] | None:
    """None also for what somebody else has notified of on this channel."""
    with suppress(ValueError):
        return frozenset(map(int, payload.split())) or None
    return None


def _of(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
