"""The order of articles, and the ways from one to the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from blueprints.articles import operations, queries
from tests.builders import add_article, within

DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def forty_five(site) -> list[str]:
    """Slugs, newest first; every three share a date."""
    slugs = [add_article(site, f"Article {n}", published_at=DAY + timedelta(days=n // 3)) for n in range(45)]
    return slugs[::-1]


def slugs_of(page) -> list[str]:
    return [row.slug for row in page.rows]


def ways(site, slug: str) -> tuple[str | None, str | None]:
    row = within(site, queries.published, slug)
    return row.previous_slug, row.next_slug


def test_the_pages_show_every_article_once_newest_first(site, forty_five):
    seen, before = [], None
    while True:
        page = within(site, queries.newest, before)
        seen += slugs_of(page)
        assert page.more_above == (before is not None)
        if not page.more_below:
            break
        assert len(page.rows) == queries.PER_PAGE
        before = page.rows[-1].slug
    assert seen == forty_five


def test_a_place_stays_when_articles_come_and_go(site, forty_five):
    before = forty_five[19]
    place = slugs_of(within(site, queries.newest, before))
    add_article(site, "Newest", published_at=DAY + timedelta(days=99))
    within(site, operations.set_published, forty_five[0], False)
    within(site, operations.set_published, before, False)
    assert slugs_of(within(site, queries.newest, before)) == place


def test_previous_and_next_lead_through_all_of_them(site, forty_five):
    newest, *_, oldest = forty_five
    down, slug = [], newest
    while slug:
        down.append(slug)
        slug = ways(site, slug)[0]
    up, slug = [], oldest
    while slug:
        up.append(slug)
        slug = ways(site, slug)[1]
    assert down == forty_five
    assert up == forty_five[::-1]


def test_an_unpublished_article_is_on_no_way(site):
    old, middle, new = (add_article(site, title, published_at=DAY + timedelta(days=n)) for n, title in enumerate("abc"))
    within(site, operations.set_published, middle, False)
    assert ways(site, new) == (old, None)
    assert ways(site, old) == (None, new)
    assert within(site, queries.published, middle) is None
    assert slugs_of(within(site, queries.newest)) == [new, old]


def test_moderators_see_all_of_them(site):
    add_article(site, "One", published_at=DAY)
    add_article(site, "Two", published_at=DAY)
    within(site, operations.set_published, "one", False)
    assert [(row.slug, row.published) for row in within(site, queries.all_for_editing)] == [
        ("two", True),
        ("one", False),
    ]
    assert within(site, queries.for_editing, "one").title == "One"


def test_a_place_that_never_was_is_none(site):
    assert within(site, queries.newest, "none") is None
