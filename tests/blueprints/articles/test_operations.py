"""What is done to articles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from blueprints.articles import conversations, operations
from blueprints.articles.operations import Draft, slug_of
from tests.builders import add_article, add_comment, article, at_once, within
from understory.errors import Missing, Refused


def state(site, slug: str) -> tuple:
    kept = article(site, slug)
    return kept.roots, kept.numbered, kept.comment_count


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("A title", "a-title"),
        ("  Größe & “Maß”  ", "grosse-mass"),
        ("Москва", "moskva"),
        ("北京", "bei-jing"),
        ("😀", "article"),
        ("!!!", "article"),
    ],
)
def test_a_slug_is_made_from_the_title(title, slug):
    assert slug_of(title) == slug


def test_a_long_title_makes_a_slug_that_ends_with_a_word():
    slug = slug_of("word " * 60)
    assert len(slug) <= 100
    assert slug.endswith("word")


def test_an_article_is_added_with_its_html_and_the_time(site, clock):
    draft = Draft(title="A title", source="*Text*", author="Ada", summary="Short")
    assert within(site, operations.save, draft) == ("a-title", "added")
    kept = article(site, "a-title")
    assert (kept.title, kept.author, kept.summary, kept.source) == ("A title", "Ada", "Short", "*Text*")
    assert kept.html == "<p><em>Text</em></p>"
    assert kept.published
    assert (kept.published_at, kept.updated_at, kept.version) == (clock.now, clock.now, 1)


def test_saving_twice_changes_nothing(site, clock):
    draft = Draft(title="A title", source="Text")
    within(site, operations.save, draft)
    before = article(site, "a-title")
    clock.later(days=1)
    assert within(site, operations.save, draft) == ("a-title", "unchanged")
    after = article(site, "a-title")
    assert (after.id, after.version, after.updated_at) == (before.id, before.version, before.updated_at)


def test_saving_an_edited_article_updates_it_in_its_place(site, clock):
    within(site, operations.save, Draft(title="A title", source="Text"))
    first = article(site, "a-title")
    clock.later(days=1)
    assert within(site, operations.save, Draft(title="A title", source="Other")) == ("a-title", "updated")
    second = article(site, "a-title")
    assert (second.id, second.html, second.version) == (first.id, "<p>Other</p>", 2)
    assert second.published_at == first.published_at
    assert second.updated_at == clock.now


def test_an_update_leaves_the_conversation_alone(site):
    add_article(site)
    add_comment(site, "a-title")
    before = state(site, "a-title")
    within(site, operations.save, Draft(title="A title", source="Other"))
    assert state(site, "a-title") == before == (1, 1, 1)


def test_saved_at_the_same_moment_an_article_is_there_once(site):
    draft = Draft(title="A title", source="Text")
    outcomes = at_once(*[lambda: within(site, operations.save, draft)[1]] * 6)
    assert sorted(outcomes) == ["added"] + ["unchanged"] * 5


def test_writing_over_another_article_is_refused(site):
    add_article(site)
    with pytest.raises(Refused, match="There is an article at that address already"):
        within(site, operations.write, Draft(title="A title", source="Other"))
    assert article(site, "a-title").source == "Some text."


def test_written_at_the_same_moment_one_is_refused(site):
    drafts = [Draft(title="A title", source=f"Text {n}") for n in range(6)]
    outcomes = at_once(*[lambda draft=draft: within(site, operations.write, draft) for draft in drafts])
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 5
    assert outcomes.count("a-title") == 1


def test_an_edit_keeps_the_address(site):
    add_article(site, published_at=datetime(2025, 1, 1, tzinfo=UTC))
    within(site, operations.edit, "a-title", Draft(title="Another", source="Text", slug="another"))
    kept = article(site, "a-title")
    assert (kept.title, kept.published_at, kept.version) == ("Another", datetime(2025, 1, 1, tzinfo=UTC), 2)


def test_what_is_not_there_cannot_be_changed(site):
    with pytest.raises(Missing):
        within(site, operations.edit, "none", Draft(title="A", source="b"))
    with pytest.raises(Missing):
        within(site, operations.set_published, "none", False)


def test_unpublishing_keeps_the_conversation_and_raises_the_version(site):
    add_article(site)
    add_comment(site, "a-title")
    before = article(site, "a-title").version
    within(site, operations.set_published, "a-title", False)
    kept = article(site, "a-title")
    assert not kept.published
    assert kept.version == before + 1
    assert state(site, "a-title") == (1, 1, 1)


def test_numbers_are_given_once(site):
    add_article(site)
    article_id = article(site, "a-title").id

    def number(is_root: bool) -> tuple:
        def take() -> tuple:
            with operations.transaction():
                numbers = conversations.number_comment(article_id, is_root=is_root, is_shown=False)
                return numbers.roots, numbers.numbered

        return within(site, take)

    assert number(True) == (1, 1)
    assert number(False) == (1, 2)
    assert number(True) == (2, 3)
    assert state(site, "a-title") == (2, 3, 0)
    assert article(site, "a-title").version == 1


def test_an_unpublished_article_gives_no_number(site):
    slug = add_article(site)
    within(site, operations.set_published, slug, False)
    with pytest.raises(Missing, match="no longer open for comments"):
        add_comment(site, slug)
    assert state(site, slug) == (0, 0, 0)
