"""Gives the pages that are kept in memory, over HTTP: which requests they answer, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import Select

from understory import compression, settings
from understory.bridge import Bridge, environ_of
from understory.ear import Ear
from understory.pages import Answer, Key, Page, Pages
from understory.rsgi import HTTPProtocol, Scope
from understory.security import SESSION_COOKIE

_SESSION = f"{SESSION_COOKIE}="
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE")


@dataclass
class Offers:
    """Addresses whose answers may be kept, and what gives the version of a topic."""

    paths: list[str] = field(default_factory=list)
    version: Select[Any] | None = None


def keep(app: Flask, path: str, version: Select[Any] | None = None) -> None:
    """Keep the answers to GETs of a path, a regular expression, that their views call shared.

    `version`, a query with one bound value, gives the version that a topic is at now.
    """
    offers: Offers = app.extensions.setdefault(__name__, Offers())
    offers.paths.append(path)
    offers.version = offers.version if version is None else version


class HotPages:
    """Answers what it can from memory, and has the rest of the kept addresses rendered once for all who wait."""

    def __init__(self, app: Flask, bridge: Bridge, ear: Ear) -> None:
        offers: Offers = app.extensions[__name__]
        chosen = settings.of(app)
        self._bridge = bridge
        self._ear = ear
        self._has_one_origin = bool(chosen.base_url)
        self._paths = re.compile("|".join(f"(?:{path})" for path in offers.paths))
        self._version = ear.worded(offers.version) if offers.version is not None else ""
        self._is_on = chosen.page_cache > 0
        self.pages = Pages(ear, self.version_of, chosen.page_cache * 2**20)

    def version_of(self, topic: int) -> int | None:
        """The version that a topic is at now; None when readers cannot see it."""
        return self._ear.value(self._version, topic)

    async def answer(self, scope: Scope, protocol: HTTPProtocol) -> bool:
        """True when the request was answered; one with a session, or for another address, is not for here."""
        header = scope.headers.get
        if header("cookie") is not None and any(_SESSION in cookies for cookies in scope.headers.get_all("cookie")):
            return False
        # Pages name their own address: without a fixed one, each name by which the site is reached has its own.
        origin = None if self._has_one_origin else (scope.scheme, header("host"), header("x-forwarded-host"))
        key: Key = (scope.path, scope.query_string, origin, header("x-forwarded-proto"))
        page = self.pages.find(key)
        if page is None:
            if not self._is_on or scope.method != "GET" or self._paths.fullmatch(scope.path) is None:
                return False
            made = await self.pages.make(key, lambda: self._render(scope))
            if isinstance(made, Answer):
                protocol.response_bytes(made.status, made.headers, made.body)
                return True
            page = made
        _give(page, scope, protocol)
        return True

    async def _render(self, scope: Scope) -> Answer:
        """Without conditions: whether the page is wanted is decided for each who waits for it."""
        environ = environ_of(scope)
        for name in _CONDITIONS:
            environ.pop(name, None)
        return await self._bridge.answer(environ)


def _give(page: Page, scope: Scope, protocol: HTTPProtocol) -> None:
    header = scope.headers.get
    known = header("if-none-match")
    if known is not None and page.tag in known:
        protocol.response_empty(304, page.unchanged)
        return
    headers, body = page.in_coding(compression.accepted(header("accept-encoding") or ""))
    if scope.method == "HEAD":
        protocol.response_empty(200, headers)
    else:
        protocol.response_bytes(200, headers, body)
