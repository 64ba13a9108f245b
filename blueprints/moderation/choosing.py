"""What a moderator looks for: a queue, and words, an author, an article, dates within it. Pure.

A query string says it, so that every view of the desk has an address, and a batch can say what it chose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from blueprints.comments.models import State

#: In the order of the desk. Any other state can be asked for, too.
QUEUES = ("pending", "reported", "spam", "rejected", "all")

NAMES: Mapping[str, str] = {
    "pending": "Pending",
    "reported": "Reported",
    "spam": "Spam",
    "rejected": "Rejected",
    "all": "All",
    "visible": "On the site",
    "withdrawn": "Deleted by authors",
}

LONGEST = 200


class Unclear(ValueError):
    """Something that was asked for makes no sense; `field` is which, the text says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


#: What is said of each part of a choice.
_PARTS = {
    "q": "with {}",
    "author": "by {}",
    "article": "under {}",
    "by": "by the author of {}",
    "since": "since {}",
    "until": "until {}",
}


@dataclass(frozen=True)
class Chosen:
    """`by` is a comment whose author is meant; `article` an address; the days `since` and `until` are included."""

    queue: str = "all"
    q: str = ""
    author: str = ""
    article: str = ""
    by: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_queue(self) -> bool:
        """Whether it is a queue and nothing else."""
        return self == Chosen(self.queue)

    @property
    def state(self) -> State | None:
        """The one state that all of them are in."""
        return State(self.queue) if self.queue not in ("all", "reported") else None

    @property
    def begins(self) -> datetime | None:
        return datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC) if self.since else None

    @property
    def ends(self) -> datetime | None:
        if self.until is None:
            return None
        return datetime(self.until.year, self.until.month, self.until.day, tzinfo=UTC) + timedelta(days=1)

    @property
    def values(self) -> dict[str, str]:
        """What a query string or hidden fields have to hold to say this."""
        return {
            field.name: str(getattr(self, field.name))
            for field in fields(self)
            if getattr(self, field.name) not in ("", None) and (field.name, self.queue) != ("queue", "all")
        }

    @property
    def query(self) -> str:
        return "?" + urlencode(self.values) if self.values else ""

    @property
    def in_words(self) -> str:
        """What it is, to whoever chose it."""
        return self._said(_PARTS)

    @property
    def in_the_log(self) -> str:
        """The same for the log, which stays: whoever is erased is not named in it, nor what they wrote."""
        return self._said({**_PARTS, "q": "with some words", "author": "by a name"})

    def _said(self, parts: Mapping[str, str]) -> str:
        values = self.values
        return " ".join(
            [NAMES[self.queue], *(said.format(values[key]) for key, said in parts.items() if key in values)]
        )


def chosen_in(query: Mapping[str, str]) -> Chosen:
    """What a query string or a form asks for. Raises Unclear."""
    queue = query.get("queue") or "all"
    if queue not in NAMES:
        raise Unclear("queue", "There is no such queue.")
    typed = {name: " ".join(query.get(name, "").split()) for name in ("q", "author", "article")}
    for name, text in typed.items():
        if len(text) > LONGEST:
            raise Unclear(name, f"This is too long to look for; there is room for {LONGEST} characters.")
        if "\0" in text:
            raise Unclear(name, "This holds a character that cannot be looked for.")
    typed["article"] = typed["article"].rstrip("/").rpartition("/")[2]
    return Chosen(queue, **typed, by=_number(query), since=_day(query, "since"), until=_day(query, "until"))


def _number(query: Mapping[str, str]) -> int | None:
    text = query.get("by", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Unclear("by", "There is no such comment.")
    return int(text)


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "").strip()
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise Unclear(name, "This is not a date such as 2026-11-23.") from None
    if day is not None and not 1970 <= day.year <= 9000:
        raise Unclear(name, "This is not a date such as 2026-11-23.")
    return day
