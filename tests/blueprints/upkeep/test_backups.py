"""Backup and restore: whole, consistent under load, nothing overwritten, and a way back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from blueprints.comments.models import State
from blueprints.moderation.models import Act
from blueprints.upkeep import backups, readiness
from tests.builders import add_article, add_comment, add_moderator, everything_in, moderate
from understory import serve, settings


@pytest.fixture
def used(site):
    slug = add_article(site)
    for n in range(30):
        add_comment(site, slug, f"Comment {n}", State.PENDING)
    moderate(site, Act.APPROVE, 1, add_moderator(site))
    return site


def run(site, *given: object):
    return site.test_cli_runner().invoke(args=[str(one) for one in given])


def file_of(site):
    return settings.of(site).instance / "understory.db"


def test_every_row_comes_back_under_a_new_instance(used, make_site, tmp_path):
    result = run(used, "backup", tmp_path / "copy.db")
    assert (result.exit_code, "checked" in result.stdout) == (0, True)
    other = make_site(instance=tmp_path / "other")
    add_article(other, "To be replaced")
    result = run(other, "restore", tmp_path / "copy.db")
    assert result.exit_code == 0, result.output
    restarted = make_site(instance=tmp_path / "other")
    assert everything_in(restarted) == everything_in(used)
    assert run(restarted, "check").exit_code == 0


@pytest.mark.parametrize("name", ["site #2", "what?", "a?mode=memory", "50%20", "caf\u00e9"])
def test_folders_and_files_have_any_name(make_site, tmp_path, name):
    site = make_site(instance=tmp_path / name)
    add_article(site)
    assert run(site, "backup", tmp_path / f"{name}.db").exit_code == 0
    other = make_site(instance=tmp_path / f"{name} too")
    assert run(other, "restore", tmp_path / f"{name}.db").exit_code == 0
    assert everything_in(make_site(instance=tmp_path / f"{name} too")) == everything_in(site)
    assert {one.name for one in tmp_path.iterdir()} == {name, f"{name}.db", f"{name} too"}


@pytest.mark.sqlite
def test_a_copy_of_what_is_no_site_is_none(tmp_path):
    source = tmp_path / "other.db"
    with closing(sqlite3.connect(source)) as database:
        database.execute("CREATE TABLE one (n INTEGER)")
    with pytest.raises(backups.Unfit, match="holds no site"):
        backups.back_up(source, tmp_path / "copy.db", lambda *_: None)
    assert not (tmp_path / "copy.db").exists()


def test_restoring_can_be_undone(used, make_site, tmp_path):
    run(used, "backup", tmp_path / "copy.db")
    other = make_site(instance=tmp_path / "other")
    add_article(other, "Mine")
    before = everything_in(other)
    said = run(other, "restore", tmp_path / "copy.db").stdout
    former = said.rpartition("restore ")[2].strip()
    assert run(other, "restore", former).exit_code == 0
    assert everything_in(make_site(instance=tmp_path / "other")) == before


@pytest.mark.sqlite
def test_a_copy_is_of_one_moment_though_others_write_all_the_time(tmp_path):
    """At every step of the copying somebody changes its first page and its last: in the copy they agree."""
    source = tmp_path / "busy.db"
    with closing(sqlite3.connect(source, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE alembic_version AS SELECT 'head' AS version_num")
        database.execute("CREATE TABLE one (n INTEGER, filler BLOB)")
        database.execute("BEGIN")
        database.executemany("INSERT INTO one VALUES (0, zeroblob(4000))", [()] * 8000)
        database.execute("COMMIT")
        reports = []

        def write(done, all_):
            reports.append(done / all_)
            database.execute("UPDATE one SET n = n + 1 WHERE rowid IN (1, 8000)")

        backups.back_up(source, tmp_path / "copy.db", write)
        written = database.execute("SELECT n FROM one WHERE rowid = 8000").fetchone()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT DISTINCT n FROM one WHERE rowid IN (1, 8000)").fetchall() == [(0,)]
    assert written == (len(reports),)
    assert len(reports) > 2
    assert reports == sorted(reports)


@pytest.mark.sqlite
def test_nothing_is_overwritten_and_nothing_half_made_is_left(used, tmp_path):
    taken = tmp_path / "copy.db"
    taken.write_text("mine")
    result = run(used, "backup", taken)
    assert (result.exit_code, taken.read_text()) == (1, "mine")
    assert "exists already" in result.output
    result = run(used, "backup", tmp_path / "no" / "where.db")
    assert (result.exit_code, "could not be written" in result.output) == (1, True)
    assert [path.name for path in tmp_path.glob("*.part")] == []


def _empty(path):
    path.write_bytes(b"")


def _rubbish(path):
    path.write_bytes(b"This is no database. " * 1000)


def _torn(path):
    with path.open("r+b") as file:
        file.seek(4096 * 8)
        file.write(b"\xff" * 4096 * 8)


def _foreign(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE other (id INTEGER)")


def _newer(path):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'of_next_year'")


def _loose(path):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE comments SET article_id = 999 WHERE id = 3")


@pytest.mark.sqlite
@pytest.mark.parametrize("spoil", [_empty, _rubbish, _torn, _foreign, _newer, _loose, lambda path: path.unlink()])
def test_what_is_not_sound_replaces_nothing(used, tmp_path, spoil):
    copy = tmp_path / "copy.db"
    run(used, "backup", copy)
    spoil(copy)
    before = everything_in(used)
    result = run(used, "restore", copy)
    assert result.exit_code == 1
    assert result.output.startswith("understory: ")
    assert len(result.output.splitlines()) == 1
    assert everything_in(used) == before
    assert [path.name for path in file_of(used).parent.glob("*.before-*")] == []


@pytest.mark.sqlite
def test_a_site_that_is_being_served_is_left_alone(used, tmp_path):
    run(used, "backup", tmp_path / "copy.db")
    with serve.being_served(settings.of(used)):
        result = run(used, "restore", tmp_path / "copy.db")
    assert (result.exit_code, "Stop it first" in result.output) == (1, True)
    assert run(used, "restore", tmp_path / "copy.db").exit_code == 0


@pytest.mark.sqlite
def test_the_newest_migration_is_known():
    newest, known = readiness.revisions()
    assert newest in known
