"""The same site with JavaScript off: plain links, plain forms, whole pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .acts import fill, open_form, send


@pytest.fixture
def page(plain_page):
    return plain_page


@pytest.fixture
def form(page, article):
    """The form on the page of its own to which 'Post a Comment' leads."""
    page.goto(article.path)
    return open_form(page)


def test_the_form_has_a_page_of_its_own_that_leads_back(page, article, form):
    expect(page).to_have_url(re.compile(f"{article.path}/comments/new$"))
    expect(form.locator("[name=body]")).to_be_focused()
    page.get_by_role("link", name="Back to the article").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(article.title)


def test_posting_ends_at_the_comment_in_its_thread(page, article, form):
    fill(form, "I was *there*.", "Grace Hopper")
    with page.expect_response(lambda response: response.request.method == "POST") as posted:
        send(form)
    assert posted.value.status == 303
    comment = page.locator(".comment:target")
    expect(comment.locator(".comment-author")).to_have_text("Grace Hopper")
    expect(comment.locator(".comment-body em")).to_have_text("there")
    expect(comment).to_be_in_viewport()
    assert re.search(rf"{article.path}#comment-\d+$", page.url)
    expect(page.get_by_role("heading", level=1)).to_have_text(article.title)
    expect(page.locator("#comment-count")).to_have_text("1 comment")


def test_a_reload_after_posting_posts_nothing(page, form):
    fill(form, "Only once.", "Grace")
    send(form)
    expect(page.locator(".comment:target")).to_be_visible()
    page.reload()
    expect(page.locator("#thread .comment")).to_have_count(1)


def test_a_double_click_posts_once(page, article, form, watch):
    # The second press takes the place of the first: the browser gives its request up, or the page that it leads to.
    watch.allow("request failed: (POST|GET) .*ERR_ABORTED")
    fill(form, "Once is enough.", "Grace")
    form.get_by_role("button", name="Post Comment").dblclick()
    expect(page.locator(".comment:target")).to_be_visible()
    page.goto(article.path)
    expect(page.locator("#thread .comment")).to_have_count(1)


@pytest.mark.parametrize(
    ("body", "author", "first_wrong"),
    [("", "Grace", "body"), ("A text", "", "author"), ("", "", "body")],
)
def test_a_form_that_is_not_filled_in_comes_back_with_its_text_and_a_message(
    page, form, watch, body, author, first_wrong
):
    watch.allow_status(422)
    fill(form, body, author)
    send(form)
    wrong = form.locator(f"[name={first_wrong}]")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_be_focused()
    expect(form.locator(f"#{first_wrong}-error")).to_be_visible()
    expect(form.locator("[name=body]")).to_have_value(body)
    expect(form.locator("[name=author]")).to_have_value(author)


def test_a_text_that_is_too_long_is_kept_whole(form, watch):
    watch.allow_status(422)
    text = "ä" * 10_001
    fill(form, text, "Grace")
    send(form)
    expect(form.locator("#body-error")).to_contain_text("1 character too long")
    expect(form.locator("[name=body]")).to_have_value(text)


def test_an_expired_form_needs_one_more_press_and_no_typing(page, form, watch):
    watch.allow_status(403)
    fill(form, "Written over lunch.", "Grace")
    page.context.clear_cookies()
    send(form)
    expect(form.get_by_role("alert")).to_contain_text("Nothing is lost")
    expect(form.locator("[name=body]")).to_have_value("Written over lunch.")
    send(form)
    expect(page.locator(".comment:target .comment-body")).to_have_text("Written over lunch.")


def test_older_comments_are_a_link_to_a_whole_page(page, article, crowd):
    crowd.comments(article, 12)
    page.goto(article.path)
    expect(page.locator("#thread .comment-body")).to_have_text([f"Comment {n}" for n in range(12, 7, -1)])
    page.locator("#older").click()
    expect(page.locator("#thread .comment-body")).to_have_text([f"Comment {n}" for n in range(7, 2, -1)])
    expect(page.get_by_role("heading", level=1)).to_have_text(article.title)
    page.locator("#older").click()
    expect(page.locator("#thread .comment-body")).to_have_text(["Comment 2", "Comment 1"])
    expect(page.locator("#older")).to_have_count(0)
    page.locator("#newer").click()
    expect(page.locator("#thread .comment-body")).to_have_text([f"Comment {n}" for n in range(7, 2, -1)])


def test_times_are_exact(page, article, crowd):
    crowd.comment(article)
    page.goto(article.path)
    expect(page.locator("#thread time")).to_have_text(re.compile(r"^\d+ \w+ \d{4}, \d\d:\d\d UTC$"))
