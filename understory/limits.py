"""How often somebody may do something. Flask-Limiter keeps the counts; the real address comes from security."""

from __future__ import annotations

import ipaddress
import time
from functools import lru_cache

from flask import Flask, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse_many

from understory.errors import TooMany


def client() -> str:
    """Who is asking: the address, cut to the /64 that one household has of IPv6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(address) >> 64 << 64, 64)).network_address)
    return str(address)


limiter = Limiter(client, strategy="moving-window", storage_uri="memory://")


def init_app(app: Flask) -> None:
    limiter.init_app(app)


def take(rule: str, *who: str) -> None:
    """Count one act of `who` against a rule such as "5 per minute"; "" is no rule. Raises TooMany."""
    for item in _items(rule):
        if not limiter.limiter.hit(item, *who):
            reset = limiter.limiter.get_window_stats(item, *who).reset_time
            seconds = max(1, round(reset - time.time()))
            raise TooMany(f"That was a little fast. Please try again in {_spoken(seconds)}.", seconds)


@lru_cache(maxsize=64)
def _items(rule: str) -> list[RateLimitItem]:
    return parse_many(rule) if rule else []


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    return f"{round(seconds / 60)} minutes"
