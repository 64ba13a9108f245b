"""Makes the site ready once, then serves it.

Whatever must happen once (migrations, first articles, the first claim) happens here before a worker starts:
two workers that create a schema at once would end each other.
"""

from __future__ import annotations

import fcntl
import os
import resource
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.exc import DatabaseError

from understory import figures, logs, settings, workers
from understory.balance import Place, places
from understory.db import db
from understory.door import MOST_CONNECTIONS, Door
from understory.errors import DATABASE_FAULTS
from understory.settings import SettingError, Settings

if TYPE_CHECKING:
    from understory.front import Front

#: Makes something ready and gives a line to print, or None; it is told the site's address.
StartTask = Callable[[str], str | None]

#: Descriptors beside the connections: the database, the log, what is read.
_FILES = 256

#: The first descriptor that systemd hands over.
_FIRST_GIVEN = 3


def at_start(app: Flask, task: StartTask) -> None:
    """Have a task run, within the application, each time the site is made ready."""
    app.extensions.setdefault(__name__, []).append(task)


def main(create_app: Callable[[Settings], Flask], create_front: Callable[[], Front]) -> None:
    """Make the site ready, print where it is, serve until told to stop. A bad setting ends it with one line."""
    with ExitStack() as held:
        try:
            chosen = settings.load()
            listening = _listen(chosen, held)
            logs.configure(chosen)
            figures.share(f"{chosen.instance} {chosen.port}")
            app = create_app(chosen)
        except SettingError as error:
            sys.exit(f"understory: {error}")
        address = chosen.base_url or f"http://{_in_url(chosen.host)}:{chosen.port}"
        try:
            lines = make_ready(app, chosen, address)
        except (*DATABASE_FAULTS, DatabaseError) as error:
            said = " ".join(str(getattr(error, "orig", error)).split())
            sys.exit(f"understory: UNDERSTORY_DATABASE_URL: the database cannot be used: {said}")
        print("", f"{chosen.site_name} is at {address}/", *lines, "", sep="\n", flush=True)
        with app.app_context():
            # Connections do not outlive a fork.
            db.engine.dispose()
        held.enter_context(being_served(chosen))
        there = held.enter_context(places(chosen.workers))
        workers.keep_working(partial(_work, create_front, listening), there, partial(_close, listening))


def make_ready(app: Flask, chosen: Settings, address: str) -> list[str]:
    """Bring the database up to date and run the start tasks; one process at a time. Gives their lines."""
    with app.app_context(), _alone(chosen.instance / ".starting"):
        upgrade()
        return [line for task in app.extensions.get(__name__, []) if (line := task(address))]


def lock_of(chosen: Settings) -> Path:
    """A file that is locked as long as the site is being served."""
    return chosen.instance / ".serving"


@contextmanager
def being_served(chosen: Settings) -> Iterator[None]:
    """Hold the lock by which `flask restore` sees that it must not touch the data now."""
    with lock_of(chosen).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield


def _work(create_front: Callable[[], Front], listening: list[socket.socket], place: Place) -> None:
    """One worker's life."""
    uvloop.run(_serve(create_front(), listening, place))


async def _serve(front: Front, listening: list[socket.socket], place: Place) -> None:
    front.open()
    await Door(front.handle, front.glance, place).serve(listening, front.hang_up, workers.STOP_SECONDS)
    front.close()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _in_url(host: str) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # names where to look, binds nothing
    return f"[{host}]" if ":" in host else host


def _listen(chosen: Settings, held: ExitStack) -> list[socket.socket]:
    """The sockets that systemd holds for this process (sd_listen_fds(3)), else one at the chosen address."""
    _allow_connections()
    if os.environ.get("LISTEN_PID") == str(os.getpid()):
        given = range(_FIRST_GIVEN, _FIRST_GIVEN + int(os.environ["LISTEN_FDS"]))
        return [held.enter_context(socket.socket(fileno=number)) for number in given]
    try:
        found = socket.getaddrinfo(chosen.host, chosen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listening = held.enter_context(socket.socket(family, kind, protocol))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "that is no host's name"
        raise SettingError(f"UNDERSTORY_PORT: {chosen.host} port {chosen.port} cannot be used: {why}") from None
    return [listening]


def _allow_connections() -> None:
    """Each connection is a descriptor, and the usual allowance is for a thousand."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + _FILES
    if 0 <= allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if most < 0 else min(wanted, most), most))


def _close(listening: list[socket.socket]) -> None:
    for one in listening:
        one.close()
