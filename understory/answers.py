"""Finished answers, and what a view says of its own: who may have it, and of what it is made."""

from __future__ import annotations

from dataclasses import dataclass, field

from werkzeug.http import generate_etag

from understory.compression import packed
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
    """A finished answer; `body` is not compressed, `packed` is, where that was done already."""

    status: int
    headers: Headers
    body: bytes
    note: Note = field(default_factory=Note)
    packed: bytes | None = None

    @classmethod
    def shared(cls, body: bytes, topic: int, version: int) -> Answer:
        """What a view's `shared` makes of a page, for one that is made without a request."""
        small = packed(body)
        headers = [("etag", f'W/"{tag_of(small)}"'), ("content-length", str(len(body))), *_SHARED_HEADERS]
        return cls(200, headers, body, Note(True, topic, version), small)


def tag_of(small: bytes) -> str:
    """What changes with a page, of its bytes once they are `packed`: there are fewer of them to look at."""
    return generate_etag(small)
