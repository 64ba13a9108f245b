"""When an act does not reach the site, the page says so, and nothing that was typed is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .acts import fill, open_form, send

POSTED = "Your comment is posted."


@pytest.fixture
def form(page, article):
    """The form, opened on the page of an article without comments."""
    page.goto(article.path)
    return open_form(page)


@pytest.fixture
def submissions(page):
    """The one-use keys of what the page sent, in order."""
    sent = []

    def note(request):
        sent.extend(re.findall(r'name="submission_id"\r\n\r\n(\S+)', request.post_data or ""))

    page.on("request", note)
    return sent


def test_without_a_network_the_page_says_so_and_keeps_the_text(page, form, submissions, watch):
    watch.allow("ERR_INTERNET_DISCONNECTED|Failed to fetch")
    fill(form, "From a tunnel.", "Grace")
    page.context.set_offline(True)
    send(form)
    expect(page.locator("#announcer")).to_contain_text("could not be reached")
    expect(form.locator("[name=body]")).to_have_value("From a tunnel.")
    page.context.set_offline(False)
    send(form)
    expect(page.locator("#announcer")).to_contain_text(POSTED)
    expect(page.locator("#thread .comment")).to_have_count(1)
    assert len(submissions) == 2
    assert len(set(submissions)) == 1


def test_a_post_whose_answer_was_lost_can_be_sent_again_and_stays_one_comment(page, form, submissions, watch):
    watch.allow("ERR_FAILED|Failed to fetch")

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/comments", lose)
    fill(form, "Did it go through?", "Grace")
    send(form)
    expect(page.locator("#announcer")).to_contain_text("could not be reached")
    page.unroute("**/comments")
    send(form)
    expect(page.locator("#announcer")).to_contain_text(POSTED)
    expect(page.locator("#comment-count")).to_have_text("1 comment")
    expect(page.locator("#thread .comment")).to_have_count(1)
    assert len(submissions) == 2
    assert len(set(submissions)) == 1
    page.reload()
    expect(page.locator("#thread .comment")).to_have_count(1)


@pytest.mark.parametrize(
    ("status", "answer"),
    [(502, "<html><body>Bad gateway</body></html>"), (200, "<!doctype html><title>Hotel</title><p>Log in</p>")],
)
def test_an_answer_that_is_not_the_site_s_leaves_the_form_alone(page, form, watch, status, answer):
    watch.allow_status(502)
    page.route("**/comments", lambda route: route.fulfill(status=status, body=answer, content_type="text/html"))
    fill(form, "Still here?", "Grace")
    send(form)
    expect(page.locator("#announcer")).to_contain_text("Nothing is lost")
    expect(form.locator("[name=body]")).to_have_value("Still here?")
    expect(form.get_by_role("button", name="Post Comment")).to_be_focused()
    page.unroute("**/comments")
    send(form)
    expect(page.locator("#announcer")).to_contain_text(POSTED)


def test_without_a_network_going_back_says_so(page, article, crowd, watch):
    watch.allow("ERR_INTERNET_DISCONNECTED|Failed to fetch")
    crowd.comments(article, 7)
    page.goto(article.path)
    page.locator("#older").click()
    expect(page.locator("#thread .comment")).to_have_count(7)
    page.go_back()
    expect(page.locator("#thread .comment")).to_have_count(5)
    page.context.set_offline(True)
    page.evaluate("history.forward()")
    expect(page.locator("#announcer")).to_contain_text("could not be reached")


def test_a_moderator_who_was_signed_out_meanwhile_is_told_so_and_keeps_the_reason(desk_page, article, crowd):
    comment_id = crowd.comment(article)
    desk_page.goto(article.path)
    desk_page.context.clear_cookies()
    comment = desk_page.locator(f"#comment-{comment_id}")
    comment.locator("summary", has_text="Delete").click()
    comment.locator("[name=reason]").fill("A long and well considered reason")
    comment.get_by_role("button", name="Delete comment").click()
    expect(desk_page.locator("#announcer")).to_contain_text("You are signed out.")
    expect(comment.locator("[name=reason]")).to_have_value("A long and well considered reason")
    expect(desk_page.locator(".masthead")).to_have_count(1)
