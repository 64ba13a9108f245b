"""A site of its own for each test, on a database of its own that every migration has made.

What a test says about a site it says with the builders; here is only what has to be put away afterwards. With
`--database postgresql` the sites are on a PostgreSQL server that the tests start, and only tests run that make one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event
from werkzeug.routing import Rule

from app import create_app
from blueprints.accounts import operations
from tests.builders import Clock, Reader
from tests.databases import QUIET, Databases, Files, close
from tests.postgresql import postgresql
from understory import clock as site_clock
from understory.db import db
from understory.settings import Settings

# How long an example takes is told by the machine that runs it, and belongs to `make bench`.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

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
        has_a_site = not {"databases", "serve"}.isdisjoint(getattr(item, "fixturenames", ()))
        (left if is_for_the_other or (on != "sqlite" and not has_a_site) else kept).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


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


@pytest.fixture(scope="session", autouse=True)
def _addresses_compiled_once() -> Iterator[None]:
    """Werkzeug compiles two functions for each address, most of what making a site takes. They are the same for all."""
    made: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    compile_one = Rule._compile_builder

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = rule.host, rule.subdomain, rule.rule, repr(rule.defaults), append_unknown
        if key not in made:
            made[key] = compile_one(rule, append_unknown)
        return made[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Rule, "_compile_builder", compiled)
        yield


@pytest.fixture(scope="session", autouse=True)
def the_hasher() -> Iterator[PasswordHasher]:
    """What the site keeps passwords with. Its slowness is its use, and is not needed by each who signs in here."""
    hasher = operations._hasher
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(operations, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield hasher


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
        close(app)
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
