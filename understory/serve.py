"""Makes the site ready once, then serves it with granian.

Whatever must happen once (migrations, first articles, the first claim) happens here before a worker starts:
two workers that create a schema at once would end each other.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.log import LogLevels
from granian.server import Server

from understory import figures, logs, loop, settings
from understory.errors import DATABASE_FAULTS
from understory.settings import SettingError, Settings

#: Makes something ready and gives a line to print, or None; it is told the site's address.
StartTask = Callable[[str], str | None]

#: Connections that one process holds open at once, streams among them; granian's own bound is far lower.
CONNECTIONS = 24_000

#: glibc's number for the most heaps of a process (mallopt(3)).
_M_ARENA_MAX = -8


def at_start(app: Flask, task: StartTask) -> None:
    """Have a task run, within the application, each time the site is made ready."""
    app.extensions.setdefault(__name__, []).append(task)


def main(create_app: Callable[[Settings], Flask]) -> None:
    """Make the site ready, print where it is, serve until told to stop. A bad setting ends it with one line."""
    try:
        chosen = settings.load()
        _refuse_taken_port(chosen)
        logs.configure(chosen)
        figures.share(f"{chosen.instance} {chosen.port}")
        app = create_app(chosen)
    except SettingError as error:
        sys.exit(f"understory: {error}")
    address = chosen.base_url or f"http://{_in_url(chosen.host)}:{chosen.port}"
    try:
        lines = make_ready(app, chosen, address)
    except DATABASE_FAULTS as error:
        said = " ".join(str(getattr(error, "orig", error)).split())
        sys.exit(f"understory: UNDERSTORY_DATABASE_URL: the database cannot be used: {said}")
    print("", f"{chosen.site_name} is at {address}/", *lines, "", sep="\n", flush=True)
    serve(chosen)


def make_ready(app: Flask, chosen: Settings, address: str) -> list[str]:
    """Bring the database up to date and run the start tasks; one process at a time. Gives their lines."""
    with app.app_context(), _alone(chosen.instance / ".starting"):
        upgrade()
        return [line for task in app.extensions.get(__name__, []) if (line := task(address))]


def lock_of(chosen: Settings) -> Path:
    """A file that is locked as long as the site is being served."""
    return chosen.instance / ".serving"


def serve(chosen: Settings) -> None:
    """Run the server until it is told to stop."""
    loop.register()
    with being_served(chosen):
        _run(chosen)


@contextmanager
def being_served(chosen: Settings) -> Iterator[None]:
    """Hold the lock by which `flask restore` sees that it must not touch the data now."""
    with lock_of(chosen).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield


def _run(chosen: Settings) -> None:
    _save_memory()
    Server(
        "app:create_front",
        factory=True,
        address=chosen.host,
        port=chosen.port,
        workers=chosen.workers,
        interface=Interfaces.RSGI,
        loop=Loops(loop.NAME),
        # One thread for the sockets, and nothing but HTTP/1.1: a tenth of a page's processor time.
        runtime_mode=RuntimeModes.st,
        http=HTTPModes.http1,
        websockets=False,
        backlog=4096,
        backpressure=CONNECTIONS,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
    ).serve()


def _save_memory() -> None:
    """Before workers are forked: what is here now they share, as long as nobody writes to it."""
    # The C library would give each thread a heap of its own, and most of each would lie idle. Others than glibc do not.
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    # The collector writes to all that it looks through; what is frozen it leaves alone.
    gc.collect()
    gc.freeze()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _in_url(host: str) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # names where to look, binds nothing
    return f"[{host}]" if ":" in host else host


def _refuse_taken_port(chosen: Settings) -> None:
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.host, chosen.port))
        except OSError as error:
            raise SettingError(
                f"UNDERSTORY_PORT: {chosen.host} port {chosen.port} cannot be used: {error.strerror}"
            ) from None
