"""A site as its server's workers answer for it, for test clients: its front, on a loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread
from typing import Any

from flask import Flask

from tests.exchange import Answered
from understory.exchange import Headers, Request
from understory.front import Front


@contextmanager
def fronted(site: Flask) -> Iterator[Flask]:
    """Have the site's test clients asked by way of its front until the block ends."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    behind = site.wsgi_app

    async def begin() -> Front:
        return Front(site)

    async def end() -> None:
        front.close()

    front = asyncio.run_coroutine_threadsafe(begin(), loop).result()

    async def ask(request: Request) -> Answered:
        answered = Answered()
        await front.handle(request, answered)
        return answered

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        answered = asyncio.run_coroutine_threadsafe(ask(_request(environ)), loop).result()
        start_response(f"{answered.status} {HTTPStatus(answered.status).phrase}", answered.headers)
        return [answered.body]

    site.wsgi_app = answer
    try:
        yield site
    finally:
        site.wsgi_app = behind
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _request(environ: dict[str, Any]) -> Request:
    """What the wire would tell of a test client's request."""
    said = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    said |= {name: environ[name] for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)}
    lines = [(name.removeprefix("HTTP_").lower().replace("_", "-"), value) for name, value in said.items()]
    return Request(
        environ["PATH_INFO"].encode("latin-1").decode("utf-8", "surrogateescape"),
        environ["REQUEST_METHOD"],
        environ["QUERY_STRING"],
        Headers(lines),
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
        client=environ["REMOTE_ADDR"],
        server=(environ["SERVER_NAME"], int(environ["SERVER_PORT"])),
        scheme=environ["wsgi.url_scheme"],
    )
