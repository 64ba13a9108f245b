"""What the server does by itself, hour by hour, beside its requests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from flask import Flask

#: How long the server rests between two rounds, in seconds.
REST = 3600.0

Task = Callable[[], object]

_logger = logging.getLogger(__name__)


def add(app: Flask, task: Task) -> None:
    """Have a task run within the application once the server is up, and from then on every hour.

    Every process of the server runs it: it has to be one that harms nothing when it runs twice.
    """
    app.extensions.setdefault(__name__, []).append(task)


def walk(app: Flask) -> None:
    """Run every task once. One that fails is logged, and stops no other."""
    for task in app.extensions.get(__name__, []):
        try:
            with app.app_context():
                task()
        except Exception:
            _logger.exception("%s failed; it is tried again in an hour", task.__name__)


async def keep_walking(app: Flask) -> None:
    """Walk the rounds, in a thread of their own, until cancelled."""
    while True:
        await asyncio.to_thread(walk, app)
        await asyncio.sleep(REST)
