"""Does what plain forms ask for without Flask, in the event loop, where a feature has a plan for that.

Flask's request, session and hooks cost as much as all else that is done for a post. What they guard is guarded here:
a form is looked at only with a session of this site, and a token of that session. Whatever is not as plain as
browsers send it, and whatever becomes of an act beyond what its feature tells here, is its view's to answer, which
is told what was done already.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from werkzeug.http import parse_cookie

from understory import figures, logs, security, settings, tokens
from understory.answers import Answer
from understory.bridge import Bridge, who_asks
from understory.errors import Refused
from understory.exchange import Exchange, Request
from understory.fields import sent_fields
from understory.together import Together

#: Where a view finds what was done before it was asked: what the act gave, or why it was refused.
OUTCOME = "understory.outcome"

#: A token younger than this, in seconds, has most of its time before it, and serves the next form too.
_YOUNG = security.TOKEN_SECONDS / 4

_GUARDED = [
    ("cache-control", "private, no-store"),
    ("vary", "Cookie"),
    *((name.lower(), value) for name, value in security.HEADERS.items()),
]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came, with a token that holds: all values of each field, and what is known of the sender.

    `token` is for the form that follows. The session holds the secret of its tokens and nothing else: whoever is
    signed in, or has more in it, is not here.
    """

    path: str
    fields: Mapping[str, list[str]]
    token: str
    cookies: Mapping[str, str]
    address: str
    browser: str
    is_secure: bool
    is_htmx: bool


@dataclass(frozen=True, slots=True)
class Errand:
    """An act, and how its outcome is told, which is None where the view has to tell it.

    The act is done in a transaction with others, and may neither wait nor ask a request: see Together.
    """

    act: Callable[[], Any]
    tell: Callable[[Any], Answer | None]


#: Looks at a form, outside any transaction; None leaves it to its view.
Plan = Callable[[Sent], Errand | None]


def offer(app: Flask, path: str, endpoint: str, plan: Plan) -> None:
    """Have a plan asked before the view that is the endpoint, for POSTs to a path, a regular expression."""
    app.extensions.setdefault(__name__, []).append((re.compile(path), endpoint, plan))


def outcome_here() -> Any:
    """What the act of this request gave before its view was asked; None when nothing was done.

    Raises the Refused that it came to.
    """
    outcome = request.environ.get(OUTCOME)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


class Direct:
    """Answers the forms of one application that need no view."""

    def __init__(self, app: Flask, bridge: Bridge, together: Together) -> None:
        self._app, self._bridge, self._together = app, bridge, together
        self._settings = settings.of(app)
        self._who_asks = who_asks(self._settings.trusted_proxies)
        routes = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}
        self._plans = [(path, routes[endpoint], plan) for path, endpoint, plan in app.extensions.get(__name__, [])]

    async def answer(self, asked: Request, exchange: Exchange) -> bool:
        """True when the request was answered."""
        for path, route, plan in self._plans:
            if path.fullmatch(asked.path) is not None:
                began = time.perf_counter()
                errand = self._planned(plan, asked)
                return errand is not None and await self._do(errand, asked, exchange, (route, began))
        return False

    def _planned(self, plan: Plan, asked: Request) -> Errand | None:
        try:
            sent = self._sent(asked)
            return None if sent is None else plan(sent)
        except Exception:
            # The view has a page for it that gives the text back.
            _logger.exception("a form could not be read")
            return None

    async def _do(self, errand: Errand, asked: Request, exchange: Exchange, noted: tuple[str, float]) -> bool:
        answer = None
        try:
            outcome: Any = await self._together.do(errand.act)
        except Refused as refusal:
            outcome = refusal
        except Exception:
            # Nothing of it was stored: the view tries it once more, and says what is wrong.
            _logger.exception("an act failed")
            return False
        else:
            answer = _told(errand, outcome)
        if answer is None:
            await self._bridge.pass_on(asked, exchange, **{OUTCOME: outcome})
        else:
            self._give(answer, asked, exchange, noted)
        return True

    def _give(self, answer: Answer, asked: Request, exchange: Exchange, noted: tuple[str, float]) -> None:
        name = logs.request_id(self._settings, asked.headers.get("x-request-id"))
        exchange.answer(answer.status, [*answer.headers, *_GUARDED, ("x-request-id", name)], answer.body)
        route, began = noted
        took = time.perf_counter() - began
        figures.of(self._app).note("POST", route, answer.status, took)
        logs.answered("POST", route, answer.status, took, request=name)

    def _sent(self, asked: Request) -> Sent | None:
        """The form; None for one that is not plain, or that the site did not give to this browser."""
        header, key = asked.headers.get, self._app.secret_key or ""
        if asked.method != "POST" or asked.query_string or not (asked.is_whole and security.is_name(header("host"))):
            return None
        fields = sent_fields(header("content-type") or "", asked.body)
        cookies = parse_cookie(";".join(asked.headers.get_all("cookie")))
        session = security.session_in(self._app, cookies.get(security.SESSION_COOKIE, "")) or {}
        held = session.get(tokens.FIELD)
        # Flask-Login says even of a stranger's session that it is not fresh.
        has_more = any(name != tokens.FIELD and value is not False for name, value in session.items())
        if fields is None or has_more or not isinstance(held, str):
            return None
        token = fields.get(tokens.FIELD, [""])[0]
        age = tokens.age(token, held, key, security.TOKEN_SECONDS)
        if age is None:
            return None
        address, scheme = self._who_asks(asked)
        return Sent(
            asked.path,
            fields,
            token if age < _YOUNG else tokens.made(held, key),
            cookies,
            address,
            header("user-agent") or "",
            is_secure=scheme == "https",
            is_htmx=header("hx-request") == "true",
        )


def _told(errand: Errand, outcome: Any) -> Answer | None:
    try:
        return errand.tell(outcome)
    except Exception:
        # It is stored: the view only has to say so.
        _logger.exception("what was done could not be told")
        return None
