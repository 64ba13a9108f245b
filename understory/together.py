"""Commits what several requests write at the same moment in one transaction, so that all wait for the disk once.

This is for SQLite, and happens in the event loop: an act's statements take less time than to hand them to a thread,
where they would fight the loop for Python's lock. Only what may wait goes to a thread: for others who write, and for
the disk. Meanwhile the loop reads what is asked next, which is committed next, again together.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Flask
from sqlalchemy.pool import PoolProxiedConnection

from understory.bell import Ringing
from understory.db import db
from understory.engines import WAIT_MS, Turn, give_turn, take_turn, turn
from understory.errors import DATABASE_FAULTS, Unavailable
from understory.snapshots import running_by

#: Acts of one transaction at most: nobody else writes, and the loop does nothing else, while their statements run.
MOST = 64

Done = TypeVar("Done")

_FAULTS = (sqlite3.Error, *DATABASE_FAULTS)

_logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Asked:
    """An act, what it gave or raised, and who waits to be told."""

    act: Callable[[], Any]
    told: asyncio.Future[Any]
    given: Any = None
    raised: Exception | None = None

    def tell(self, *, is_stored: bool) -> None:
        error = self.raised if is_stored else Unavailable()
        if self.told.done():
            return
        if error is None:
            self.told.set_result(self.given)
        else:
            self.told.set_exception(error)


def can_commit_together(app: Flask) -> bool:
    """Whether the site's database is one whose writers take turns anyway."""
    with app.app_context():
        return db.engine.dialect.name == "sqlite"


class Together:
    """Does acts of one process. Belongs to one event loop."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        with app.app_context():
            self._engine = db.engine
        self._asked: list[_Asked] = []
        self._work: asyncio.Task[None] | None = None
        self._pooled: PoolProxiedConnection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk")

    async def do(self, act: Callable[[], Done]) -> Done:
        """What an act gives, once that is committed; the act may `read` and `run`, and must not wait for anything.

        Raises what the act raises, of which nothing is stored then, and Unavailable.
        """
        loop = asyncio.get_running_loop()
        one = _Asked(act, loop.create_future())
        self._asked.append(one)
        if self._work is None or self._work.done():
            # In a context of its own: in the caller's, everybody's acts would be done within its request.
            self._work = loop.create_task(self._work_on(), context=Context())
        return cast("Done", await one.told)

    def close(self) -> None:
        self._thread.shutdown()
        if self._pooled is not None:
            # Others from the pool wait for locks.
            self._pooled.invalidate()
            self._pooled = None

    async def _work_on(self) -> None:
        loop = asyncio.get_running_loop()
        with self._app.app_context():
            while self._asked:
                has_begun = self._begin(0) or await loop.run_in_executor(self._thread, self._begin, WAIT_MS / 1000)
                # Who asked while others wrote is in time for this one; and who asked in vain has waited long enough.
                most = MOST if has_begun else len(self._asked)
                asked, self._asked = self._asked[:most], self._asked[most:]
                is_stored = False
                try:
                    is_stored = has_begun and await self._transact(asked, loop)
                finally:
                    for one in asked:
                        one.tell(is_stored=is_stored)

    async def _transact(self, asked: Sequence[_Asked], loop: asyncio.AbstractEventLoop) -> bool:
        """Whether what was asked for is committed, each act or why it was not done, and the bell has rung."""
        with Ringing() as bell:
            try:
                driver = self._driver()
                self._act(driver, asked)
                await loop.run_in_executor(self._thread, driver.commit)
            except _FAULTS as error:
                _logger.error("the database did not take a transaction: %s", getattr(error, "orig", error))
                self._let_go()
                return False
            finally:
                give_turn(self._engine)
            bell.ring()
            return True

    def _act(self, driver: Any, asked: Sequence[_Asked]) -> None:
        token = turn.set(Turn.SHARED)
        try:
            with running_by(lambda statement, bound: statement.on(driver, self._engine.dialect, bound)):
                while not all(self._is_done(driver, one) for one in asked if one.raised is None):
                    # What the failed one had changed is undone with all else, which is done anew without it.
                    driver.execute("ROLLBACK")
                    driver.execute("BEGIN IMMEDIATE")
        finally:
            turn.reset(token)

    def _is_done(self, driver: Any, one: _Asked) -> bool:
        """Whether an act is done or has changed nothing. A savepoint for each would cost as much as the act."""
        before = driver.total_changes
        try:
            one.given = one.act()
        except _FAULTS:
            raise
        except Exception as error:  # noqa: BLE001  # it is raised where the act was asked for
            one.raised = error
            return bool(driver.total_changes == before)
        return True

    def _begin(self, seconds: float) -> bool:
        """Whether it is this process's turn now, and a transaction that writes has begun."""
        if not take_turn(self._engine, seconds):
            return False
        try:
            driver = self._driver()
            driver.execute(f"PRAGMA busy_timeout={round(1000 * seconds)}")
            driver.execute("BEGIN IMMEDIATE")
        except _FAULTS as error:
            if seconds:
                _logger.error("the database does not take a transaction: %s", getattr(error, "orig", error))
            self._let_go()
            give_turn(self._engine)
            return False
        return True

    def _driver(self) -> Any:
        if self._pooled is None:
            self._pooled = self._engine.raw_connection()
            driver: Any = self._pooled.driver_connection
            # What undoes a statement would be put into a file, of a new name in each transaction.
            driver.execute("PRAGMA temp_store=MEMORY")
        return self._pooled.driver_connection

    def _let_go(self) -> None:
        """Of the connection, and with it of a transaction that has failed."""
        if self._pooled is not None:
            self._pooled.invalidate()
            self._pooled = None
