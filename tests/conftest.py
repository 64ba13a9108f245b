"""A site of its own for each test, on a database file of its own that every migration has made.

What a test says about a site it says with the builders; here is only what has to be put away afterwards.
"""

from __future__ import annotations

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
from sqlalchemy import event

from app import create_app
from tests.builders import Clock, Reader
from understory import clock as site_clock
from understory.db import db
from understory.settings import Settings

# How long an example takes is told by the machine that runs it, and belongs to `make bench`.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

#: Limits are off unless a test is about them.
QUIET = {"post_limit": "", "thread_limit": "", "sign_in_limit": "", "secret_key": "a key for tests only"}

MakeSite = Callable[..., Flask]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with every migration applied; a site gets a copy."""
    instance = tmp_path_factory.mktemp("migrated")
    app = create_app(Settings(instance=instance, **QUIET))
    with app.app_context():
        upgrade()
        _close(app)
    return instance / "understory.db"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates as the first site compiled them, so that a thousand others need not."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("compiled")))


@pytest.fixture
def make_site(tmp_path: Path, migrated: Path, compiled: FileSystemBytecodeCache) -> Iterator[MakeSite]:
    """Makes sites with the settings that a test names; the same `instance` again is the same site restarted."""
    made: list[Flask] = []
    trouble = _Trouble()

    def make(*, waits_for_the_disk: bool = False, **chosen: object) -> Flask:
        settings = Settings(**{"instance": tmp_path / "instance", **QUIET, **chosen})
        settings.instance.mkdir(exist_ok=True)
        if not (settings.instance / "understory.db").exists():
            shutil.copyfile(migrated, settings.instance / "understory.db")
        app = create_app(settings)
        app.jinja_env.bytecode_cache = compiled
        app.logger.addHandler(trouble)
        if not waits_for_the_disk:
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
