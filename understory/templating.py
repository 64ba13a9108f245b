"""What every template can use: filters for names and moments, absolute addresses, strict names."""

from __future__ import annotations

import zlib
from datetime import datetime
from functools import lru_cache
from typing import cast

from flask import Flask, current_app, g, request
from jinja2 import BaseLoader, StrictUndefined

from understory.addresses import Addresses
from understory.inlining import Inlining
from understory.moments import Printed
from understory.settings import Settings, current
from understory.stencils import Filters, Hole

#: Spelled here, because strftime costs ten times as much and a locale could change what it gives.
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

#: Colours that the style sheet has for avatars.
HUES = 12


def init_app(app: Flask, settings: Settings) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.loader = Inlining(cast("BaseLoader", app.jinja_env.loader))
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(filters.for_templates())
    addresses = app.extensions[__name__] = Addresses()
    app.jinja_env.globals.update(url_for=addresses.url_for, absolute=absolute, site_name=settings.site_name)


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """One or two letters that stand for a name: "Ada Lovelace" is AL, "grace" is G."""
    words = [word for word in (part.strip("\"'([{-_.@#*") for part in name.split()) if word]
    letters = [word[0] for word in words if word[0].isalnum()] or [word[0] for word in words] or ["?"]
    return (letters[0] + letters[-1] if len(letters) > 1 else letters[0]).upper()


@lru_cache(maxsize=4096)
def hue(name: str) -> int:
    """The avatar colour of a name, from 0 to HUES - 1, the same everywhere and for ever."""
    return zlib.crc32(name.casefold().encode()) % HUES


def day(moment: datetime | Printed) -> str:
    """17 April 2025"""
    return _day_of(moment.isoformat()[:10])


def moment(moment: datetime | Printed) -> str:
    """17 April 2025, 14:05 UTC"""
    text = moment.isoformat()
    return f"{_day_of(text[:10])}, {text[11:16]} UTC"


@lru_cache(maxsize=1024)
def _day_of(date: str) -> str:
    """Comments on a page are of few days."""
    year, month, day = map(int, date.split("-"))
    return f"{day} {_MONTHS[month - 1]} {year}"


def comments(number: int) -> str:
    """1 comment, 1,234 comments"""
    return f"{number:,} comment{'' if number == 1 else 's'}"


def replies(number: int) -> str:
    """1 reply, 1,234 replies"""
    return f"{number:,} {'reply' if number == 1 else 'replies'}"


def more_replies(number: int | None) -> str:
    """5 more replies; without a number they were not counted"""
    return replies(number).replace(" ", " more ") if number else "More replies"


def address(endpoint: str, **values: str | int) -> str:
    """The address of a view, as templates have it."""
    addresses: Addresses = current_app.extensions[__name__]
    return addresses.url_for(endpoint, **values)


def absolute(path: str) -> str:
    """A path of this site as others have to write it: under BASE_URL, else as this request came in."""
    return f"{site_here()}{path}"


def site_here() -> str | Hole:
    """The address of this site as others have it; a hole while a stencil for pages of any address is cut."""
    if "site" in g:
        return cast("Hole", g.site)
    return current().base_url or request.host_url.rstrip("/")


#: What templates may put a value through, now or when it is known.
filters = Filters(
    {
        "hue": lambda name: str(hue(name)),
        "comments": comments,
        "replies": replies,
        "more_replies": more_replies,
    },
    {"day": day, "moment": moment},
    initials=initials,
)
