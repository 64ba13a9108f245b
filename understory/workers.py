"""The processes that serve: they share the listening sockets, and one that dies has another take its place.

The first process only watches over them. What it holds in memory before it forks they share, as long as nobody
writes to it.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from understory.balance import Place

#: How long workers may take to end what they are doing once they are told to stop, in seconds, and then to be gone.
STOP_SECONDS = 20.0
_KILL_SECONDS = STOP_SECONDS + 5

#: A worker that ends sooner than this is not begun again at once, in seconds.
_SOON = 1.0

_STOPS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
_WATCHED = _STOPS | {signal.SIGCHLD}

#: glibc's number for the most heaps of a process (mallopt(3)), and Linux's for what a child is sent when its parent
#: ends (prctl(2)).
_M_ARENA_MAX = -8
_PR_SET_PDEATHSIG = 1

_logger = logging.getLogger(__name__)


def keep_working(work: Callable[[Place], None], places: list[Place], stopping: Callable[[], None]) -> None:
    """Have a process for each place do the work until this one is told to stop; `stopping` is called first then."""
    _save_memory()
    signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    alive = {_begin(work, place): (place, time.monotonic()) for place in places}
    while True:
        seen = signal.sigtimedwait(_WATCHED, 1.0)
        if seen is not None and seen.si_signo in _STOPS:
            stopping()
            _stop(list(alive))
            return
        for worker, status in _ended(list(alive)):
            place, began = alive.pop(worker)
            place.leave()
            _logger.error("worker %d ended with status %d; another one takes its place", worker, status)
            if time.monotonic() - began < _SOON:
                time.sleep(_SOON)
            alive[_begin(work, place)] = place, time.monotonic()


def _begin(work: Callable[[Place], None], place: Place) -> int:
    watcher = os.getpid()
    if worker := os.fork():
        return worker
    status = 1
    try:
        _stop_with(watcher)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
        work(place)
        status = 0
    except BaseException:
        _logger.exception("a worker failed")
    finally:
        logging.shutdown()
        os._exit(status)


def _stop(workers: list[int]) -> None:
    for worker in workers:
        os.kill(worker, signal.SIGTERM)
    until = time.monotonic() + _KILL_SECONDS
    while workers:
        seen = signal.sigtimedwait(_WATCHED, 0.2)
        # Who is asked a second time is in a hurry.
        if time.monotonic() > until or (seen is not None and seen.si_signo in _STOPS - {signal.SIGHUP}):
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
        gone = {worker for worker, _ in _ended(workers)}
        workers = [worker for worker in workers if worker not in gone]


def _ended(workers: list[int]) -> list[tuple[int, int]]:
    """Those that ended, and how: a status, or the negative of a signal."""
    found = ((worker, os.waitpid(worker, os.WNOHANG)) for worker in workers)
    return [(worker, os.waitstatus_to_exitcode(status)) for worker, (ended, status) in found if ended]


def _save_memory() -> None:
    # The C library would give each thread a heap of its own, and most of each would lie idle. Others than glibc do not.
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    # The collector writes to all that it looks through; what is frozen it leaves alone.
    gc.collect()
    gc.freeze()


def _stop_with(watcher: int) -> None:
    """Nobody serves whom nobody watches."""
    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != watcher:
        raise SystemExit
