"""A site of its own for each test, on a database of its own that every migration has made.

What a test says about a site it says with the builders; here is only what has to be put away afterwards. With
`--database postgresql` the sites are on a PostgreSQL server that the tests start, and only tests run that make one.
"""

from __future__ import annotations

import itertools
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event, make_url

from app import create_app
from tests.builders import Clock, Reader
from tests.postgresql import PostgreSQL, postgresql
from understory import clock as site_clock
from understory.db import db
from understory.settings import Settings

# How long an example takes is told by the machine that runs it, and belongs to `make bench`.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

#: Limits are off unless a test is about them.
QUIET = {"post_limit": "", "thread_limit": "", "sign_in_limit": "", "secret_key": "a key for tests only"}

MakeSite = Callable[..., Flask]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="what the sites are kept on"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite: what the test says is about SQLite alone")
    config.addinivalue_line("markers", "postgresql: what the test says is about PostgreSQL alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    on = config.getoption("--database")
    kept, left = [], []
    for item in items:
        is_for_the_other = item.get_closest_marker("postgresql" if on == "sqlite" else "sqlite")
        has_a_site = "databases" in getattr(item, "fixturenames", ())
        (left if is_for_the_other or (on != "sqlite" and not has_a_site) else kept).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


class Files:
    """SQLite: a database is a file in the site's own folder, which a new site gets a copy of."""

    def __init__(self, folder: Path) -> None:
        app = create_app(Settings(instance=folder, **QUIET))
        with app.app_context():
            upgrade()
        _close(app)
        self._migrated = folder / "understory.db"

    def address(self, instance: Path) -> str:
        """Where the database of a site is; it is made when there is none yet."""
        if not (instance / "understory.db").exists():
            shutil.copyfile(self._migrated, instance / "understory.db")
        return ""

    def forget(self) -> None:
        """Folders are put away with the test."""


class Databases:
    """PostgreSQL: a database of its own for each site, copied from one that is migrated."""

    def __init__(self, server: PostgreSQL, folder: Path) -> None:
        self._server = server
        self._made: dict[Path, str] = {}
        self._numbers = itertools.count(1)
        server.do("CREATE DATABASE migrated")
        app = create_app(Settings(instance=folder, database_url=_full(server.address("migrated")), **QUIET))
        with app.app_context():
            upgrade()
        _close(app)

    def address(self, instance: Path) -> str:
        """Where the database of a site is; it is made when there is none yet."""
        name = self._made.get(instance)
        if name is None:
            name = self._made[instance] = f"site_{next(self._numbers)}"
            self._server.do(f"CREATE DATABASE {name} TEMPLATE migrated")
        return _full(self._server.address(name))

    def forget(self) -> None:
        """Drop what the test had."""
        for name in self._made.values():
            self._server.do(f"DROP DATABASE {name} WITH (FORCE)")
        self._made.clear()


def _full(address: str) -> str:
    return make_url(address).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def _databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files | Databases]:
    folder = tmp_path_factory.mktemp("migrated")
    if request.config.getoption("--database") == "sqlite":
        yield Files(folder)
        return
    with postgresql() as server:
        yield Databases(server, folder)


@pytest.fixture
def databases(_databases: Files | Databases) -> Iterator[Files | Databases]:
    """What gives each site an empty database with every migration applied."""
    yield _databases
    _databases.forget()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates as the first site compiled them, so that a thousand others need not."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("compiled")))


@pytest.fixture
def make_site(tmp_path: Path, databases: Files | Databases, compiled: FileSystemBytecodeCache) -> Iterator[MakeSite]:
    """Makes sites with the settings that a test names; the same `instance` again is the same site restarted."""
    made: list[Flask] = []
    trouble = _Trouble()

    def make(*, waits_for_the_disk: bool = False, **chosen: object) -> Flask:
        instance = Path(chosen.get("instance", tmp_path / "instance"))
        instance.mkdir(exist_ok=True)
        given = {"instance": instance, "database_url": databases.address(instance), **QUIET, **chosen}
        app = create_app(Settings(**given))
        app.jinja_env.bytecode_cache = compiled
        app.logger.addHandler(trouble)
        if not waits_for_the_disk and not given["database_url"]:
            _do_not_wait_for_the_disk(app)
        made.append(app)
        return app

    yield make
    for app in made:
        app.logger.removeHandler(trouble)
        _close(app)
    assert trouble.seen == [], "the site met an error that it did not foresee"


@pytest.fixture
def site(make_site: MakeSite) -> Flask:
    """A site with the limits off."""
    return make_site()


@pytest.fixture
def reader(site: Flask) -> Reader:
    """Somebody with a browser at `site`."""
    return Reader(site)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The site's time, which stands still until the test moves it; asked for before anybody signs in."""
    pinned = Clock()
    monkeypatch.setattr(site_clock, "now", pinned.read)
    monkeypatch.setattr("itsdangerous.timed.time.time", pinned.seconds)
    return pinned


class _Trouble(logging.Handler):
    """Remembers what the site wrote to its log as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(logging.Formatter().format(record))


def _do_not_wait_for_the_disk(app: Flask) -> None:
    """No test cuts the power, and on a busy machine each commit would take as long as a whole test."""
    with app.app_context():

        @event.listens_for(db.engine, "connect")
        def connect(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=OFF")


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
