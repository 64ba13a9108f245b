"""A site that reads comments before they appear: their authors see them, and in which state they are."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.served import PER_PAGE

from .acts import fill, open_form, send
from .people import MODERATOR, PASSWORD, Moderator
from .test_weight import RECORD, SETTLED

WAITS = "waiting for a moderator"


@pytest.fixture(scope="module")
def careful(tmp_path_factory, serve):
    """A site that holds every comment."""
    with serve(tmp_path_factory.mktemp("careful"), comments_per_page=PER_PAGE, premoderate="on") as site:
        site.flask("moderators", "add", MODERATOR, "--password-stdin", typed=f"{PASSWORD}\n")
        yield site


@pytest.fixture(scope="module")
def reading_moderator(playwright, careful):
    person = Moderator(playwright, careful)
    yield person
    person.leave()


@pytest.fixture
def story(careful, reading_moderator):
    """The whole address of an article that nobody else writes under."""
    return f"{careful.address}{reading_moderator.article().path}"


def test_ones_own_comment_waits_in_sight_and_after_a_reload_too(page, new_context, story, reading_moderator):
    page.goto(story)
    form = open_form(page)
    fill(form, "Hold *this*", "Grace")
    send(form)
    expect(page.locator("#announcer")).to_contain_text("A moderator will read your comment")
    waiting = page.locator("#waiting .comment")
    for _ in range(2):
        expect(waiting.locator(".state")).to_have_text(WAITS)
        expect(waiting.locator(".comment-body em")).to_have_text("this")
        expect(page.locator("#thread .comment")).to_have_count(0)
        page.reload()
    other = new_context().new_page()
    other.goto(story)
    expect(other.locator(".comment")).to_have_count(0)

    comment_id = waiting.get_attribute("id").rpartition("-")[2]
    reading_moderator.approve(int(comment_id))
    expect(other.get_by_role("link", name="Show 1 new comment")).to_be_visible()
    page.reload()
    expect(page.locator("#thread .comment .comment-body")).to_have_text("Hold this")
    expect(waiting).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_when_what_waits_is_shown_again(page, story, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(story)
    for text in ("Hold this", "And this"):
        form = open_form(page)
        fill(form, text, "Grace")
        send(form)
        expect(page.locator("#waiting .comment-body").filter(has_text=text)).to_have_count(1)
    page.add_init_script(RECORD)
    page.goto(f"{story}#conversation")
    page.reload()
    summary = page.get_by_text("2 of your comments wait for a moderator")
    expect(summary).to_be_in_viewport()
    page.evaluate(SETTLED)
    assert page.evaluate("window.shifted") == []
    summary.click()
    expect(page.locator("#waiting .comment-body").first).to_be_visible()


def test_without_javascript_a_page_of_ones_own_shows_what_waits(plain_page, story):
    plain_page.goto(story)
    form = open_form(plain_page)
    fill(form, "Hold this too", "Grace")
    send(form)
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Thank you")
    plain_page.get_by_role("link", name="Back to the article").click()
    plain_page.get_by_role("link", name="Your comments here").click()
    expect(plain_page.locator(".comment .state")).to_have_text(WAITS)
    expect(plain_page.locator(".comment .comment-body")).to_have_text("Hold this too")
