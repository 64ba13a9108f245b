"""Has plain requests answered without Flask, from one state of the database: in the event loop, where that is quickest.

A page takes less than a millisecond on SQLite, and Python does one thing at a time: handed to a thread it takes a fifth
longer, because two threads then take turns at the interpreter. What would have to wait is left to a thread.
"""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy.pool import PoolProxiedConnection

from understory.answers import Answer
from understory.db import db, engine_for_readers
from understory.errors import AWAY_SECONDS, DATABASE_FAULTS
from understory.exchange import Request
from understory.settings import Settings
from understory.snapshots import snapshot, snapshot_on

_logger = logging.getLogger(__name__)

#: What can be asked for without a request being made of it: everything else is Flask's to read.
_PLAIN_QUERY = re.compile(r"[A-Za-z0-9_=&.-]*")
_PLAIN_HOST = re.compile(r"[a-z0-9.-]+(?::[0-9]+)?(?<!:80)(?<!:443)")


@dataclass(frozen=True)
class Asking:
    """A plain GET of a reader without a session; `site` is the address by which this site was asked."""

    path: str
    query: Mapping[str, str]
    site: str


#: Makes an answer without Flask; None when its view has to answer.
Make = Callable[[Asking], Answer | None]


#: What makes the answer to one request, within a snapshot.
Making = Callable[[], Answer | None]


class Waiting(Exception):
    """Whoever reads now has to wait for the database."""


class Shortcut:
    """Finds who makes the answer to a plain request without Flask, and has it made."""

    def __init__(self, app: Flask, chosen: Settings, makers: Sequence[tuple[re.Pattern[str], Make]]) -> None:
        with app.app_context():
            self._engine, self._primary = engine_for_readers(app), db.engine
        self._away_until = 0.0
        self._own: PoolProxiedConnection | None = None
        self._makers = makers
        self._site = chosen.base_url
        # Behind proxies the address is what they say it is, and that is for Flask to find out.
        self._takes_host = not (chosen.trusted_proxies.hops or chosen.trusted_proxies.networks)

    def of(self, request: Request) -> Making | None:
        """What makes the answer; None when nothing does, or the request is not plain."""
        site = self._site or self._site_of(request)
        if not site or _PLAIN_QUERY.fullmatch(request.query_string) is None:
            return None
        for pattern, make in self._makers:
            if pattern.fullmatch(request.path) is not None:
                return partial(make, Asking(request.path, first_values(request.query_string), site))
        return None

    def at_once(self, making: Making) -> Answer | None:
        """The answer, without ever waiting. Raises Waiting where that cannot be, as with every other database."""
        if self._primary.dialect.name != "sqlite":
            raise Waiting
        try:
            if self._own is None:
                self._own = self._primary.raw_connection()
                self._driver.execute("PRAGMA busy_timeout=0")
            with snapshot_on(self._driver, self._primary.dialect):
                return making()
        except (sqlite3.Error, *DATABASE_FAULTS) as error:
            self.close()
            raise Waiting from error

    def in_time(self, making: Making) -> Answer | None:
        """The answer, in a thread that may wait."""
        if self._engine is not self._primary and time.monotonic() >= self._away_until:
            try:
                with snapshot(self._engine):
                    return making()
            except DATABASE_FAULTS as error:
                said = " ".join(str(getattr(error, "orig", error)).split())
                _logger.error("the replica cannot be read, the database is for now: %s", said)
                self._away_until = time.monotonic() + AWAY_SECONDS
        with snapshot(self._primary):
            return making()

    def close(self) -> None:
        if self._own is not None:
            # Others from the pool wait for locks.
            self._own.invalidate()
            self._own = None

    @property
    def _driver(self) -> Any:
        return None if self._own is None else self._own.driver_connection

    def _site_of(self, request: Request) -> str:
        host = request.headers.get("host") or ""
        is_plain = self._takes_host and _PLAIN_HOST.fullmatch(host) is not None and "xn--" not in host
        return f"{request.scheme}://{host}" if is_plain else ""


def first_values(query_string: str) -> Mapping[str, str]:
    """The first value of each name, as Flask gives it."""
    query: dict[str, str] = {}
    for part in query_string.split("&"):
        name, _, value = part.partition("=")
        if part:
            query.setdefault(name, value)
    return query
