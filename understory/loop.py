"""The event loop of a worker: uvloop, and a word to the application the moment the worker is told to stop.

The server waits for open connections to end before it says a word to the application, and an event stream does
not end by itself: so what ends the streams goes before the handler that the server sets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import uvloop
from granian import loops

#: The name by which the server knows the loop.
NAME = "uvloop"


class WorkerLoop(uvloop.Loop):
    """Calls `before_stopping` when a signal that somebody handles has come, and then who handles it."""

    def __init__(self) -> None:
        super().__init__()
        self.before_stopping: list[Callable[[], None]] = []

    def add_signal_handler(self, sig: int, callback: Callable[..., Any], *args: Any) -> None:  # type: ignore[override]  # any arguments
        super().add_signal_handler(sig, self._stop, callback, args)

    def _stop(self, callback: Callable[..., Any], args: tuple[Any, ...]) -> None:
        for act in self.before_stopping:
            act()
        callback(*args)


def before_stopping(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    """Have `act` done the moment the loop's worker is told to stop."""
    if isinstance(loop, WorkerLoop):
        loop.before_stopping.append(act)


def register() -> None:
    """Have workers run on this loop."""

    @loops.register(NAME)
    def _build() -> asyncio.AbstractEventLoop:
        loop = WorkerLoop()
        asyncio.set_event_loop(loop)
        return loop
