"""Runs a WSGI application for the front: a thread a request, the whole answer handed back at once.

Nothing here streams, so this is all that is needed; what a general bridge does on top of it costs more than the
request itself.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication

from understory.answers import NOTE, Answer, Note
from understory.exchange import Exchange, Request
from understory.proxies import behind
from understory.values import Proxies

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Bridge:
    """Has a WSGI application answer, in threads: those who read never wait for those who write."""

    def __init__(self, application: WSGIApplication, readers: int, writers: int) -> None:
        self._application = application
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="maker")
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="writer")

    async def pass_on(self, request: Request, exchange: Exchange, **told: object) -> None:
        """Answer a request with what the application answers; what it is `told` stands in the request's environ."""
        answer = await self.answer({**environ_of(request), **told})
        exchange.answer(answer.status, answer.headers, answer.body)

    async def answer(self, environ: dict[str, Any]) -> Answer:
        """The whole answer, and what its view noted of it."""
        threads = self._readers if environ["REQUEST_METHOD"] in _BODILESS else self._writers
        return await asyncio.get_running_loop().run_in_executor(threads, self._answer, environ)

    async def read(self, make: Callable[[], Answer | None]) -> Answer | None:
        """What `make` gives, in a thread of its own: it is Python's work alone, which a second one only delays."""
        return await asyncio.get_running_loop().run_in_executor(self._maker, make)

    def close(self) -> None:
        for threads in (self._writers, self._readers, self._maker):
            threads.shutdown(wait=True, cancel_futures=False)

    def _answer(self, environ: dict[str, Any]) -> Answer:
        note = environ[NOTE] = Note()
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], object]:
            started[:] = [(status, headers)]
            return written.append

        written: list[bytes] = []
        chunks: Iterable[bytes] = self._application(environ, _as_start_response(start))
        try:
            written.extend(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        status, headers = started[0]
        # The date is said by whoever sends the answer, each time anew.
        told = [(name.lower(), value) for name, value in headers]
        return Answer(int(status[:3]), [one for one in told if one[0] != "date"], b"".join(written), note)


def environ_of(request: Request) -> dict[str, Any]:
    """PEP 3333: text is bytes read as Latin-1."""
    host, port = request.server
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": request.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{request.http_version}",
        "REMOTE_ADDR": request.client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in request.headers.items():
        if "_" in name:
            # It would be taken for the one with a hyphen, and is what a proxy does not take away.
            continue
        key = _UNPREFIXED.get(name) or "HTTP_" + name.upper().replace("-", "_")
        said = environ.get(key)
        environ[key] = value if said is None else f"{said}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    if request.is_whole and request.body:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    elif not request.is_whole:
        environ.setdefault("CONTENT_LENGTH", str(len(request.body)))
    return environ


def who_asks(proxies: Proxies) -> Callable[[Request], tuple[str, str]]:
    """What gives the address of who asks, and the scheme, as the proxies tell it that may be believed."""
    if not (proxies.hops or proxies.networks):
        return lambda request: (request.client, request.scheme)
    said: Any = behind(proxies, cast("WSGIApplication", _who))
    return lambda request: said(environ_of(request), None)


def _who(environ: Mapping[str, Any], _start_response: object) -> tuple[str, str]:
    return environ.get("REMOTE_ADDR", ""), environ["wsgi.url_scheme"]


def _as_start_response(start: Any) -> StartResponse:
    return start  # type: ignore[no-any-return]  # the protocol's overloads say less than this takes
