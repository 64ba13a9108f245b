"""The tables change while readers read and posters post: the code that runs goes on with them, and nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.postgresql import PostgreSQL, postgresql
from tests.served import ROOT, Served, serving

from .conftest import IS_LONG, Note
from .crowd import SLUG, Crowd, Poster, agrees

#: What the next version might add: a column, filled, and an index on it.
NEXT = '''"""what the next version might add."""

import sqlalchemy as sa
from alembic import op

revision = "the_next_one"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comments", sa.Column("mood", sa.String(length=16), nullable=False, server_default="calm"))
    op.create_index("ix_comments_mood", "comments", ["mood"])


def downgrade() -> None:
    op.drop_index("ix_comments_mood", "comments")
    op.execute("ALTER TABLE comments DROP COLUMN mood")
'''

#: No migration takes as long, on however busy a machine, in seconds.
HANGS = 120


@pytest.fixture
def database() -> Iterator[PostgreSQL]:
    with postgresql(fsync="on", synchronous_commit="on") as server:
        server.do("CREATE DATABASE site")
        yield server


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def kept_on(request: pytest.FixtureRequest) -> dict[str, object]:
    if request.param == "SQLite":
        return {}
    server = request.getfixturevalue("database")
    return {"database_url": server.address("site"), "workers": 2}


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """The site's own, and one more."""
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "understory" / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_the_next_one.py").write_text(NEXT.format(head=_head()), encoding="utf-8")
    return folder


def test_old_code_goes_on_with_the_next_version_s_tables(tmp_path, kept_on, migrations, note: Note):
    times, waits = 5 if IS_LONG else 1, []
    with _site(tmp_path, kept_on) as site, Crowd(site) as crowd:
        for _ in range(times):
            crowd.wait_for(15)
            began = time.monotonic()
            assert _migrate(site, migrations, "upgrade").returncode == 0
            assert Poster(site).ask("GET", f"/articles/{SLUG}").status == 200
            crowd.wait_for(10)
            waits.append(time.monotonic() - began)
            if times > 1:
                assert _migrate(site, migrations, "downgrade").returncode == 0
    agrees(site, crowd.acknowledged)
    where = "PostgreSQL" if kept_on else "SQLite"
    note(f"{where}: a column and an index added while 4 readers post", times, waits, len(crowd.acknowledged))


def test_a_migration_that_cannot_have_its_table_gives_up_and_the_site_goes_on(tmp_path, database, migrations):
    """Somebody's long report reads the comments: what waits for it would keep all others waiting."""
    with (
        _site(tmp_path, {"database_url": database.address("site")}) as site,
        psycopg.connect(database.address("site")) as report,
        Crowd(site) as crowd,
    ):
        crowd.wait_for(5)
        report.execute("SELECT count(*) FROM comments")
        ended = _migrate(site, migrations, "upgrade")
        assert ended.returncode != 0
        assert "lock timeout" in ended.stderr
        crowd.wait_for(5)
    agrees(site, crowd.acknowledged)


@contextmanager
def _site(folder: Path, kept_on: dict[str, object]) -> Iterator[Served]:
    with serving(folder, thread_limit="off", **kept_on) as site:
        yield site


def _migrate(site: Served, migrations: Path, which: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "flask", "--app", "app", "db", which, "--directory", str(migrations)]
    return subprocess.run(
        words, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False, timeout=HANGS
    )


def _head() -> str:
    versions = sorted((ROOT / "understory" / "migrations" / "versions").glob("*.py"))
    return next(line for line in versions[-1].read_text().splitlines() if line.startswith("revision")).split('"')[1]
