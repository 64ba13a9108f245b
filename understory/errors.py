"""What can go wrong, and the page that says so. A page that refuses a form gives back what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, current_app, make_response, render_template, request
from flask.wrappers import Response
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from understory.htmx import is_htmx
from understory.logs import route

#: What the database's driver raises when the database is at fault, not what it was asked: locked, full, away, one that
#: only takes reads now, or all connections taken.
DATABASE_FAULTS = (exc.OperationalError, exc.InternalError, exc.InterfaceError, exc.TimeoutError)

#: What a person may have typed and would miss. Secrets and tokens are never given back.
KEPT_FIELDS = {
    "author": "Name",
    "email": "E-mail",
    "title": "Title",
    "summary": "Summary",
    "body": "Text",
    "source": "Text",
    "reason": "Reason",
    "slug": "Address of the article",
    "words": "Words",
    "name": "Name",
    "meant_for": "For whom",
    "address": "Range",
    "of": "Address, number or key",
    "banned_words": "Banned words",
    "suspect_words": "Suspect words",
    "email_domains": "E-mail domains",
    "first_timers": "Newcomers' comments that are held",
    "links_over": "Links at most",
    "old_after_days": "Days until an article is old",
    "hold_at": "Per cent that hold a comment",
    "spam_at": "Per cent that make it spam",
}

#: After how long it is worth trying again when the database was away, in seconds.
AWAY_SECONDS = 5

#: A form that is too large to take is still read this far, to give its text back.
KEPT_BYTES = 500_000

_SAID = {
    400: ("That address or form does not make sense here", "Something in it is not what this site expects."),
    403: ("This is not open to you", "Your account may not do this."),
    404: ("There is nothing here", "The page may have been moved or removed, or the address mistyped."),
    405: ("That cannot be done here", "This address does not take that kind of request."),
    409: ("That is out of date", "Somebody else was here first. Look again before you go on."),
    410: ("This was removed", "It used to be here and has been taken down."),
    413: ("That is too large", "The form holds more than this site takes."),
    429: ("A little too fast", "Please wait a moment and try again."),
    503: ("Not just now", "The site is busy or being looked after. Please try again in a moment."),
}
_STALE = (
    "This form had gone stale",
    "It lay open for too long, or cookies are off. Go back, load the page again and send it once more.",
)
_TROUBLE = ("Something went wrong on our side", "It has been written to the log. Please try again in a moment.")


class Refused(Exception):
    """An act that the site will not do now. `message` is a sentence for the person who asked."""

    status = HTTPStatus.CONFLICT

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Missing(Refused):
    """What the act is about is not there."""

    status = HTTPStatus.NOT_FOUND


class Unavailable(Refused):
    """The database does not take it now: it is locked, full, read-only or away. Nothing was stored."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("The site cannot store anything just now. Nothing is lost: please send it again in a moment.")


class TooMany(Refused):
    """A rate limit. `seconds` is how long to wait."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True)
class Kept:
    """One field given back to the person who typed it."""

    label: str
    text: str


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(Refused, _refused)
    for fault in DATABASE_FAULTS:
        app.register_error_handler(fault, _unavailable)
    app.register_error_handler(Exception, _unforeseen)


def answer(status: int, title: str, message: str) -> Response:
    """An error page, or the fragment of one for htmx, with the typed text in it; never cached."""
    template = "errors/_error.html" if is_htmx() else "errors/error.html"
    kept = kept_text()
    again = sent_fields() if status == HTTPStatus.SERVICE_UNAVAILABLE and kept else []
    page = render_template(template, status=status, title=title, message=message, kept=kept, again=again)
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def kept_text(most: int = KEPT_BYTES) -> list[Kept]:
    """What was typed into the form that is being refused, unless it has more bytes than `most`."""
    if request.method not in ("POST", "PUT", "PATCH"):
        return []
    try:
        request.max_content_length = request.max_form_memory_size = most
        form = request.form
    except HTTPException:
        return []
    return [Kept(label, form[name]) for name, label in KEPT_FIELDS.items() if form.get(name, "").strip()]


def sent_fields() -> list[tuple[str, str]]:
    """All that a refused form held, so that it can be sent again as it is; nothing for one that holds a secret.

    The token among it is the sender's own: who has none yet is given a form to load first.
    """
    fields = list(request.form.items(multi=True))
    return [] if any("password" in name or "code" in name for name, _ in fields) else fields


def _http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return current_app.make_response(error.get_response())
    unnamed = (error.name, "The request cannot be answered.") if error.code < 500 else _TROUBLE
    title, message = _SAID.get(error.code, unnamed)
    response = answer(error.code, title, message)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    if isinstance(error, RequestEntityTooLarge):
        # What was not read is still on the wire: the next request on it would be read as rubbish.
        response.headers["Connection"] = "close"
    return response


def _stale(_error: CSRFError) -> Response:
    return answer(HTTPStatus.FORBIDDEN, *_STALE)


def _refused(error: Refused) -> Response:
    response = answer(error.status, _SAID[error.status][0], error.message)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(AWAY_SECONDS)
    return response


def _unavailable(error: exc.SQLAlchemyError) -> Response:
    said = getattr(error, "orig", error)
    current_app.logger.error("the database does not answer at %s %s: %s", request.method, route(), said)
    return _refused(Unavailable())


def _unforeseen(error: Exception) -> Response:
    current_app.logger.error("unforeseen error at %s %s", request.method, route(), exc_info=error)
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, *_TROUBLE)
