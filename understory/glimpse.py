"""Sees in one look what a plain GET asks for, without parsing what is none: that is left to who can."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: One whole request (RFC 9112) that no two parsers read differently, and nothing after it.
_PLAIN = re.compile(
    rb"GET (/[A-Za-z0-9/._~-]*)(?:\?([A-Za-z0-9_=&.-]*))? HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9!#$%&'*+.^_`|~-]+:[\t -~\x80-\xff]*\r\n)+)\r\n"
)

#: The header lines that decide what is answered, or that there is more to do than to answer. A line's end before
#: each is what the search is quick by: of fifteen lines that a browser sends it looks into a few.
_TELLING = re.compile(
    rb"\n(?i:(host|cookie|if-none-match|accept-encoding|x-forwarded-(?:host|proto)"
    rb"|connection|expect|upgrade|content-length|transfer-encoding)):([^\r]*)"
)

_FOR_OTHERS = frozenset({b"expect", b"upgrade", b"content-length", b"transfer-encoding"})


@dataclass(slots=True)
class Glimpse:
    """What a reader asks for; values are read as Latin-1."""

    path: str
    query: str
    host: str
    cookie: str = ""
    known: str | None = None
    codings: str = ""
    forwarded: tuple[str | None, str | None] = (None, None)


def glimpse(data: bytes) -> Glimpse | None:
    """What the one request in `data` asks for; None where it is not whole, not alone, or not plain."""
    found = _PLAIN.fullmatch(data)
    if found is None:
        return None
    path, query, lines = found.groups(b"")
    said: dict[bytes, str] = {}
    for written, value in _TELLING.findall(b"\n" + lines):
        name = written.lower()
        if name in said or name in _FOR_OTHERS:
            return None
        said[name] = value.decode("latin-1").strip(" \t")
    if b"host" not in said or said.get(b"connection", "keep-alive").lower() != "keep-alive":
        return None
    return Glimpse(
        path.decode("latin-1"),
        query.decode("latin-1"),
        said[b"host"],
        said.get(b"cookie", ""),
        said.get(b"if-none-match"),
        said.get(b"accept-encoding", ""),
        (said.get(b"x-forwarded-host"), said.get(b"x-forwarded-proto")),
    )
