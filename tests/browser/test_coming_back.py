"""A page that was cut off comes back to what it missed: nothing is left out, nothing stands there twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.served import PER_PAGE

from .people import Article, Person

ARTICLE = Article("welcome-to-understory", "Welcome to Understory")

SEEN_OR_NOT = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def mortal(tmp_path, serve):
    """A site that the test may kill."""
    with serve(tmp_path, comments_per_page=PER_PAGE) as site:
        yield site


def test_a_page_outlives_its_server(page, playwright, mortal):
    reader = Person(playwright, mortal)
    root = reader.comment(ARTICLE, "A root")
    page.goto(f"{mortal.address}{ARTICLE.path}")
    reader.comment(ARTICLE, "Before")
    expect(page.get_by_role("link", name="Show 1 new comment")).to_be_visible()
    reader.leave()
    mortal.kill()
    mortal.start()
    reader = Person(playwright, mortal)
    reader.comment(ARTICLE, "Meanwhile")
    answer = reader.comment(ARTICLE, "An answer meanwhile", parent_id=root)
    expect(page.get_by_role("link", name="Show 2 new comments")).to_be_visible()
    expect(page.locator(f"#replies-{root} #comment-{answer}")).to_have_count(1)
    reader.comment(ARTICLE, "Afterwards")
    page.get_by_role("link", name="Show 3 new comments").click()
    said = ["Afterwards", "Meanwhile", "Before", "A root", "An answer meanwhile"]
    expect(page.locator("#thread .comment-body")).to_have_text(said)
    expect(page.locator("#comment-count")).to_have_text("5 comments")
    page.reload()
    expect(page.locator("#thread .comment-body")).to_have_text(said)
    reader.leave()


def test_what_is_being_written_outlives_the_server_and_is_posted_once(page, playwright, mortal, watch):
    watch.allow("ERR_CONNECTION_REFUSED|Failed to fetch")
    page.goto(f"{mortal.address}{ARTICLE.path}")
    page.locator("#post-a-comment").click()
    form = page.locator("#comment-form")
    form.locator("[name=body]").press_sequentially("Stubborn")
    form.locator("[name=author]").fill("Grace")
    mortal.kill()
    form.get_by_role("button", name="Post Comment").click()
    expect(page.locator("#announcer")).to_contain_text("could not be reached")
    mortal.start()
    form.get_by_role("button", name="Post Comment").click()
    expect(page.locator("#thread .comment-body")).to_have_text(["Stubborn"])
    expect(page.locator("#comment-count")).to_have_text("1 comment")


def test_a_hidden_tab_lets_go_of_the_stream_and_comes_back_to_what_it_missed(page, article, crowd):
    crowd.comment(article, "Here before")
    with page.expect_request("**/live?*"):
        page.goto(article.path)
    crowd.comment(article, "Seen to come")
    expect(page.get_by_role("link", name="Show 1 new comment")).to_be_visible()
    with page.expect_event("requestfailed", lambda request: "/live?" in request.url):
        page.evaluate(SEEN_OR_NOT, True)
    crowd.comment(article, "Missed")
    expect(page.locator("#comment-count")).to_have_text("2 comments")
    with page.expect_request("**/live?*"):
        page.evaluate(SEEN_OR_NOT, False)
    page.get_by_role("link", name="Show 2 new comments").click()
    expect(page.locator("#thread .comment-body")).to_have_text(["Missed", "Seen to come", "Here before"])
