"""What is wrong with an installation, in words, and what to do about it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from limits.storage import storage_from_string
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from blueprints.upkeep import readiness
from understory import clock, settings
from understory.db import db
from understory.settings import Settings

#: How far this machine's clock may be from the database's, in seconds.
DRIFT = 5

#: How old the newest copy may be, in days.
OLD = 7

#: The time before which no machine can be now: its clock is not set.
BUILT = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `advice` says what to do; without any, all is well."""

    what: str
    said: str
    advice: str = ""
    is_fault: bool = False


def examine() -> Iterator[Finding]:
    """Look at everything, in an order in which the first fault explains the later ones."""
    chosen = settings.current()
    for look in (_folder, _secrets, _clock, _database, _rows, _disk, _workers, _limits, _address, _copies):
        yield from look(chosen)


def _folder(chosen: Settings) -> Iterator[Finding]:
    folder = chosen.instance
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("instance folder", f"{folder} cannot be written", "give it to the user who runs the site", True)
    elif folder.stat().st_mode & 0o022:
        yield Finding("instance folder", f"{folder} can be written by other users", f"chmod go-w {folder}", True)
    else:
        yield Finding("instance folder", str(folder))


def _secrets(chosen: Settings) -> Iterator[Finding]:
    path = chosen.instance / "secret_key"
    if path.exists() and path.stat().st_mode & 0o077:
        yield Finding("secret key", f"other users can read {path}", f"chmod 600 {path}", True)
    elif not path.exists() and len(chosen.secret_key) < 32:
        yield Finding("secret key", "shorter than 32 characters", "take a longer one; everybody signs in again then")
    else:
        yield Finding("secret key", "readable by the site alone" if path.exists() else "from the settings")


def _clock(_chosen: Settings) -> Iterator[Finding]:
    now = clock.now()
    if now < BUILT:
        yield Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC is before this version was made", "set the clock", True)
    else:
        yield Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def _database(_chosen: Settings) -> Iterator[Finding]:
    advice = {
        "database": "see that the server runs, and UNDERSTORY_DATABASE_URL",
        "migrations": "flask --app app db upgrade, or start the site",
    }
    for found in readiness.look():
        if found.name in advice:
            yield Finding(found.name, found.said, "" if found.is_well else advice[found.name], not found.is_well)
    with suppress(SQLAlchemyError):
        yield from _sqlite() if db.engine.dialect.name == "sqlite" else _postgresql()


def _sqlite() -> Iterator[Finding]:
    with db.engine.connect() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
    is_wal = mode == "wal"
    advice = "" if is_wal else "put the instance folder on a local disk: no network file system carries WAL"
    yield Finding("SQLite", f"{sqlite3.sqlite_version}, journal mode {mode}", advice, not is_wal)


def _postgresql() -> Iterator[Finding]:
    with db.engine.connect() as connection:
        asked = "SELECT current_setting('server_version'), current_setting('server_encoding'), "
        row = connection.execute(text(asked + "extract(epoch FROM clock_timestamp())")).one()
        commits = connection.execute(text("SELECT current_setting('synchronous_commit')")).scalar_one()
    yield Finding("PostgreSQL", f"{row[0]}, {row[1]}")
    if row[1] != "UTF8":
        yield Finding("encoding", row[1], "make the database anew: createdb --encoding UTF8", True)
    if commits == "off":
        yield Finding("durability", "synchronous_commit is off", "turn it on, or a crash loses what was answered", True)
    drift = abs(time.time() - float(row[2]))
    if drift > DRIFT:
        yield Finding("clocks", f"the database's differs by {drift:,.0f} s", "let both follow a time server", True)


def _rows(_chosen: Settings) -> Iterator[Finding]:
    with suppress(SQLAlchemyError):
        with db.engine.connect() as connection:
            admins = connection.execute(text("SELECT count(*) FROM accounts WHERE role = 'admin'")).scalar_one()
        way_in = "open the link that the start prints, or: flask --app app moderators add NAME --admin"
        yield Finding("admins", str(admins), "" if admins else way_in, not admins)


def _disk(_chosen: Settings) -> Iterator[Finding]:
    for found in readiness.look():
        if found.name == "disk":
            yield Finding("disk", found.said, "" if found.is_well else "make room", not found.is_well)


def _workers(chosen: Settings) -> Iterator[Finding]:
    processors = os.cpu_count() or 1
    is_sqlite = make_url(chosen.database).get_backend_name() == "sqlite"
    # On PostgreSQL a process waits for its server now and then; on SQLite it waits for nobody.
    useful = 1 if is_sqlite else 2
    advice = ""
    if chosen.workers > useful * processors:
        advice = f"more than {useful} for each of {processors} processors only take memory"
    yield Finding("processes", str(chosen.workers), advice)


def _limits(chosen: Settings) -> Iterator[Finding]:
    off = [name for name in ("post_limit", "sign_in_limit", "act_limit") if not getattr(chosen, name)]
    if off:
        names = ", ".join(f"UNDERSTORY_{name.upper()}" for name in off)
        yield Finding("limits", f"{names}: off", "set them before strangers come", "sign_in_limit" in off)
    if not chosen.redis_url:
        advice = "" if chosen.workers == 1 else "they count together with UNDERSTORY_REDIS_URL"
        yield Finding("limits", "counted by each process alone", advice)
    elif storage_from_string(chosen.redis_url, socket_timeout=1, socket_connect_timeout=1).check():
        yield Finding("Redis", "answers")
    else:
        yield Finding("Redis", "does not answer", "see that it runs, and UNDERSTORY_REDIS_URL", True)


def _address(chosen: Settings) -> Iterator[Finding]:
    is_behind = bool(chosen.trusted_proxies.hops or chosen.trusted_proxies.networks)
    is_open = chosen.host not in ("127.0.0.1", "::1", "localhost")
    if not chosen.base_url:
        yield Finding("address", "none set", "set UNDERSTORY_BASE_URL: feeds and links name whatever they are asked by")
    elif chosen.base_url.startswith("http://") and is_open:
        yield Finding("address", chosen.base_url, "serve it by HTTPS, with a proxy in front: docs/deploy.md")
    else:
        yield Finding("address", chosen.base_url)
    if chosen.base_url.startswith("https://") and not is_behind:
        advice = "set UNDERSTORY_TRUSTED_PROXIES, or all readers count as one address"
        yield Finding("proxies", "none trusted", advice, True)


def _copies(chosen: Settings) -> Iterator[Finding]:
    """Copies are known only where they lie in the instance folder; elsewhere is better, so this is no fault."""
    newest = max((path.stat().st_mtime for path in _copies_in(chosen.instance)), default=None)
    days = None if newest is None else int((time.time() - newest) / 86_400)
    if days is None or days > OLD:
        said = "none in the instance folder" if days is None else f"the newest here is {days} days old"
        yield Finding("copies", said, "make one every night, and keep it elsewhere: docs/backup.md")
    else:
        yield Finding("copies", f"the newest here is {days} days old")


def _copies_in(folder: Path) -> list[Path]:
    return [*folder.glob("*.db.before-*"), *folder.glob("*.dump")]
