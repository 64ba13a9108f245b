"""All or nothing, one writer at a time, and tables that are what the models say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from blueprints.articles import operations
from blueprints.articles.models import Article
from blueprints.articles.operations import Draft
from blueprints.comments import search
from tests.builders import article, at_once, within
from understory.db import db, is_modelled, transaction


def slugs(site) -> list[str]:
    return within(site, lambda: sorted(db.session.scalars(db.select(Article.slug))))


def test_what_is_done_in_a_transaction_is_kept_when_it_ends(site):
    with site.app_context(), transaction():
        operations.write(Draft(title="One", source="Text"))
        operations.write(Draft(title="Two", source="Text"))
    assert slugs(site) == ["one", "two"]


def test_nothing_is_kept_when_it_fails_not_even_what_an_inner_one_did(site):
    def write_and_fail() -> None:
        with transaction():
            operations.write(Draft(title="One", source="Text"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        within(site, write_and_fail)
    assert slugs(site) == []


def test_after_a_failure_the_next_transaction_works(site):
    with site.app_context():
        with pytest.raises(ZeroDivisionError), transaction():
            raise ZeroDivisionError
        operations.write(Draft(title="One", source="Text"))
    assert slugs(site) == ["one"]


def test_a_transaction_sees_what_others_wrote_before_it_began(site):
    with site.app_context():
        assert db.session.scalar(db.select(Article.id)) is None
        at_once(lambda: within(site, operations.write, Draft(title="One", source="Text")))
        with transaction() as session:
            assert session.scalar(db.select(Article.slug)) == "one"


def test_writers_wait_for_each_other(site):
    drafts = [Draft(title=f"Article {n}", source="Text") for n in range(12)]
    results = at_once(*[lambda draft=draft: within(site, operations.write, draft) for draft in drafts])
    assert sorted(results) == slugs(site)


@pytest.mark.postgresql
def test_a_connection_that_dies_between_two_statements_ends_without_an_error(site):
    def cut() -> None:
        with db.engine.connect() as other:
            ours = db.session.connection().connection.driver_connection.info.backend_pid
            other.execute(text("SELECT pg_terminate_backend(:it, 5000)"), {"it": ours})

    with site.app_context():
        db.session.scalars(db.select(Article.slug)).all()
        cut()
    with site.app_context():
        db.session.scalars(db.select(Article.slug)).all()
        cut()
        operations.write(Draft(title="One", source="Text"))
    assert slugs(site) == ["one"]


@pytest.mark.sqlite
def test_a_commit_survives_a_power_cut(make_site):
    site = make_site(waits_for_the_disk=True)
    with site.app_context():
        pragmas = {name: db.session.execute(text(f"PRAGMA {name}")).scalar_one() for name in PRAGMAS}
    assert pragmas == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_moment_comes_back_as_the_same_moment_in_utc(site):
    summer = datetime(2025, 6, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    within(site, operations.write, Draft(title="One", source="Text", published_at=summer))
    kept = article(site, "one").published_at
    assert kept == summer
    assert kept.tzinfo is UTC


COMPARED = {"compare_type": True, "render_as_batch": True, "include_object": is_modelled}


# SQLite does not tell of what an index of lower(email) is made.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_the_migrations_make_what_the_models_say(site):
    with site.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_migrations_can_be_undone(site):
    with site.app_context():
        downgrade(revision="base")
        with db.engine.connect() as connection:
            assert inspect(connection).get_table_names() == ["alembic_version"]


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_a_log_and_its_comments_outlive_the_migrations(make_site, tmp_path):
    site = make_site(instance=tmp_path / "older")
    moment = "2026-01-01 00:00:00"
    with site.app_context():
        downgrade(revision="base")
        upgrade(revision="0001")
        db.session.remove()
        with db.engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO articles (id, slug, title, author, summary, source, html, published, published_at,"
                f" updated_at) VALUES (1, 'a', 'A', '', '', 'x', 'x', TRUE, '{moment}', '{moment}')"
            )
            connection.exec_driver_sql(
                "INSERT INTO comments (id, article_id, root_number, path, depth, submission_id, author, source, html,"
                " state, shown, created_at) "
                f"VALUES (1, 1, 1, '', 0, 's', 'Ada', 'A toad', 'x', 'visible', TRUE, '{moment}')"
            )
            entry = f"'{moment}', 'mod', 1, 1, 'Rude'"
            connection.exec_driver_sql(
                "INSERT INTO moderation_log (id, at, account_name, comment_id, article_id, reason, act, before, after,"
                f" undoes_id) VALUES (1, {entry}, 'delete', 'visible', 'rejected', NULL),"
                f" (2, {entry}, 'undo', 'rejected', 'visible', 1)"
            )
        upgrade()
        with db.engine.connect() as connection:
            log = connection.exec_driver_sql("SELECT id, undoes_id, batch_id FROM moderation_log").all()
            found = connection.execute(search.newest("toad"), {"below": 10, "above": 0}).all()
        assert (log, found) == ([(1, None, None), (2, 1, None)], [(1,)])
