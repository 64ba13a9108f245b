"""What of RSGI is used here, as types (the server's own specification: granian, docs/spec/RSGI.md)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Protocol

HeaderLines = list[tuple[str, str]]


class Headers(Protocol):
    """A request's header lines; names are in lower case."""

    def items(self) -> HeaderLines: ...
    def get(self, name: str, /) -> str | None: ...
    def get_all(self, name: str, /) -> list[str]: ...


class Scope(Protocol):
    """A request: `client` and `server` are an address and a port, joined by a colon."""

    method: str
    path: str
    query_string: str
    scheme: str
    http_version: str
    client: str
    server: str

    @property
    def headers(self) -> Headers: ...


class Transport(Protocol):
    """An answer that goes on."""

    def send_bytes(self, data: bytes, /) -> Awaitable[None]: ...


class HTTPProtocol(Protocol):
    """What is left of a request, its body, and the ways to answer it."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def client_disconnect(self) -> Awaitable[None]: ...
    def response_empty(self, status: int, headers: HeaderLines, /) -> None: ...
    def response_bytes(self, status: int, headers: HeaderLines, body: bytes, /) -> None: ...
    def response_stream(self, status: int, headers: HeaderLines, /) -> Transport: ...
