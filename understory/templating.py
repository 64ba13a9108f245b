"""What every template can use: filters for names and moments, absolute addresses, strict names."""

from __future__ import annotations

import zlib
from datetime import datetime

from flask import Flask, request
from jinja2 import StrictUndefined

from understory.settings import Settings, current

#: Colours that the style sheet has for avatars.
HUES = 12


def init_app(app: Flask, settings: Settings) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(initials=initials, hue=hue, day=day, moment=moment)
    app.jinja_env.globals.update(absolute=absolute, site_name=settings.site_name)


def initials(name: str) -> str:
    """One or two letters that stand for a name: "Ada Lovelace" is AL, "grace" is G."""
    words = [word for word in (part.strip("\"'([{-_.@#*") for part in name.split()) if word]
    letters = [word[0] for word in words if word[0].isalnum()] or [word[0] for word in words] or ["?"]
    return (letters[0] + letters[-1] if len(letters) > 1 else letters[0]).upper()


def hue(name: str) -> int:
    """The avatar colour of a name, from 0 to HUES - 1, the same everywhere and for ever."""
    return zlib.crc32(name.casefold().encode()) % HUES


def day(moment: datetime) -> str:
    """17 April 2025"""
    return f"{moment.day} {moment:%B %Y}"


def moment(moment: datetime) -> str:
    """17 April 2025, 14:05 UTC"""
    return f"{day(moment)}, {moment:%H:%M} UTC"


def absolute(path: str) -> str:
    """A path of this site as others have to write it: under BASE_URL, else as this request came in."""
    return (current().base_url or request.host_url.rstrip("/")) + path
