"""What guards every answer: sessions that begin only when needed, CSRF tokens, headers, the real address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.wrappers import Response
from flask_wtf import CSRFProtect
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from werkzeug.wrappers import Response as WSGIResponse

from understory.fields import FormRequest
from understory.proxies import behind
from understory.settings import Settings
from understory.signing import RememberingDated, TimestampSigner

SESSION_COOKIE = "understory"

#: Everything comes from this site: no inline script or style, nothing evaluated, nothing framed.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

#: Parts of pages, which no browser takes for a page while it may not guess types; the rest would say nothing there.
_PARTS = frozenset({"text/javascript", "text/css"})
_HEADERS_OF_PARTS = {"X-Content-Type-Options": HEADERS["X-Content-Type-Options"]}

#: A name or an address, as RFC 3986 and DNS have them, and a port.
_HOST = re.compile(r"(?:[\w-]{1,63}(?:\.[\w-]{1,63})*\.?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII)
_NO_HOST = "That address does not make sense here"

#: A form may lie open over a working day before it has to be sent a second time.
TOKEN_SECONDS = 12 * 3600

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")

#: Every POST is checked unless its view is exempt, which is for the views that check the token with their
#: form, so as to answer a stale one with a fresh form and the same text in it.
csrf = CSRFProtect()


class _Signer(TimestampSigner):
    """Dates what it signs, and takes what is dated ahead: it was signed before this machine's clock was set back."""

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> Any:
        value, signed_at = super().unsign(signed_value, return_timestamp=True)
        age = self.get_timestamp() - signed_at.timestamp()
        if max_age is not None and age > max_age:
            raise SignatureExpired(f"signed {age:.0f} seconds ago", payload=value, date_signed=signed_at)
        return (value, signed_at) if return_timestamp else value


class _Sessions(SecureCookieSessionInterface):
    """Flask's own signed sessions; Secure as the request came in, and never a word on what caches share."""

    def __init__(self) -> None:
        self._made: tuple[Any, RememberingDated] | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Made once for the keys of the application."""
        signing = self._signing_of(app)
        return None if signing is None else cast("URLSafeTimedSerializer", signing.serializer)

    def _signing_of(self, app: Flask) -> RememberingDated | None:
        keys = app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ())
        if self._made is None or self._made[0] != keys:
            serializer = super().get_signing_serializer(app)
            if serializer is None:
                return None
            serializer.signer = _Signer
            self._made = keys, RememberingDated(serializer)
        return self._made[1]

    def read(self, app: Flask, cookie: str) -> dict[str, Any] | None:
        """What a session's cookie holds, as Flask reads it; None for one that is not the site's or is over."""
        signing = self._signing_of(app)
        if signing is None:
            return None
        try:
            held, seconds = signing.read(cookie)
        except BadSignature:
            return None
        # What is dated ahead was signed before this machine's clock was set back.
        return dict(held) if seconds <= app.permanent_session_lifetime.total_seconds() else None

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not response.cache_control.public:
            super().save_session(app, session, response)


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_TIME_LIMIT=TOKEN_SECONDS,
        # Some readers' browsers send no Referer at all; the token and SameSite stand without it.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = _Sessions()
    app.request_class = FormRequest
    csrf.init_app(app)
    app.after_request(_with_headers)
    app.wsgi_app = behind(settings.trusted_proxies, _by_a_name(app.wsgi_app))  # type: ignore[method-assign,assignment]  # Flask's way


def _by_a_name(application: WSGIApplication) -> WSGIApplication:
    """The application, asked only by names that a host can have: others make Werkzeug fail before Flask answers."""

    def named(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Only HTTP/1.0 may leave it out (RFC 9112, 3.2).
        host = environ.get("HTTP_HOST") or ("localhost" if environ["SERVER_PROTOCOL"] == "HTTP/1.0" else "")
        if is_name(host):
            return application(environ, start_response)
        page = f"<!doctype html><title>{_NO_HOST}</title><h1>{_NO_HOST}</h1><p>The Host header names no host.</p>"
        return WSGIResponse(page, 400, mimetype="text/html")(environ, start_response)

    return named


def is_name(host: str | None) -> bool:
    """Whether a Host header names a host."""
    return host is not None and len(host) < 260 and _HOST.fullmatch(host) is not None


def session_in(app: Flask, cookie: str) -> dict[str, Any] | None:
    """What a session's cookie holds, without a request; None for one that is not the site's or is over."""
    sessions = app.session_interface
    return sessions.read(app, cookie) if isinstance(sessions, _Sessions) else None


def has_session() -> bool:
    """Whether this reader ever asked for a form. Asking this way leaves the answer free for shared caches."""
    return SESSION_COOKIE in request.cookies


def begin_afresh() -> None:
    """Forget all that the session held, so that signing in leaves nothing of before behind."""
    session.clear()
    session.permanent = True


def local_path(target: str | None, otherwise: str) -> str:
    """`target` when it is a path of this site, else `otherwise`: nobody is sent elsewhere after a form."""
    if target and len(target) < 2000 and _LOCAL_PATH.fullmatch(target) and not urlsplit(target).netloc:
        return target
    return otherwise


def _with_headers(response: Response) -> Response:
    headers = _HEADERS_OF_PARTS if response.mimetype in _PARTS else HEADERS
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
