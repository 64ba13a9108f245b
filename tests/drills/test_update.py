"""An update under systemd: its socket outlives the process, so that nobody is turned away while versions change."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass

from tests.served import ROOT, Served

from .conftest import IS_LONG, Note
from .crowd import PATIENCE, SLUG, Poster, Working, agrees

TIMES = 10 if IS_LONG else 2

#: What systemd does before it runs a service that has a socket (sd_listen_fds(3)).
_HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, "app.py"])
"""


@dataclass
class Systemd:
    """Holds the site's socket, and starts and ends the site below it."""

    site: Served
    held: socket.socket

    def start(self) -> subprocess.Popen[bytes]:
        given = self.held.fileno()
        with self.site.log.open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-c", _HAND_OVER, str(given)],
                cwd=ROOT,
                env=self.site.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[given],
                start_new_session=True,
            )

    def restart(self, running: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=30) == 0
        return self.start()


class Visitors(Working):
    """Posters, readers and listeners, none of whom may ever be turned away."""

    def __init__(self, site: Served) -> None:
        super().__init__(site, [*[self._post] * 3, *[self._read] * 3, *[self._listen] * 2])
        self.heard = 0

    def _post(self, visitor: Poster) -> None:
        submission, body = secrets.token_urlsafe(16), f"Words {secrets.token_hex(8)}"
        answer = visitor.send(body, submission)
        assert answer.status == 303, answer.text[:500]
        self.acknowledged[submission] = body

    def _read(self, visitor: Poster) -> None:
        assert visitor.ask("GET", f"/articles/{SLUG}").status == 200

    def _listen(self, _visitor: Poster) -> None:
        """One stream until the site ends it in good order, as a browser that comes back after each end."""
        port = int(self._site.address.rpartition(":")[2])
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", f"/articles/{SLUG}/live")
            stream = connection.getresponse()
            assert stream.status == 200
            while line := stream.readline():
                self.heard += line.startswith(b"data:")
                if self._ended.is_set():
                    return

    def hear_more_than(self, heard: int) -> None:
        """Until a stream has told of something more; a busy machine tells a moment later."""
        deadline = time.monotonic() + PATIENCE
        while self.heard <= heard:
            assert time.monotonic() < deadline, "no stream tells of anything any more"
            time.sleep(0.02)


def test_an_update_turns_nobody_away(site: Served, note: Note):
    """Each request is a connection of its own and is asked once: a failure would not be tried again."""
    site.stop()
    waits = []
    with closing(socket.create_server(("127.0.0.1", int(site.environment["UNDERSTORY_PORT"])), backlog=512)) as held:
        systemd = Systemd(site, held)
        running = systemd.start()
        try:
            with Visitors(site) as visitors:
                for _ in range(TIMES):
                    visitors.wait_for(15)
                    heard, began = visitors.heard, time.monotonic()
                    running = systemd.restart(running)
                    visitors.wait_for(1)
                    waits.append(time.monotonic() - began)
                visitors.wait_for(15)
                visitors.hear_more_than(heard)
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait(timeout=30)
    site.start()
    agrees(site, visitors.acknowledged)
    note("an update with systemd's socket: no request fails", TIMES, waits, len(visitors.acknowledged))
