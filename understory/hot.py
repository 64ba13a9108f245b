"""Gives the pages that are kept in memory, over HTTP: which requests they answer, and how."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from functools import partial

from flask import Flask

from understory import compression, settings
from understory.answers import Answer
from understory.bridge import Bridge, environ_of
from understory.ears import Ear, VersionOf
from understory.exchange import Exchange, Request
from understory.glimpse import glimpse
from understory.page import Page
from understory.pages import Key, Pages
from understory.proxies import believes
from understory.security import SESSION_COOKIE
from understory.shortcut import Make, Shortcut, Waiting

_SESSION = f"{SESSION_COOKIE}="
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE")


_logger = logging.getLogger(__name__)


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
        self._shortcut = Shortcut(app, chosen, offers.makers)
        self._has_one_origin = bool(chosen.base_url)
        self._proxies = chosen.trusted_proxies
        self._is_behind = bool(self._proxies.hops or self._proxies.networks)
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

    def _forwarded(self, request: Request) -> tuple[str | None, str | None]:
        """The name and the scheme by which a proxy was asked, if it may say so; as often as they are said."""
        if not (self._is_behind and believes(self._proxies, request.client)):
            return None, None
        host, scheme = (", ".join(request.headers.get_all(f"x-forwarded-{name}")) for name in ("host", "proto"))
        return host or None, scheme or None

    async def answer(self, request: Request, exchange: Exchange) -> bool:
        """True when the request was answered; one with a session, or for another address, is not for here."""
        header = request.headers.get
        if header("cookie") is not None and any(_SESSION in cookies for cookies in request.headers.get_all("cookie")):
            return False
        key = self._key(request.path, request.query_string, header("host"), self._forwarded(request))
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

    def close(self) -> None:
        self._shortcut.close()

    async def _render(self, request: Request) -> Answer:
        """Without conditions: whether the page is wanted is decided for each who waits for it."""
        if (making := self._shortcut.of(request)) is not None:
            try:
                answer = self._shortcut.at_once(making)
            except Waiting:
                answer = await self._bridge.read(partial(self._shortcut.in_time, making))
            if answer is not None:
                return answer
        environ = environ_of(request)
        for name in _CONDITIONS:
            environ.pop(name, None)
        return await self._bridge.answer(environ)


def _give(page: Page, request: Request, exchange: Exchange) -> None:
    header = request.headers.get
    known = header("if-none-match")
    if known is not None and page.tag in known:
        exchange.answer(304, page.unchanged)
        return
    headers, body = page.in_coding(compression.accepted(header("accept-encoding") or ""))
    exchange.answer(200, headers, b"" if request.method == "HEAD" else body)
