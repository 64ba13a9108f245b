"""Finished answers, and what a view says of its own: who may have it, and of what it is made."""

from __future__ import annotations

from dataclasses import dataclass, field

from werkzeug.http import generate_etag

from understory.security import HEADERS

Headers = list[tuple[str, str]]

#: Where a request's environ holds the Note for its view to write on.
NOTE = "understory.note"

#: Any cache may keep it and asks each time whether it still holds.
SHARED = "public, max-age=0, must-revalidate"

_SHARED_HEADERS = [
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", SHARED),
    *((name.lower(), value) for name, value in HEADERS.items()),
]


@dataclass
class Note:
    """What a view says of its answer: that all readers get it alike, and of which `topic` and `version` it is made.

    Without a topic it is made of the whole site, and any commit may change it.
    """

    is_shared: bool = False
    topic: int | None = None
    version: int = 0


@dataclass
class Answer:
    """A finished answer; `body` is not compressed."""

    status: int
    headers: Headers
    body: bytes
    note: Note = field(default_factory=Note)

    @classmethod
    def shared(cls, body: bytes, topic: int, version: int) -> Answer:
        """What a view's `shared` makes of a page, for one that is made without a request."""
        headers = [("etag", f'W/"{generate_etag(body)}"'), ("content-length", str(len(body))), *_SHARED_HEADERS]
        return cls(200, headers, body, Note(True, topic, version))
