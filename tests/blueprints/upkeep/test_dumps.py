"""Backup and restore where a PostgreSQL server keeps the data."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest
from sqlalchemy import make_url

from blueprints.upkeep import readiness
from tests.blueprints.upkeep.test_backups import run
from tests.builders import add_article, add_comment, everything_in
from understory import settings

pytestmark = pytest.mark.postgresql


@pytest.fixture
def used(site):
    slug = add_article(site)
    for n in range(10):
        add_comment(site, slug, f"Comment {n}")
    return site


def connected(site):
    url = make_url(settings.of(site).database).set(drivername="postgresql")
    return closing(
        psycopg.connect(url.render_as_string(hide_password=False), application_name="understory", autocommit=True)
    )


def test_a_site_that_another_host_serves_is_left_alone(used, tmp_path):
    run(used, "backup", tmp_path / "copy.dump")
    before = everything_in(used)
    with connected(used):
        result = run(used, "restore", tmp_path / "copy.dump")
    assert (result.exit_code, "another host" in result.output) == (1, True)
    assert everything_in(used) == before


@pytest.mark.parametrize("spoil", [lambda copy: copy[:2000], lambda copy: b"", lambda _: b"not a copy at all"])
def test_what_is_no_whole_copy_replaces_nothing(used, tmp_path, spoil):
    run(used, "backup", tmp_path / "copy.dump")
    (tmp_path / "copy.dump").write_bytes(spoil((tmp_path / "copy.dump").read_bytes()))
    before = everything_in(used)
    result = run(used, "restore", tmp_path / "copy.dump")
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert everything_in(used) == before


def test_a_copy_of_a_newer_version_replaces_nothing(used, tmp_path, monkeypatch):
    run(used, "backup", tmp_path / "copy.dump")
    monkeypatch.setattr(readiness, "revisions", lambda: ("older", frozenset({"older"})))
    result = run(used, "restore", tmp_path / "copy.dump")
    assert (result.exit_code, "does not know" in result.output) == (1, True)


def test_tables_that_the_copy_does_not_know_go(used, tmp_path):
    run(used, "backup", tmp_path / "copy.dump")
    before = everything_in(used)
    with connected(used) as connection:
        connection.execute("CREATE TABLE made_by_a_newer_version (id integer)")
        connection.execute("UPDATE articles SET title = 'Changed'")
    result = run(used, "restore", tmp_path / "copy.dump")
    assert result.exit_code == 0, result.output
    assert everything_in(used) == before
    with connected(used) as connection:
        assert connection.execute("SELECT to_regclass('made_by_a_newer_version')").fetchone() == (None,)
