"""The real server, for tests that need one: its own instance folder, a free port of 127.0.0.1, limits off."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import NullPool, create_engine

ROOT = Path(__file__).resolve().parents[1]

#: Short pages, so that a dozen comments are a thread of three of them.
PER_PAGE = 5

#: How long the server may take to answer its first connection, in seconds.
START_SECONDS = 60


@dataclass
class Served:
    """A running site: where it is, what it printed, and the shell beside it."""

    address: str
    instance: Path
    log: Path
    environment: dict[str, str]
    _server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, for the first time or again."""
        with self.log.open("a") as output:
            self._server = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _wait_for(int(self.environment["UNDERSTORY_PORT"]), self._server, self.log)

    def kill(self) -> None:
        """End the server and its workers without a chance to say goodbye, as a power cut does."""
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()
        # A worker takes a moment to die, and until then its port takes connections that nobody will answer.
        deadline = time.monotonic() + START_SECONDS
        while _answers(int(self.environment["UNDERSTORY_PORT"])):
            assert time.monotonic() < deadline, "the server lives on"

    def stop(self) -> None:
        """End the server as an operator does."""
        self._server.terminate()
        try:
            self._server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def process_id(self) -> int:
        """The server's own process; its workers are below it."""
        return self._server.pid

    @property
    def claim_link(self) -> str:
        """The one-time link that the start printed."""
        return re.findall(rf"{re.escape(self.address)}/claim/\S+", self.log.read_text())[-1]

    def rows(self, query: str) -> list[tuple]:
        """What is stored, asked past the site."""
        address = self.environment.get("UNDERSTORY_DATABASE_URL", f"sqlite:///{self.instance / 'understory.db'}")
        engine = create_engine(address, poolclass=NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def flask(self, *words: str, typed: str = "") -> str:
        """Run a `flask` command on this site's instance and give what it said."""
        command = [sys.executable, "-m", "flask", "--app", "app", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=typed, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def serving(folder: Path, surroundings: Mapping[str, str] = {}, **settings: object) -> Iterator[Served]:
    """Serve a site of its own from `folder` until the block ends, in an environment that has these surroundings."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSTORY_")}
    given = {"instance": folder / "instance", "port": port, "post_limit": "off", "sign_in_limit": "off", **settings}
    environment |= {f"UNDERSTORY_{name.upper()}": str(value) for name, value in given.items()}
    environment |= surroundings
    site = Served(f"http://127.0.0.1:{port}", folder / "instance", folder / "log.txt", environment)
    try:
        site.start()
        yield site
    finally:
        site.stop()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the port answers. Between two tries it waits for the process to end, which would be the answer too."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _answers(port):
            return
        try:
            server.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"the server did not come up:\n{log.read_text()}")
