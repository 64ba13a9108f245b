"""What the site writes to its log: one line an event, with the request's id, and nothing about a person.

A line names a request by the site's own name of its address: what stands in an address may be a one-time token, what
stands in a query what somebody looks for. Statements are told without the values that were bound.
"""

from __future__ import annotations

import logging
import math
import random
import re
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, request
from sqlalchemy import event
from sqlalchemy.engine import Engine

from understory import settings, statements
from understory.settings import SettingError, Settings

#: An id that a proxy gave; anything else is not repeated.
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

_BEGAN = "understory.request began"

_requests = logging.getLogger("understory.requests")
_slow = logging.getLogger("understory.slow")


def configure(chosen: Settings) -> None:
    """Have this process write its log as the operator wishes, to standard error. Raises SettingError."""
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any]
    if chosen.log_format == "json":
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        # Other formatters, which it would choose by itself where they are installed, show what variables held.
        plain = structlog.dev.plain_traceback
        last = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0, exception_formatter=plain)]
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    logging.basicConfig(handlers=[handler], level=chosen.log_level.upper(), force=True)
    _report_to_sentry(chosen.sentry_dsn)


def init_app(app: Flask) -> None:
    chosen = settings.of(app)

    @app.before_request
    def begin() -> None:
        request.environ[_BEGAN] = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id(chosen, request.headers.get("X-Request-ID")))

    @app.after_request
    def end(response: Response) -> Response:
        known = structlog.contextvars.get_contextvars().get("request")
        # What caches share is many requests' answer, and no one's.
        if known and "no-store" in response.headers.get("Cache-Control", ""):
            response.headers["X-Request-ID"] = known
        took = time.perf_counter() - request.environ.get(_BEGAN, time.perf_counter())
        answered(request.method, route(), response.status_code, took)
        return response


def request_id(chosen: Settings, given: str | None) -> str:
    """What names a request in the log: what a proxy calls it that may be believed, else a name of its own."""
    is_behind = bool(chosen.trusted_proxies.hops or chosen.trusted_proxies.networks)
    return given if is_behind and given and _ID.fullmatch(given) else f"{random.getrandbits(64):016x}"  # a name


def answered(method: str, route: str, status: int, seconds: float, **more: str) -> None:
    """A line for a request that the application answered."""
    if _requests.isEnabledFor(logging.INFO):
        said = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        _requests.info("answered", extra={**said, **more})


def route() -> str:
    """The site's own name of the address that is asked for."""
    return request.url_rule.rule if request.url_rule else "an address that is none"


def watch(engine: Engine, slowest_ms: int) -> None:
    """Log statements that take longer than this; 0 is never."""
    statements.note_slow(slowest_ms / 1000 or math.inf, _tell)
    if not slowest_ms:
        return

    @event.listens_for(engine, "before_cursor_execute")
    def begin(connection: Any, *_: Any) -> None:
        connection.info[_BEGAN] = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def end(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seconds = time.perf_counter() - connection.info[_BEGAN]
        if seconds * 1000 >= slowest_ms:
            _tell(statement, seconds)


def _tell(statement: str, seconds: float) -> None:
    _slow.warning("slow statement", extra={"ms": round(1000 * seconds, 1), "statement": " ".join(statement.split())})


def _report_to_sentry(dsn: str) -> None:
    if not dsn:
        return
    try:
        import sentry_sdk  # noqa: PLC0415  # optional
    except ImportError:
        raise SettingError(
            "UNDERSTORY_SENTRY_DSN: sentry-sdk is not installed: .venv/bin/pip install sentry-sdk"
        ) from None
    try:
        sentry_sdk.init(
            dsn,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            before_send=bare,
        )
    except sentry_sdk.utils.BadDsn:
        raise SettingError("UNDERSTORY_SENTRY_DSN: it is not an address that Sentry gave") from None


def bare(report: Any, _hint: Any) -> Any:
    """A report without anything about who asked, and for what."""
    for part in ("request", "user", "server_name", "breadcrumbs", "extra"):
        report.pop(part, None)
    for error in report.get("exception", {}).get("values", []):
        # A database's second line names values.
        error["value"] = str(error.get("value") or "").partition("\n")[0]
    return report
