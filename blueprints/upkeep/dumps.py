"""Copies of a PostgreSQL database while it is in use, and the way back from one, with the server's own tools.

pg_dump reads one snapshot (https://www.postgresql.org/docs/current/app-pgdump.html), so a copy is one moment of the
site however long it takes. The way back is one transaction: it is there whole, or nothing has changed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from psycopg.conninfo import make_conninfo
from sqlalchemy import text
from sqlalchemy.engine import URL

from blueprints.upkeep.backups import Progress, Unfit, locked, to_the_disk
from understory import clock, engines
from understory.db import db

#: What the restored tables take the place of: all that the site made, whatever version made it.
_AFRESH = ("SET client_min_messages = warning", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")

_A_TABLE = re.compile(r"dumping contents of table")
_STANDS_AT = re.compile(r"^COPY \S*alembic_version.*\n(\S+)$", re.MULTILINE)
_SERVED = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = 'understory' AND pid <> pg_backend_pid()"
)


def back_up(url: URL, target: Path, tell: Progress) -> int:
    """Copy the database as it is at one moment, while others read and write. Gives the copy's bytes. Raises Unfit."""
    if target.exists():
        raise Unfit(f"{target} exists already. Choose another name, or move it away.")
    part = target.with_name(f"{target.name}.part")
    words = ["--format=custom", "--no-owner", "--no-privileges", "--schema=public", "--verbose", f"--file={part}"]
    try:
        with _started("pg_dump", [*words, *_at(url)], url) as dump:
            done, said = 0, ""
            for line in dump.stderr or ():
                said = line
                if _A_TABLE.search(line):
                    done += 1
                    tell(done, len(db.metadata.tables) + 1)
        if dump.returncode:
            raise Unfit(f"The database could not be copied: {said.strip()}")
        _contents(part)
        to_the_disk(part)
        os.link(part, target)
    except OSError as error:
        raise Unfit(f"{target} could not be written: {error}") from None
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def restore(source: Path, url: URL, known: frozenset[str], lock: Path) -> Path:
    """Put a copy in the place of what the database holds; gives the file that the former state was copied into.

    Nothing is touched unless the copy can be read and `known` names the migration that it stands at. Raises Unfit.
    """
    if not source.is_file():
        raise Unfit(f"There is no file {source}.")
    stands_at = _contents(source)
    if stands_at not in known:
        raise Unfit(f"{source} stands at the migration {stands_at!r}, which this version does not know.")
    with locked(lock):
        with db.engine.connect() as connection:
            if connection.execute(_SERVED).scalar_one():
                raise Unfit("The site is being served, here or on another host. Stop it first.")
        db.engine.dispose()
        former = lock.with_name(f"before-{clock.now():%Y%m%d-%H%M%S-%f}.dump")
        back_up(url, former, lambda _done, _all: None)
        _swap(source, url)
    return former


def _swap(source: Path, url: URL) -> None:
    afresh = [word for act in _AFRESH for word in ("-c", act)]
    into = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *afresh, "--file=-", *_at(url)]
    reading = ["--schema=public", "--no-owner", "--no-privileges", "--file=-", str(source)]
    with _started("pg_restore", reading, url) as script, _started("psql", into, url, script.stdout) as psql:
        said = "".join(psql.stderr or ())
    if script.returncode or psql.returncode:
        raise Unfit(f"{source} could not be brought back, and nothing was changed: {' '.join(said.split())}")


def _contents(source: Path) -> str | None:
    """The migration that a copy stands at. Raises Unfit for a file that is no whole copy."""
    with _started("pg_restore", ["--data-only", "--file=-", str(source)], None) as reading:
        stands_at, rest = None, ""
        for line in reading.stdout or ():
            found = _STANDS_AT.search(rest + line)
            stands_at = found[1] if found else stands_at
            rest = line
        said = "".join(reading.stderr or ())
    if reading.returncode:
        raise Unfit(f"{source} is not sound: {' '.join(said.split())}")
    return stands_at


def _at(url: URL) -> list[str]:
    """Where the database is, without the password: what a command is called with, everybody on the machine can see."""
    given = engines.parameters(url)
    given.pop("password", None)
    return [f"--dbname={make_conninfo(**given)}"]


def _started(
    command: str, words: Sequence[str], url: URL | None, stdin: IO[str] | int | None = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    found = shutil.which(command)
    if found is None:
        raise Unfit(f"{command} is missing. It comes with the database's client (apt-get install postgresql-client).")
    secret = {"PGPASSWORD": str(url.password)} if url is not None and url.password else {}
    pipe = subprocess.PIPE
    return subprocess.Popen(  # noqa: S603  # found on the PATH, with words of our own
        [found, *words], stdin=stdin, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **secret}
    )
