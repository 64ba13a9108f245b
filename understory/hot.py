"""Gives the pages that are kept in memory, over HTTP: which requests they answer, and how."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import Select

from understory import compression, settings
from understory.bridge import Bridge, Receive, Scope, Send
from understory.ear import Ear
from understory.pages import Answer, Key, Page, Pages
from understory.security import SESSION_COOKIE

_SESSION = f"{SESSION_COOKIE}=".encode()
_CONDITIONS = frozenset({b"if-none-match", b"if-modified-since", b"range", b"if-range"})


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
        with app.app_context():
            chosen = settings.current()
        self._bridge = bridge
        self._has_one_origin = bool(chosen.base_url)
        self._paths = re.compile("|".join(f"(?:{path})" for path in offers.paths))
        query = None if offers.version is None else ear.worded(offers.version)
        self.version_of: Callable[[int], int | None] = lambda topic: query and ear.value(query, topic)
        self.pages = Pages(ear, self.version_of, chosen.page_cache * 2**20)
        self._is_on = chosen.page_cache > 0

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """True when the request was answered; one with a session, or for another address, is not for here."""
        coding_header = asked_etag = host = b""
        forwarded: tuple[object, ...] = ()
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                coding_header = value
            elif name == b"host":
                host = value
            elif name == b"if-none-match":
                asked_etag = value
            elif name == b"cookie":
                if _SESSION in value:
                    return False
            elif name.startswith(b"x-forwarded-"):
                forwarded += (name, value)
        # Pages name their own address: without a fixed one, each name by which the site is reached has its own.
        origin = () if self._has_one_origin else (scope["scheme"], host, forwarded)
        key: Key = (scope["path"], scope["query_string"], origin)
        page = self.pages.find(key)
        if page is None:
            if not self._is_on or scope["method"] != "GET" or self._paths.fullmatch(scope["path"]) is None:
                return False
            made = await self.pages.make(key, lambda: self._render(scope, receive))
            if isinstance(made, Answer):
                await send({"type": "http.response.start", "status": made.status, "headers": made.headers})
                await send({"type": "http.response.body", "body": made.body})
                return True
            page = made
        await _send(page, asked_etag, coding_header, scope["method"], send)
        return True

    async def _render(self, scope: Scope, receive: Receive) -> Answer:
        """Without conditions: whether the page is wanted is decided for each who waits for it."""
        headers = [header for header in scope["headers"] if header[0] not in _CONDITIONS]
        return await self._bridge.answer({**scope, "headers": headers}, receive)


async def _send(page: Page, asked_etag: bytes, coding_header: bytes, method: str, send: Send) -> None:
    if asked_etag and page.tag in asked_etag:
        await send(page.unchanged)
        await send(_NOTHING)
        return
    start, body = page.in_coding(compression.accepted(coding_header))
    await send(start)
    await send(_NOTHING if method == "HEAD" else body)


_NOTHING = {"type": "http.response.body", "body": b""}
