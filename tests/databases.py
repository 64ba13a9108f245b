"""Databases for sites of tests, empty and with every migration applied: files, or on a PostgreSQL server."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url

from app import create_app
from tests.postgresql import PostgreSQL
from understory.db import db
from understory.settings import Settings

#: Limits are off unless a test is about them.
QUIET = {"post_limit": "", "thread_limit": "", "sign_in_limit": "", "secret_key": "a key for tests only"}


class Files:
    """SQLite: a database is a file in the site's own folder, which a new site gets a copy of."""

    def __init__(self, folder: Path) -> None:
        app = create_app(Settings(instance=folder, **QUIET))
        with app.app_context():
            upgrade()
        close(app)
        self._migrated = folder / "understory.db"

    def address(self, instance: Path) -> str:
        """Where the database of a site is; it is made when there is none yet."""
        if not (instance / "understory.db").exists():
            shutil.copyfile(self._migrated, instance / "understory.db")
        return ""

    def forget(self) -> None:
        """Folders are put away with the test."""


class Databases:
    """PostgreSQL: a database for each site, one that an earlier test has left where there is one.

    To make one takes a quarter of a second, to empty one a few milliseconds.
    """

    def __init__(self, server: PostgreSQL, folder: Path) -> None:
        self._server = server
        self._in_use: dict[Path, str] = {}
        self._free: list[str] = []
        self._numbers = itertools.count(1)
        server.do("CREATE DATABASE migrated")
        app = create_app(Settings(instance=folder, database_url=_full(server.address("migrated")), **QUIET))
        with app.app_context():
            upgrade()
        close(app)
        tables = [
            row[0] for row in server.do("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", "migrated")
        ]
        filled = [table for table in tables if server.do(f"TABLE {table} LIMIT 1", "migrated")]
        server.do(
            "CREATE SCHEMA kept;" + "".join(f"SELECT * INTO kept.{one} FROM {one};" for one in filled), "migrated"
        )
        self._migrated = self._shape("migrated")
        self._empty = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid();"
            "SET session_replication_role = replica;"
            + "".join(f"DELETE FROM {table};" for table in tables)
            + "".join(f"INSERT INTO {table} SELECT * FROM kept.{table};" for table in filled)
            + "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"
        )

    def address(self, instance: Path) -> str:
        """Where the database of a site is; it is made when there is none yet."""
        if instance not in self._in_use:
            self._in_use[instance] = self._free.pop() if self._free else self._made()
        return _full(self._server.address(self._in_use[instance]))

    def forget(self) -> None:
        """Empty what the test had, for the next one; but for tables that the test made or changed."""
        for name in self._in_use.values():
            if self._shape(name) == self._migrated:
                self._server.do(self._empty, name)
                self._free.append(name)
            else:
                self._server.do(f"DROP DATABASE {name} WITH (FORCE)")
        self._in_use.clear()

    def _made(self) -> str:
        name = f"site_{next(self._numbers)}"
        self._server.do(f"CREATE DATABASE {name} TEMPLATE migrated")
        return name

    def _shape(self, name: str) -> list[tuple]:
        """Which tables, indexes and columns there are, by the numbers that a copy shares with what it is made of."""
        return self._server.do(
            "SELECT attrelid::bigint, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
            " WHERE relnamespace = 'public'::regnamespace ORDER BY attrelid, attnum",
            name,
        )


def _full(address: str) -> str:
    return make_url(address).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def close(app: Flask) -> None:
    """Let go of a site's connections."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
