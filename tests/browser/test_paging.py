"""Places in a thread: reached in place, by link, by reload and by the back button, and always the same."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .acts import fill, is_same, mark, open_form, send


@pytest.fixture
def thread(article, crowd):
    """The ids of twelve comments, oldest first: three pages, the last of two comments."""
    return crowd.comments(article, 12)


def bodies(page):
    return page.locator("#thread .comment-body")


def numbered(first, last):
    """The texts of the comments from `first` down to `last`."""
    return [f"Comment {n}" for n in range(first, last - 1, -1)]


def expect_whole_page(page, article, texts):
    expect(bodies(page)).to_have_text(texts)
    expect(page).to_have_title(f"{article.title} · Understory")
    expect(page.get_by_role("heading", level=1)).to_have_text(article.title)
    for once in (".masthead", ".story .prose", "#conversation", "#announcer", ".colophon"):
        expect(page.locator(once)).to_have_count(1)


def into(held):
    """A handler that lets no answer through until its route is taken from the list."""

    def hold(route):
        held.append(route)

    return hold


def test_older_comments_extend_the_list_in_place(page, article, thread):
    page.goto(article.path)
    mark(page)
    page.locator("#older").click()
    expect(bodies(page)).to_have_text(numbered(12, 3))
    page.locator("#older").click()
    expect(bodies(page)).to_have_text(numbered(12, 1))
    expect(page.locator("#older")).to_have_count(0)
    assert is_same(page)


def test_a_double_click_loads_one_page(page, article, thread):
    page.goto(article.path)
    page.locator("#older").dblclick()
    expect(page.locator(f"#comment-{thread[6]}")).to_be_focused()
    expect(bodies(page)).to_have_text(numbered(12, 3))
    expect(page).to_have_url(f"{article.path}?before=8")


def test_the_first_comment_that_was_loaded_takes_the_focus(page, article, thread):
    page.goto(article.path)
    page.locator("#older").click()
    expect(page.locator(f"#comment-{thread[6]}")).to_be_focused()
    expect(page.locator(f"#comment-{thread[6]}")).to_be_in_viewport()


def test_each_place_has_an_address_that_shows_a_whole_page(page, article, thread):
    page.goto(article.path)
    page.locator("#older").click()
    expect(page).to_have_url(f"{article.path}?before=8")
    page.reload()
    expect_whole_page(page, article, numbered(7, 3))
    page.goto(f"{article.path}?before=3")
    expect_whole_page(page, article, numbered(2, 1))
    expect(page.locator("#newer")).to_be_visible()


def test_back_and_forward_show_whole_pages(page, article, thread):
    page.goto(article.path)
    for texts in (numbered(12, 3), numbered(12, 1)):
        page.locator("#older").click()
        expect(bodies(page)).to_have_text(texts)
    page.go_back()
    expect_whole_page(page, article, numbered(7, 3))
    page.go_back()
    expect_whole_page(page, article, numbered(12, 8))
    page.go_forward()
    expect_whole_page(page, article, numbered(7, 3))
    page.go_forward()
    expect_whole_page(page, article, numbered(2, 1))


def test_back_after_a_reload_or_from_another_page_shows_whole_pages(page, article, thread):
    page.goto(article.path)
    page.locator("#older").click()
    expect(bodies(page)).to_have_text(numbered(12, 3))
    page.reload()
    page.go_back()
    expect_whole_page(page, article, numbered(12, 8))
    page.locator("#older").click()
    expect(bodies(page)).to_have_text(numbered(12, 3))
    page.goto("/")
    page.go_back()
    expect_whole_page(page, article, numbered(7, 3))


def test_a_page_that_was_come_back_to_works_as_before(page, article, thread):
    page.goto(article.path)
    page.locator("#older").click()
    expect(bodies(page)).to_have_text(numbered(12, 3))
    page.go_back()
    expect(bodies(page)).to_have_text(numbered(12, 8))
    form = open_form(page)
    fill(form, "Back again.", "Grace")
    send(form)
    expect(page.locator("#announcer")).to_contain_text("Your comment is posted.")
    expect(bodies(page).first).to_have_text("Back again.")
    expect(page.locator("#thread time").first).to_have_text("just now")
    page.locator("#older").click()
    expect(bodies(page)).to_have_text(["Back again.", *numbered(12, 3)])


def test_a_half_written_comment_stays_while_the_reader_goes_back_and_forward(page, article, thread):
    page.goto(article.path)
    fill(open_form(page), "I was about to say", "Grace")
    page.locator("#older").click()
    expect(bodies(page)).to_have_text(numbered(12, 3))
    page.go_back()
    expect(bodies(page)).to_have_text(numbered(12, 8))
    form = page.locator("#comment-form")
    expect(form.locator("[name=body]")).to_have_value("I was about to say")
    page.go_forward()
    expect(bodies(page)).to_have_text(numbered(7, 3))
    expect(form.locator("[name=body]")).to_have_value("I was about to say")
    send(form)
    expect(page.locator("#announcer")).to_contain_text("Your comment is posted.")


def test_places_stay_when_comments_arrive_meanwhile(page, article, crowd, thread):
    page.goto(article.path)
    for n in range(3):
        crowd.comment(article, f"Newcomer {n}")
    page.locator("#older").click()
    expect(bodies(page)).to_have_text(numbered(12, 3))
    page.reload()
    expect(bodies(page)).to_have_text(numbered(7, 3))


def test_places_stay_when_comments_go_meanwhile(page, article, moderator, thread):
    page.goto(article.path)
    for gone in (thread[11], thread[7], thread[6]):
        moderator.delete(gone)
    # What is on the page goes from it too: the page is told.
    expect(bodies(page)).to_have_text(numbered(11, 9))
    page.locator("#older").click()
    expect(bodies(page)).to_have_text([*numbered(11, 9), *numbered(6, 2)])


def test_the_oldest_can_come_first(page, article, thread):
    page.goto(article.path)
    page.get_by_role("link", name="Oldest").click()
    expect_whole_page(page, article, [f"Comment {n}" for n in range(1, 6)])
    page.get_by_role("link", name="Later comments").click()
    expect(bodies(page)).to_have_text([f"Comment {n}" for n in range(1, 11)])
    expect(page).to_have_url(f"{article.path}?sort=oldest&after=5")
    page.reload()
    expect_whole_page(page, article, [f"Comment {n}" for n in range(6, 11)])


def test_a_comment_s_link_lands_on_it_however_many_came_after(page, article, crowd, thread):
    page.goto(article.path)
    page.locator(f"#comment-{thread[8]} .comment-time").click()
    expect(page.locator(".comment:target")).to_have_id(f"comment-{thread[8]}")
    link = f"/comments/{thread[8]}"
    crowd.comments(article, 6)
    page.goto(link)
    expect(page.locator(".comment:target .comment-body")).to_have_text("Comment 9")
    expect(page.locator(".comment:target")).to_be_in_viewport()
    expect(page.get_by_role("heading", level=1)).to_have_text(article.title)


def test_each_comment_is_on_exactly_one_page_of_a_thread_that_is_walked_by_link(page, article, thread):
    page.goto(article.path)
    seen = bodies(page).all_inner_texts()
    while page.locator("#older").count():
        page.goto(page.locator("#older").get_attribute("href"))
        seen += bodies(page).all_inner_texts()
    assert seen == numbered(12, 1)


def test_back_before_the_script_has_come_shows_the_page_of_the_address(page, article, thread):
    held = []
    page.goto(article.path)
    page.locator("#older").click()
    expect(bodies(page)).to_have_text(numbered(12, 3))
    page.route("**/understory.*.js", into(held))
    page.reload(wait_until="commit")
    expect(bodies(page)).to_have_text(numbered(7, 3))
    page.evaluate("history.back()")
    page.wait_for_url(article.path, wait_until="commit")
    assert held
    page.unroute("**/understory.*.js")
    expect_whole_page(page, article, numbered(12, 8))


def test_quick_presses_of_back_show_the_page_of_the_last(page, article, thread):
    page.goto(article.path)
    for texts in (numbered(12, 3), numbered(12, 1)):
        page.locator("#older").click()
        expect(bodies(page)).to_have_text(texts)
    slow = []
    page.route("**/articles/**", into(slow))
    page.evaluate("history.back()")
    page.wait_for_url(f"{article.path}?before=8", wait_until="commit")
    page.evaluate("history.back()")
    page.wait_for_url(article.path, wait_until="commit")
    page.evaluate("history.forward()")
    page.wait_for_url(f"{article.path}?before=8", wait_until="commit")
    for route in reversed(slow):
        route.continue_()
    page.unroute("**/articles/**")
    expect_whole_page(page, article, numbered(7, 3))


def test_a_page_that_was_come_back_to_is_alive(page, article, crowd, thread):
    page.goto(article.path)
    page.locator("#older").click()
    expect(bodies(page)).to_have_text(numbered(12, 3))
    page.go_back()
    expect(bodies(page)).to_have_text(numbered(12, 8))
    crowd.comment(article, "While you were away")
    page.get_by_text("Show 1 new comment").click()
    expect(bodies(page).first).to_have_text("While you were away")
    page.get_by_role("button", name="Keyboard").click()
    expect(page.get_by_role("dialog")).to_be_visible()
