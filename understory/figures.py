"""What a site counts for its operator, in Prometheus' text format; all processes of one server together.

The processes keep their counters in a folder of files, which one of them adds up when it is asked (the library's
multiprocess mode). It wants to know the folder before it is loaded, so it is loaded by the first site that is made.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, current_app, request

#: Where files are that no disk holds.
_MEMORY = "/dev/shm"  # noqa: S108  # a folder of one's own is made in it

#: By this name the library finds the folder.
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

_BEGAN = "understory.began"

#: Upper ends of the spans of time that are counted, in seconds.
_SPANS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def share(site: str) -> None:
    """Have this process and its workers count together, from nothing on; `site` is what tells it from others here.

    The files are mapped into memory, and on a full disk to count would end the process: so memory holds them.
    """
    base = Path(_MEMORY if os.access(_MEMORY, os.W_OK) else tempfile.gettempdir())
    folder = base / f"understory-{hashlib.sha256(f'{os.getuid()} {site}'.encode()).hexdigest()[:16]}"
    # One that was killed could not put its own away.
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        folder = Path(tempfile.mkdtemp(prefix="understory-", dir=base))
    atexit.register(_remove, folder, os.getpid())
    os.environ[_FOLDER] = str(folder)


def _remove(folder: Path, owner: int) -> None:
    """At the end of the process that made it, not of its workers."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


class Figures:
    """The counters of one process. Labels are names that the site itself gives, never what somebody sent."""

    def __init__(self) -> None:
        import prometheus_client as library  # noqa: PLC0415  # the folder has to be known before

        self._registry = registry = library.CollectorRegistry()
        self._requests = library.Histogram(
            "understory_request_seconds",
            "Requests that the application answered; pages from memory do not get there.",
            ["method", "route", "status"],
            registry=registry,
            buckets=_SPANS,
        )
        self.pages = library.Counter(
            "understory_pages", "Pages that are kept: given from memory, or made.", ["given"], registry=registry
        )
        self.posts = library.Counter(
            "understory_posts", "Comments sent: where they came to be, or why not.", ["outcome"], registry=registry
        )
        self.streams = library.Gauge(
            "understory_streams", "Open event streams.", multiprocess_mode="livesum", registry=registry
        )
        self.kept = library.Gauge(
            "understory_page_cache_bytes", "Pages in memory.", multiprocess_mode="livesum", registry=registry
        )
        self.told = library.Histogram(
            "understory_live_seconds",
            "From word of a change to when every open page was sent it.",
            registry=registry,
            buckets=_SPANS,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer of the application."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def text(self, waiting: Mapping[str, int]) -> str:
        """All that was counted, and how many comments wait in each queue now."""
        import prometheus_client as library  # noqa: PLC0415  # as above
        from prometheus_client import multiprocess  # noqa: PLC0415  # as above

        registry = self._registry
        if folder := os.environ.get(_FOLDER):
            _forget_the_dead(Path(folder))
            registry = library.CollectorRegistry()
            multiprocess.MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]  # the library's
        now = library.CollectorRegistry()
        queues = library.metrics_core.GaugeMetricFamily(
            "understory_queue", "Comments that wait for a moderator.", labels=["queue"]
        )
        for queue, number in waiting.items():
            queues.add_metric([queue], number)
        now.register(_Collected(queues))
        return (library.generate_latest(registry) + library.generate_latest(now)).decode()


class _Collected:
    """One family of figures that was made for this answer alone."""

    def __init__(self, family: Any) -> None:
        self._family = family

    def collect(self) -> list[Any]:
        return [self._family]


def of(app: Flask) -> Figures:
    """The figures of a site."""
    return cast("Figures", app.extensions[__name__])


def here() -> Figures:
    """The figures of the running site."""
    return of(current_app)


def init_app(app: Flask) -> None:
    figures = app.extensions[__name__] = Figures()

    @app.before_request
    def begin() -> None:
        request.environ[_BEGAN] = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in _METHODS else "other"
        # What is refused before anything else has not begun.
        began = request.environ.get(_BEGAN, time.perf_counter())
        figures.note(method, route, response.status_code, time.perf_counter() - began)
        return response


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


def _forget_the_dead(folder: Path) -> None:
    """A worker that ended holds no stream and no page any more."""
    for path in folder.glob("gauge_live*_*.db"):
        with suppress(ProcessLookupError, PermissionError, FileNotFoundError, ValueError):
            process = int(path.stem.rpartition("_")[2])
            if not Path(f"/proc/{process}").exists():
                path.unlink()
