"""Static files as browsers get them: a script and a style sheet for the whole site, small, kept for ever.

The sources in static/ stay as people read them, each at its own address too. What pages ask for is made of them once
a process: joined, stripped, compressed, and named by a hash of what came out, so that nobody asks for it twice.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli
from flask import Flask, Response, current_app, request, url_for
from rjsmin import jsmin

from understory import compression

FOLDER = Path(__file__).resolve().parent.parent / "static"

LIBRARY = "vendor/htmx-4.0.1.min.js"

#: static/js/, in the order in which they run.
MODULES = ("times", "later", "back", "trouble", "token", "stream", "mine", "keys")

#: What is of use when somebody writes, likewise; on an article it comes just then (static/js/later.js).
MORE = ("drafts", "writing", "pressed", "acting", "removed", "steady", "live")

#: The moderators' own, likewise.
DESK = ("desk-cards", "desk-keys", "desk-news")

FOR_EVER = "public, max-age=31536000, immutable"

#: What the machine's own table says of these differs from one to the next.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_SPACE = re.compile(r"(\"[^\"]*\"|'[^']*')|\s*([{};,>~])\s*|(:)\s+|\s+")

_HASHED = re.compile(r"(\w+)\.([0-9a-f]{12})(\.\w+)")


@dataclass(frozen=True)
class Asset:
    """A file as it is sent: `bodies` by content coding."""

    type: str
    hash: str
    bodies: Mapping[str, bytes]


def init_app(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset
    app.view_functions["static"] = _send


def asset(name: str) -> str:
    """The address of what is made under that name, which changes when it does."""
    stem, _, suffix = name.rpartition(".")
    return url_for("static", filename=f"{stem}.{made(name).hash}.{suffix}")


def make_all() -> None:
    """Make everything now, a tenth of a second, so that no reader waits for it."""
    for name in _RECIPES:
        made(name)


@cache
def made(name: str) -> Asset:
    body = _RECIPES[name]().encode()
    return Asset(
        type=_TYPES[Path(name).suffix],
        hash=hashlib.sha256(body).hexdigest()[:12],
        bodies={"br": brotli.compress(body, quality=11), "gzip": gzip.compress(body, 9, mtime=0), "identity": body},
    )


def script() -> str:
    """The library as it came, then our modules."""
    return "\n".join((_read(LIBRARY), _scoped(MODULES)))


def _scoped(modules: tuple[str, ...]) -> str:
    """Each module with a scope of its own; one that fails stops no other."""
    return "\n".join(
        f'try{{(()=>{{"use strict";{jsmin(_read(f"js/{name}.js"))}\n}})()}}catch(e){{reportError(e)}}'
        for name in modules
    )


def _dense(css: str) -> str:
    """Without comments and the space that means nothing wherever it stands; one before a colon can mean much."""
    return _CSS_SPACE.sub(lambda found: found[1] or found[2] or found[3] or " ", _CSS_COMMENT.sub("", css))


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


_RECIPES: Mapping[str, Callable[[], str]] = {
    "understory.js": script,
    "understory.css": lambda: _dense(_read("understory.css")),
    "more.js": lambda: _scoped(MORE),
    "more.css": lambda: _dense(_read("more.css")),
    "passkeys.js": lambda: jsmin(_read("js/passkeys.js")),
    "desk.js": lambda: _scoped(DESK),
    "desk.css": lambda: _dense(_read("desk.css")),
    "favicon.svg": lambda: _read("favicon.svg"),
}


def _send(filename: str) -> Response:
    """A page from before an update asks by the old hash: it gets what there is now, but only this once."""
    found = _HASHED.fullmatch(filename)
    name = found[1] + found[3] if found else ""
    if not found or name not in _RECIPES:
        return _asked_again(current_app.send_static_file(filename))
    file, coding = made(name), compression.accepted(request.headers.get("Accept-Encoding", ""))
    response = Response(file.bodies[coding], mimetype=file.type)
    response.headers["Cache-Control"] = FOR_EVER
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{file.hash}-{coding}")
    if coding != "identity":
        response.content_encoding = coding
    if found[2] != file.hash:
        _asked_again(response)
    response.make_conditional(request)
    return response


def _asked_again(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, no-cache"
    return response
