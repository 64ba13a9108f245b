"""A conversation that is closed while somebody writes in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .acts import fill, open_form

CLOSED = "The conversation has just been closed."


@pytest.fixture(params=["a comment", "a reply"])
def form(request, page, article, crowd):
    """A form with a text in it, at the head of the thread or under a comment."""
    root = crowd.comment(article, "Here before")
    page.goto(article.path)
    if request.param == "a reply":
        page.locator(f"#comment-{root} .reply").click()
        form = page.locator(f"#slot-{root} #comment-form")
    else:
        form = open_form(page)
    fill(form, "Half a thought", "Grace")
    return form


def test_the_form_becomes_a_notice_and_the_text_can_still_be_copied(page, article, moderator, form):
    moderator.close(article)
    expect(form.get_by_role("status")).to_contain_text(CLOSED)
    expect(page.locator("#thread-state")).to_have_text("This conversation is closed. It can still be read.")
    expect(form.get_by_role("button", name="Post Comment")).to_have_count(0)
    for way_in in ("#post-a-comment", ".reply"):
        expect(page.locator(way_in).first).to_be_hidden()
    body = form.locator("[name=body]")
    expect(body).to_be_editable()
    body.select_text()
    assert body.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)") == "Half a thought"


def test_what_is_opened_again_takes_the_text(page, article, moderator, form):
    moderator.close(article)
    expect(form.get_by_role("status")).to_contain_text(CLOSED)
    moderator.reopen(article)
    form.get_by_role("button", name="Post Comment").click()
    expect(page.locator("#thread .comment-body", has_text="Half a thought")).to_have_count(1)


def test_without_a_stream_the_refusal_gives_the_text_back(page, article, moderator, form, watch):
    watch.allow_status(403)
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    moderator.close(article)
    form.get_by_role("button", name="Post Comment").click()
    expect(form.get_by_role("alert")).to_contain_text("This conversation is closed.")
    expect(form.locator("[name=body]")).to_have_value("Half a thought")


def test_without_javascript_the_refusal_gives_the_text_back(plain_page, article, moderator, watch):
    watch.allow_status(403)
    plain_page.goto(article.path)
    form = open_form(plain_page)
    fill(form, "Half a thought", "Grace")
    moderator.close(article)
    form.get_by_role("button", name="Post Comment").click()
    expect(form.get_by_role("alert")).to_contain_text("This conversation is closed.")
    expect(form.locator("[name=body]")).to_have_value("Half a thought")
    plain_page.goto(article.path)
    expect(plain_page.locator("#post-a-comment")).to_be_hidden()
