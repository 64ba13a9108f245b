"""Gives the pages that are kept in memory, over HTTP: which requests they answer, and how."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from flask import Flask

from understory import compression, settings
from understory.answers import Answer
from understory.bridge import Bridge, environ_of
from understory.db import db, engine_for_readers, snapshot
from understory.ears import Ear, VersionOf
from understory.errors import AWAY_SECONDS, DATABASE_FAULTS
from understory.exchange import Exchange, Request
from understory.glimpse import glimpse
from understory.page import Page
from understory.pages import Key, Pages
from understory.security import SESSION_COOKIE
from understory.settings import Settings

_SESSION = f"{SESSION_COOKIE}="
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE")


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


@dataclass
class Offers:
    """Addresses whose answers may be kept, who makes them without Flask, and what gives the version of a topic."""

    paths: list[str] = field(default_factory=list)
    makers: list[tuple[re.Pattern[str], Make]] = field(default_factory=list)
    version: VersionOf | None = None


def keep(app: Flask, path: str, version: VersionOf | None = None, make: Make | None = None) -> None:
    """Keep the answers to GETs of a path, a regular expression, that their views call shared.

    `version` builds the query for the version that a topic is at now. `make` gives what the view
    would give, in a snapshot of the database.
    """
    offers: Offers = app.extensions.setdefault(__name__, Offers())
    offers.paths.append(path)
    if make is not None:
        offers.makers.append((re.compile(path), make))
    offers.version = offers.version if version is None else version


def version_query(app: Flask) -> VersionOf:
    """What gives the version of a topic on this site."""
    offers: Offers = app.extensions[__name__]
    if offers.version is None:
        raise RuntimeError("no feature says which version its pages are at")
    return offers.version


class HotPages:
    """Answers what it can from memory, and has the rest of the kept addresses rendered once for all who wait."""

    def __init__(self, app: Flask, bridge: Bridge, ear: Ear) -> None:
        offers: Offers = app.extensions[__name__]
        chosen = settings.of(app)
        self._bridge = bridge
        self._shortcut = Shortcut(app, chosen)
        self._has_one_origin = bool(chosen.base_url)
        self._is_behind = bool(chosen.trusted_proxies.hops or chosen.trusted_proxies.networks)
        self._paths = re.compile("|".join(f"(?:{path})" for path in offers.paths))
        self.pages = Pages(ear, chosen.page_cache * 2**20)
        #: Pages given from memory.
        self.given = 0

    def glance(self, data: bytes) -> tuple[int, bytes] | None:
        """The answer, from after its date on, to a reader who asks for a page that is here and good.

        `data` is what came in one piece. None where it is anything else than such a question, whole and plain.
        """
        asked = glimpse(data)
        if asked is None or _SESSION in asked.cookie:
            return None
        page = self.pages.at_once(self._key(asked.path, asked.query, asked.host, asked.forwarded))
        if page is None:
            return None
        self.given += 1
        if asked.known is not None and page.tag in asked.known:
            return 304, page.unchanged_wire
        return 200, page.wire(compression.accepted(asked.codings))

    def _key(self, path: str, query: str, host: str | None, forwarded: tuple[str | None, str | None]) -> Key:
        """Pages name their own address: without a fixed one, each name by which the site is reached has its own."""
        # What proxies say of it counts only where some are trusted to say it.
        return path, query, None if self._has_one_origin else host, forwarded if self._is_behind else None

    async def answer(self, request: Request, exchange: Exchange) -> bool:
        """True when the request was answered; one with a session, or for another address, is not for here."""
        header = request.headers.get
        if header("cookie") is not None and any(_SESSION in cookies for cookies in request.headers.get_all("cookie")):
            return False
        key = self._key(
            request.path,
            request.query_string,
            header("host"),
            (header("x-forwarded-host"), header("x-forwarded-proto")),
        )
        page = await self.pages.find(key)
        if page is None:
            if request.method != "GET" or self._paths.fullmatch(request.path) is None:
                return False
            made = await self.pages.make(key, lambda: self._render(request))
            if isinstance(made, Answer):
                exchange.answer(made.status, made.headers, made.body)
                return True
            page = made
        else:
            self.given += 1
        _give(page, request, exchange)
        return True

    async def _render(self, request: Request) -> Answer:
        """Without conditions: whether the page is wanted is decided for each who waits for it."""
        if (make := self._shortcut.of(request)) is not None:
            answer = await self._bridge.read(make)
            if answer is not None:
                return answer
        environ = environ_of(request)
        for name in _CONDITIONS:
            environ.pop(name, None)
        return await self._bridge.answer(environ)


class Shortcut:
    """Finds who makes the answer to a plain request without Flask."""

    def __init__(self, app: Flask, chosen: Settings) -> None:
        offers: Offers = app.extensions[__name__]
        with app.app_context():
            self._engine, self._primary = engine_for_readers(app), db.engine
        self._away_until = 0.0
        self._makers = offers.makers
        self._site = chosen.base_url
        # Behind proxies the address is what they say it is, and that is for Flask to find out.
        self._takes_host = not (chosen.trusted_proxies.hops or chosen.trusted_proxies.networks)

    def of(self, request: Request) -> Callable[[], Answer | None] | None:
        """What makes the answer; None when nothing does, or the request is not plain."""
        site = self._site or self._site_of(request)
        if not site or _PLAIN_QUERY.fullmatch(request.query_string) is None:
            return None
        for pattern, make in self._makers:
            if pattern.fullmatch(request.path) is not None:
                return partial(self._made, make, Asking(request.path, first_values(request.query_string), site))
        return None

    def _made(self, make: Make, asking: Asking) -> Answer | None:
        if self._engine is not self._primary and time.monotonic() >= self._away_until:
            try:
                with snapshot(self._engine):
                    return make(asking)
            except DATABASE_FAULTS as error:
                said = " ".join(str(getattr(error, "orig", error)).split())
                _logger.error("the replica cannot be read, the database is for now: %s", said)
                self._away_until = time.monotonic() + AWAY_SECONDS
        with snapshot(self._primary):
            return make(asking)

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


def _give(page: Page, request: Request, exchange: Exchange) -> None:
    header = request.headers.get
    known = header("if-none-match")
    if known is not None and page.tag in known:
        exchange.answer(304, page.unchanged)
        return
    headers, body = page.in_coding(compression.accepted(header("accept-encoding") or ""))
    exchange.answer(200, headers, b"" if request.method == "HEAD" else body)
