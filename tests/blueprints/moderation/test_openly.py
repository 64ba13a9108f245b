"""The log that everybody can read: what it tells, and what it keeps to itself."""

from __future__ import annotations

import pytest

from blueprints.moderation import batches, operations, undoing
from blueprints.moderation.models import Act
from tests.builders import Reader, add_article, add_comment, add_moderator, moderate, signed_in, within
from tests.reading import page


@pytest.fixture
def site(make_site):
    return make_site(public_log=True)


@pytest.fixture
def by(site):
    return add_moderator(site, "Wilhelmina")


def told(site) -> list[str]:
    return [row.words for row in Reader(site).page("/moderation").all("tr")][1:]


def test_it_is_not_there_unless_it_is_turned_on(make_site):
    site = make_site()
    assert Reader(site).get("/moderation").status_code == 404
    assert not Reader(site).page("/").has("a[href=/moderation]")


def test_it_tells_what_was_done_and_why_but_not_who_and_to_whom(site, by):
    slug = add_article(site, "Of toads")
    one = add_comment(site, slug, "My secret words", author="Bartholomew")
    entry = moderate(site, Act.DELETE, one, by, "Off topic")
    within(site, undoing.undo, entry, by)
    within(site, operations.set_closed, slug, by, closed=True)
    shown = Reader(site).get("/moderation").text
    for secret in ("Wilhelmina", "Bartholomew", "My secret words"):
        assert secret not in shown
    closed, undone, deleted = told(site)
    assert "a moderator closed the conversation under Of toads" in closed
    assert "undid an act on" in undone
    assert "a moderator deleted a comment on Of toads Off topic" in deleted
    assert page(Reader(site).get("/moderation")).has(f"a[href=/comments/{one}]")


def test_what_nobody_can_read_any_more_has_no_link(site, by):
    one = add_comment(site, add_article(site))
    moderate(site, Act.SPAM, one, by)
    assert not page(Reader(site).get("/moderation")).has(f"a[href=/comments/{one}]")


def test_a_batch_is_one_line_and_what_was_sought_is_not_told(site, by):
    slug = add_article(site)
    ids = [add_comment(site, slug) for _ in range(3)]
    chosen = [(one, None) for one in ids]
    within(site, batches.decide_many, Act.SPAM, chosen, by, "A wave", "text: casino, author: Bartholomew")
    (line,) = told(site)
    assert "marked as spam 3 comments together A wave" in line
    assert "Bartholomew" not in Reader(site).get("/moderation").text


def test_what_is_about_a_person_or_under_an_unpublished_article_is_left_out(site, by):
    slug = add_article(site)
    one = add_comment(site, slug, reader_key="k" * 22)
    within(site, operations.hold, one, by, held=True)
    assert told(site) == []
    moderate(site, Act.DELETE, one, by)
    assert len(told(site)) == 1
    within(site, operations.set_published, slug, by, published=False)
    assert told(site) == []


def test_names_of_moderators_are_told_where_the_operator_wishes_it(make_site):
    site = make_site(public_log=True, public_log_names=True)
    moderate(site, Act.DELETE, add_comment(site, add_article(site)), add_moderator(site, "Wilhelmina"))
    (line,) = told(site)
    assert "Wilhelmina deleted" in line


def test_it_is_paged_and_any_cache_may_keep_it(site, by):
    slug = add_article(site)
    for _ in range(51):
        moderate(site, Act.SPAM, add_comment(site, slug), by)
    first = Reader(site).get("/moderation")
    assert first.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in first.headers
    older = page(first).one("#older")["href"]
    assert len(Reader(site).page(older).all("tr")) == 2
    assert Reader(site).get("/moderation?before=x").status_code == 400


def test_a_moderator_s_own_page_is_kept_by_no_cache(site):
    response = signed_in(site, name="mod").get("/moderation")
    assert response.headers["Cache-Control"].startswith(("private", "no-store"))
