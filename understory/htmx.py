"""The one difference between a plain form and htmx: what a POST answers with."""

from __future__ import annotations

from flask import make_response, redirect, request
from flask.wrappers import Response

from understory.answers import NOTE, SHARED, tag_of
from understory.compression import packed


def is_htmx() -> bool:
    """True when htmx sent this request and swaps the answer into its page."""
    return request.headers.get("HX-Request") == "true"


def done(fragment: str, location: str, status: int = 200) -> Response:
    """The end of an act: its fragment for htmx, else 303 to `location`, so that a reload repeats nothing."""
    if not is_htmx():
        return make_response(redirect(location, 303))
    return private(make_response(fragment, status))


def private(response: Response) -> Response:
    """For one person's eyes: no cache may keep it."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def shared(response: Response, topic: int | None = None, version: int = 0) -> Response:
    """The same for everybody: any cache may keep it and asks whether it still holds, by its ETag.

    What it shows is `version` of an article and its thread, the `topic`; without one, it may be of the whole site.
    """
    note = request.environ.get(NOTE)
    if note is not None:
        note.is_shared, note.topic, note.version = True, topic, version
    response.headers["Cache-Control"] = SHARED
    # Weak, because it is the same for every coding of these bytes.
    response.set_etag(tag_of(packed(response.get_data())), weak=True)
    response.make_conditional(request)
    return response
