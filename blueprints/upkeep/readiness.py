"""What a post needs: a database that takes it, tables as this version knows them, and room on the disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from understory import settings
from understory.db import db

#: Bytes that have to be free; below that, SQLite would soon refuse to write.
ROOM = 64 * 1024 * 1024

MIGRATIONS = Path(__file__).resolve().parents[2] / "understory" / "migrations"


@dataclass(frozen=True)
class Found:
    """One thing that was looked at."""

    name: str
    is_well: bool
    said: str


def look() -> list[Found]:
    """Look at all of it."""
    return [*_database(), _disk()]


@cache
def revisions() -> tuple[str, frozenset[str]]:
    """The newest migration, and all that there are."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    return scripts.get_current_head() or "", frozenset(script.revision for script in scripts.walk_revisions())


def _database() -> list[Found]:
    try:
        with db.engine.connect() as connection:
            stands_at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as error:
        return [Found("database", False, str(getattr(error, "orig", error)))]
    newest = revisions()[0]
    said = "newest" if stands_at == newest else f"at {stands_at}, this version needs {newest}"
    return [Found("database", True, "answers"), Found("migrations", stands_at == newest, said)]


def _disk() -> Found:
    room = os.statvfs(settings.current().instance)
    free = room.f_bavail * room.f_frsize
    return Found("disk", free >= ROOM, f"{free // 1024**2:,} MiB free")
