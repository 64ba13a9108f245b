"""Runs a WSGI application behind RSGI: a thread a request, the whole answer handed back at once.

Nothing here streams, so this is all that is needed; what a general bridge does on top of it costs more than the
request itself.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

from understory.answers import NOTE, Answer, Note
from understory.rsgi import HTTPProtocol, Scope

#: The most that is read of a request, in bytes; the application refuses what is larger long before.
LARGEST_BODY = 1_200_000

#: How long the whole of a request may take to arrive, in seconds: a photograph's time on a bad line.
BODY_SECONDS = 60.0

_LATE_HEADERS = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store"), ("connection", "close")]
_LATE = b"The rest of the request did not come. Please send it again.\n"

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Bridge:
    """Has a WSGI application answer, in threads: those who read never wait for those who write."""

    def __init__(self, application: WSGIApplication, readers: int, writers: int) -> None:
        self._application = application
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="maker")
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="writer")

    async def pass_on(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer a request with what the application answers."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body, is_whole = await _body_of(scope, protocol)
        except TimeoutError:
            protocol.response_bytes(
                408, _LATE_HEADERS, b"The rest of the request did not come. Please send it again.\n"
            )
            return
        answer = await self.answer(environ_of(scope, body, is_whole))
        protocol.response_bytes(answer.status, answer.headers, answer.body)

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
        return Answer(int(status[:3]), [(name.lower(), value) for name, value in headers], b"".join(written), note)


def environ_of(scope: Scope, body: bytes = b"", is_whole: bool = True) -> dict[str, Any]:
    """PEP 3333: text is bytes read as Latin-1."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope.headers.items():
        key = _UNPREFIXED.get(name) or "HTTP_" + name.upper().replace("-", "_")
        said = environ.get(key)
        environ[key] = value if said is None else f"{said}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    if is_whole and body:
        environ["CONTENT_LENGTH"] = str(len(body))
    elif not is_whole:
        environ.setdefault("CONTENT_LENGTH", str(len(body)))
    return environ


def _as_start_response(start: Any) -> StartResponse:
    return start  # type: ignore[no-any-return]  # the protocol's overloads say less than this takes


async def _body_of(scope: Scope, protocol: HTTPProtocol) -> tuple[bytes, bool]:
    """The request's body, and whether that is all of it: more than LARGEST_BODY is left unread."""
    if scope.method in _BODILESS:
        return b"", True
    declared = scope.headers.get("content-length") or "0"
    if declared.isdigit() and int(declared) > LARGEST_BODY:
        return b"", False
    parts: list[bytes] = []
    size = 0
    async for part in protocol:
        parts.append(part)
        size += len(part)
        if size > LARGEST_BODY:
            return b"".join(parts), False
    return b"".join(parts), True
