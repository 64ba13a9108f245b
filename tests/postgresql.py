"""A PostgreSQL server for tests: made in a folder of its own, on a free port of 127.0.0.1, and gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.served import free_port

#: Whom the server runs as where the tests run as root: it refuses root itself.
SERVANT = "postgres"

#: No test cuts the power, but the drills, which ask for a server that waits for the disk.
CARELESS = {"fsync": "off", "full_page_writes": "off"}


INIT = ("-U", SERVANT, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-N")


@dataclass
class PostgreSQL:
    """A server: its folder, its port and what it is set to."""

    folder: Path
    port: int
    settings: dict[str, str]

    def address(self, database: str = "postgres") -> str:
        return f"postgresql://{SERVANT}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        given = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", **self.settings}
        options = " ".join(f"-c {name}='{value}'" for name, value in given.items())
        log = str(self.folder.parent / f"{self.folder.name}.log")
        self.run("pg_ctl", "start", "-w", "-s", "-D", str(self.folder), "-l", log, "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """`fast` cuts the connections, `immediate` is what a crash is."""
        self.run("pg_ctl", "stop", "-w", "-s", "-m", mode, "-D", str(self.folder))

    def kill(self) -> None:
        """End the server and all its processes at once."""
        first = int((self.folder / "postmaster.pid").read_text().split()[0])
        os.killpg(os.getpgid(first), signal.SIGKILL)

    def do(self, statement: str, database: str = "postgres") -> list[tuple]:
        """Run a statement outside a transaction; its rows, if it gives any."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def run(self, command: str, *words: str) -> None:
        done = subprocess.run(
            [_found(command), *words],
            cwd=self.folder.parent,
            user=SERVANT if os.geteuid() == 0 else None,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"


@contextmanager
def postgresql(**settings: str) -> Iterator[PostgreSQL]:
    """A server until the block ends, at most careless unless `settings` say otherwise."""
    home = Path(tempfile.mkdtemp(prefix="understory-pg-"))
    if os.geteuid() == 0:
        servant = pwd.getpwnam(SERVANT)
        os.chown(home, servant.pw_uid, servant.pw_gid)
    server = PostgreSQL(home / "data", free_port(), settings or CARELESS)
    try:
        server.run(
            "initdb", "-D", str(server.folder), "-U", SERVANT, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-N"
        )
        server.start()
        yield server
    finally:
        if (server.folder / "postmaster.pid").exists():
            server.stop("immediate")
        shutil.rmtree(home)


def _found(command: str) -> str:
    """Debian keeps the server's commands where no PATH leads, by version."""
    places = [os.environ.get("PATH", ""), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
    found = shutil.which(command, path=os.pathsep.join(places))
    assert found, f"{command} is missing: install PostgreSQL (apt-get install postgresql)"
    return found
