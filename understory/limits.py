"""How often somebody may do something, counted in a moving window; the real address comes from security.

Redis may go at any moment: then each process counts alone until it is back, and no limit is ever off.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from understory import serve, settings
from understory.errors import TooMany

#: How long a Redis that did not answer is left alone, in seconds.
AWAY_SECONDS = 5.0

#: By more than this a clock does not drift, somebody has set it; in seconds.
_SET_SECONDS = 60.0

#: How long an answer of Redis is waited for: who posts waits as long.
_PATIENCE: dict[str, Any] = {"wrap_exceptions": True, "socket_timeout": 0.25, "socket_connect_timeout": 0.25}

_logger = logging.getLogger(__name__)


def client() -> str:
    """Who is asking."""
    return household(request.remote_addr or "")


@lru_cache(maxsize=1024)
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


class Counts:
    """What was done lately: in Redis for all processes, where there is one; else, and while it is away, in this one."""

    def __init__(self, address: str) -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared = MovingWindowRateLimiter(storage_from_string(address, **_PATIENCE)) if address else None
        self._away_until = 0.0
        self._clock_ahead = _clock_ahead()

    def hit(self, item: RateLimitItem, *who: str) -> float | None:
        """Count one act; gives when there is room for another (seconds since 1970) where there was none for this."""
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return _hit(self._shared, item, who)
            except StorageError as failure:
                _logger.error(
                    "limits are counted by each process alone for now: %s", " ".join(str(failure.storage_error).split())
                )
                self._away_until = time.monotonic() + AWAY_SECONDS
        # Counted by a clock that was set since, acts would lie in the future, and everybody would wait for it.
        if abs(_clock_ahead() - self._clock_ahead) > _SET_SECONDS:
            self._own.storage.reset()
            self._clock_ahead = _clock_ahead()
        return _hit(self._own, item, who)

    def has_room(self, item: RateLimitItem, *who: str) -> bool:
        """Whether one more act would pass, counted in this process alone."""
        return self._own.test(item, *who)


def _clock_ahead() -> float:
    """How far the clock of days and hours is ahead of the one that nobody sets, in seconds."""
    return time.time() - time.monotonic()


def init_app(app: Flask) -> None:
    chosen = settings.of(app)
    app.extensions[__name__] = Counts(chosen.redis_url)
    if chosen.workers > 1 and not chosen.redis_url:
        serve.at_start(
            app,
            lambda _address: (
                f"Each of the {chosen.workers} processes counts limits alone; UNDERSTORY_REDIS_URL joins them"
            ),
        )


def take(rule: str, *who: str) -> None:
    """Count one act of `who` against a rule such as "5 per minute"; "" is no rule. Raises TooMany."""
    for item in _items(rule):
        reset = current_app.extensions[__name__].hit(item, *who)
        if reset is not None:
            seconds = max(1, round(reset - time.time()))
            raise TooMany(f"That was a little fast. Please try again in {_spoken(seconds)}.", seconds)


def has_room(app: Flask, rule: str, *who: str) -> bool:
    """Whether `take` would let one more act pass, as far as this process counts; nothing is counted."""
    counts: Counts = app.extensions[__name__]
    return all(counts.has_room(item, *who) for item in _items(rule))


def _hit(limiter: MovingWindowRateLimiter, item: RateLimitItem, who: tuple[str, ...]) -> float | None:
    if limiter.hit(item, *who):
        return None
    return limiter.get_window_stats(item, *who).reset_time


@lru_cache(maxsize=64)
def _items(rule: str) -> list[RateLimitItem]:
    return parse_many(rule) if rule else []


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    return f"{round(seconds / 60)} minutes"
