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
    """Who is asking."""
    return household(request.remote_addr or "")


def household(address: str) -> str:
    """Those who share an address: of IPv6 the /64 that one household has, and IPv4 written as IPv6 is IPv4."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64)).network_address)
    return str(parsed)


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
