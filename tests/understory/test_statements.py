"""Statements that go past SQLAlchemy give what they give through it."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, insert, select, type_coerce
from sqlalchemy.exc import IntegrityError

from blueprints.articles.models import Article
from tests.builders import add_article, within
from understory import clock
from understory.db import built_once, db, read, run, transaction
from understory.moments import PrintedMoment

_articles = Article.__table__


@built_once
def _by_slug():
    return select(*_articles.c).where(_articles.c.slug == bindparam("slug"), _articles.c.published)


@built_once
def _new():
    return insert(_articles).returning(_articles.c.id)


NEW = {"slug": "one", "title": "One", "author": "", "summary": "", "source": "", "html": ""}


def _moments() -> dict[str, object]:
    return {"published_at": clock.now(), "updated_at": clock.now()}


def test_a_row_is_what_sqlalchemy_gives_with_moments_and_truth_values(site):
    slug = add_article(site)

    def both():
        return read(_by_slug(), slug=slug).first(), read(_by_slug().built, slug=slug).first()

    ours, theirs = within(site, both)
    assert ours._asdict() == theirs._asdict()
    assert ours.published is True
    assert ours.published_at.tzinfo is not None


@built_once
def _printed():
    moment = type_coerce(_articles.c.published_at, PrintedMoment()).label("published_at")
    return select(moment).where(_articles.c.slug == bindparam("slug"))


@pytest.mark.parametrize("microseconds", [0, 1, 123_000])
def test_a_moment_that_is_only_printed_is_what_isoformat_gives(site, microseconds):
    moment = clock.now().replace(microsecond=microseconds)

    def printed():
        with transaction():
            run(_new(), **NEW, published_at=moment, updated_at=moment)
        return [read(query, slug="one").scalar() for query in (_printed(), _printed().built)]

    for text in within(site, printed):
        assert (text, text.isoformat()) == (moment.isoformat(), moment.isoformat())


def test_a_column_that_is_not_given_gets_its_own_default(site):
    def post():
        with transaction():
            new = run(_new(), **NEW, **_moments()).scalar_one()
        return db.session.get(Article, new)

    article = within(site, post)
    assert (article.version, article.comment_count, article.published) == (1, 0, True)


def test_what_the_database_refuses_is_the_error_that_sqlalchemy_raises(site):
    def twice():
        with transaction():
            run(_new(), **NEW, **_moments())
            run(_new(), **NEW, **_moments())

    with pytest.raises(IntegrityError):
        within(site, twice)
    assert within(site, lambda: read(_by_slug(), slug="one").first()) is None


def test_a_read_after_a_commit_of_another_session_is_not_of_before_it(site):
    def walk():
        assert read(_by_slug(), slug="one").first() is None
        with transaction():
            run(_new(), **NEW, **_moments())
        return read(_by_slug(), slug="one").first()

    assert within(site, walk).title == "One"
