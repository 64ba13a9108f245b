"""For whoever watches the site: whether the process answers, and whether it can do its work."""

from __future__ import annotations

import hmac
import ipaddress

from flask import Blueprint, Response, abort, make_response, request

from blueprints.upkeep import queries, readiness
from understory import figures, settings
from understory.htmx import private

bp = Blueprint("upkeep", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """That the process answers; it asks nobody else, so that a slow database restarts nothing."""
    return _said("ok\n", 200)


@bp.get("/readyz")
def readyz() -> Response:
    """Whether posts would succeed now: a line for each thing that they need. 503 when one of them is missing."""
    found = readiness.look()
    lines = [f"{one.name}: {one.said}\n" for one in found]
    return _said("".join(lines), 200 if all(one.is_well for one in found) else 503)


@bp.get("/metrics")
def metrics() -> Response:
    """The operator's figures, for whom the operator lets ask; nobody else learns that they are there."""
    if not _may_ask():
        abort(404)
    response = _said(figures.here().text(queries.waiting()), 200)
    response.content_type = "text/plain; version=0.0.4; charset=utf-8"
    return response


def _may_ask() -> bool:
    token = settings.current().metrics_token
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    chosen = settings.current()
    if chosen.base_url or chosen.trusted_proxies.hops or chosen.trusted_proxies.networks:
        # Somebody stands in front, and whoever asks there would come from this machine.
        return False
    is_direct = not any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"))
    try:
        return is_direct and ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _said(text: str, status: int) -> Response:
    response = private(make_response(text, status))
    response.mimetype = "text/plain"
    return response
