"""Copies of an SQLite database while it is in use, and the way back from one."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from understory import clock
from understory.engines import read_only

#: Pages of 4 KiB that are copied between two reports of progress.
PAGES = 2500

Progress = Callable[[int, int], None]


class Unfit(Exception):
    """Why a file cannot be written or brought back; one sentence for the operator."""


def back_up(database: Path, target: Path, tell: Progress) -> int:
    """Copy the database as it is at one moment, while others read and write. Gives the copy's bytes. Raises Unfit.

    One read transaction is held open on the connection that is copied from: SQLite would begin again from the start
    after each write of another process (https://sqlite.org/backup.html), and never come to an end on a busy site.
    """
    if target.exists():
        raise Unfit(f"{target} exists already. Choose another name, or move it away.")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(read_only(database), uri=True, isolation_level=None)) as source:
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            with closing(sqlite3.connect(part)) as copy:
                source.backup(copy, pages=PAGES, progress=lambda _, left, all_: tell(all_ - left, all_), sleep=0)
                copy.execute("PRAGMA journal_mode = DELETE")
        faults = unsound(part)
        if faults:
            raise Unfit(f"The copy is not sound: {faults}")
        if _stands_at(part) is None:
            raise Unfit(f"The copy holds no site: {database} is not one's database.")
        to_the_disk(part)
        os.link(part, target)
    except (OSError, sqlite3.Error) as error:
        raise Unfit(f"{target} could not be written: {error}") from None
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def restore(source: Path, database: Path, known: frozenset[str], lock: Path) -> Path | None:
    """Put a copy in the place of the database; gives where the former one is now, None if there was none.

    Nothing is touched unless the copy is sound and `known` names the migration that it stands at. Raises Unfit.
    """
    if not source.is_file():
        raise Unfit(f"There is no file {source}.")
    faults = unsound(source)
    if faults:
        raise Unfit(f"{source} is not sound: {faults}")
    stands_at = _stands_at(source)
    if stands_at not in known:
        raise Unfit(f"{source} stands at the migration {stands_at!r}, which this version does not know.")
    with locked(lock):
        return _swap(source, database)


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """Keep the site from being served from this folder meanwhile. Raises Unfit while it is."""
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unfit("The site is being served. Stop it first.") from None
        yield


def to_the_disk(path: Path) -> None:
    """Have what was written survive a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def unsound(path: Path) -> str:
    """What SQLite finds wrong with a file, in one line; nothing when it is sound."""
    try:
        with closing(sqlite3.connect(f"{read_only(path)}&immutable=1", uri=True)) as database:
            said = [row[0] for row in database.execute("PRAGMA integrity_check(3)")]
            loose = database.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        return str(error)
    if said != ["ok"]:
        return "; ".join(said)
    return f"a row of {loose[0]} refers to one of {loose[2]} that is not there" if loose else ""


def _stands_at(path: Path) -> str | None:
    try:
        with closing(sqlite3.connect(f"{read_only(path)}&immutable=1", uri=True)) as database:
            row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return str(row[0]) if row else None


def _swap(source: Path, database: Path) -> Path | None:
    fresh = database.with_name(f"{database.name}.fresh")
    try:
        shutil.copyfile(source, fresh)
        to_the_disk(fresh)
        former = _set_aside(database) if database.exists() else None
        fresh.rename(database)
        to_the_disk(database.parent)
    except (OSError, sqlite3.Error) as error:
        raise Unfit(f"{database} could not be replaced: {error}") from None
    finally:
        fresh.unlink(missing_ok=True)
    return former


def _set_aside(database: Path) -> Path:
    """Put all that was written into the one file, so that it is whole by itself, and give it another name."""
    with closing(sqlite3.connect(database)) as closed:
        closed.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        closed.execute("PRAGMA journal_mode = DELETE")
    former = database.with_name(f"{database.name}.before-{clock.now():%Y%m%d-%H%M%S-%f}")
    database.rename(former)
    return former
