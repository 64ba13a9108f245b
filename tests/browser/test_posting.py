"""Posting from the page: nothing is loaded anew, and nothing that was typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .acts import fill, is_same, mark, open_form, send

POSTED = "Your comment is posted."
LONGEST = 10_000


@pytest.fixture
def form(page, article):
    """The form, opened on the page of an article without comments."""
    page.goto(article.path)
    mark(page)
    return open_form(page)


def test_the_form_opens_on_the_page_with_the_focus_in_its_text(page, article, form):
    expect(form.locator("[name=body]")).to_be_focused()
    assert page.url.endswith(article.path)
    assert is_same(page)


def test_asking_for_the_form_again_leads_to_the_one_that_is_open(page, article, crowd):
    crowd.comments(article, 3)
    page.goto(article.path)
    form = open_form(page)
    fill(form, "Half a thought", "Grace")
    page.locator("#post-a-comment").click()
    expect(form.locator("[name=body]")).to_be_focused()
    expect(form.locator("[name=body]")).to_be_in_viewport()
    expect(form.locator("[name=body]")).to_have_value("Half a thought")
    assert page.url.endswith(article.path)


def test_above_a_long_thread_there_is_a_way_in_too(page, plain_page, article, crowd):
    page.goto(article.path)
    above = page.get_by_role("link", name="Write a comment")
    expect(above).to_be_hidden()
    crowd.comments(article, 3)
    page.reload()
    mark(page)
    above.click()
    form = page.locator("#comment-form")
    expect(form.locator("[name=body]")).to_be_focused()
    expect(above).to_be_hidden()
    fill(form, "Half a thought", "Grace")
    page.locator("#post-a-comment").click()
    expect(form.locator("[name=body]")).to_be_focused()
    expect(form.locator("[name=body]")).to_have_value("Half a thought")
    expect(form).to_have_count(1)
    assert is_same(page)
    plain_page.goto(article.path)
    plain_page.get_by_role("link", name="Write a comment").click()
    expect(plain_page.locator("#comment-form [name=body]")).to_be_focused()


def test_a_comment_appears_on_top_without_a_reload(page, article, crowd):
    crowd.comments(article, 2)
    page.goto(article.path)
    mark(page)
    form = open_form(page)
    expect(page.locator("#comment-count")).to_have_text("2 comments")
    fill(form, "I was *there*.", "Grace Hopper")
    send(form)

    newest = page.locator("#thread .comment").first
    expect(newest.locator(".comment-author")).to_have_text("Grace Hopper")
    expect(newest.locator(".comment-body em")).to_have_text("there")
    expect(page.locator("#thread .comment")).to_have_count(3)
    expect(page.locator("#comment-count")).to_have_text("3 comments")
    assert is_same(page)
    assert page.url.endswith(article.path)


def test_after_posting_the_focus_and_an_announcement_tell_what_happened(page, form):
    fill(form, "Well said.", "Grace Hopper")
    send(form)
    expect(page.locator("#thread .comment").first).to_be_focused()
    expect(page.locator("#announcer")).to_contain_text(POSTED)
    expect(page.locator("#announcer")).to_have_attribute("aria-live", "polite")


def test_after_posting_the_form_is_empty_but_for_the_name(page, form):
    fill(form, "Well said.", "Grace Hopper")
    send(form)
    expect(page.locator("#announcer")).to_contain_text(POSTED)
    expect(form.locator("[name=body]")).to_have_value("")
    expect(form.locator("[name=author]")).to_have_value("Grace Hopper")


def test_the_same_form_posts_a_second_comment(page, form):
    for text in ("First thought.", "Second thought."):
        fill(form, text, "Grace")
        send(form)
        expect(page.locator("#thread .comment-body").first).to_have_text(text)
    expect(page.locator("#comment-count")).to_have_text("2 comments")


def test_what_was_typed_is_shown_as_it_was_typed(page, form):
    typed = "1 < 2 && 3 > 2\n\"quoted\" & 'so'\n你好 مرحبا 👩‍🚀 `<b>code</b>`"
    fill(form, typed, "O'Neil <o@example.org>")
    send(form)
    newest = page.locator("#thread .comment").first
    expect(newest.locator(".comment-author")).to_have_text("O'Neil <o@example.org>")
    assert newest.locator(".comment-body").inner_text() == typed.replace("`", "")


def test_a_double_click_posts_once(page, article, form):
    fill(form, "Once is enough.", "Grace")
    form.get_by_role("button", name="Post Comment").dblclick()
    expect(page.locator("#announcer")).to_contain_text(POSTED)
    page.goto(article.path)
    expect(page.locator("#thread .comment")).to_have_count(1)


def test_the_second_half_of_a_slow_double_click_is_no_empty_post(page, form):
    fill(form, "Once", "Grace")
    send(form)
    expect(page.locator("#thread .comment")).to_have_count(1)
    page.get_by_role("button", name="Post Comment").click()
    expect(page.locator("#announcer")).to_contain_text("posted")
    expect(page.locator("#comment-form .error")).to_have_count(0)


def test_an_empty_form_comes_back_with_a_message_at_each_field(page, form, watch):
    watch.allow_status(422)
    send(form)
    for name in ("body", "author"):
        field = form.locator(f"[name={name}]")
        expect(field).to_have_attribute("aria-invalid", "true")
        message = form.locator(f"#{name}-error")
        expect(message).to_contain_text("Please")
        assert f"{name}-error" in field.get_attribute("aria-describedby").split()
    assert is_same(page)


@pytest.mark.parametrize(
    ("body", "author", "first_wrong"),
    [("", "Grace", "body"), ("A text", "", "author"), ("", "", "body")],
)
def test_the_first_wrong_field_takes_the_focus_and_the_rest_is_kept(form, watch, body, author, first_wrong):
    watch.allow_status(422)
    fill(form, body, author)
    send(form)
    expect(form.locator(f"[name={first_wrong}]")).to_be_focused()
    expect(form.locator("[name=body]")).to_have_value(body)
    expect(form.locator("[name=author]")).to_have_value(author)


def test_a_text_that_is_too_long_is_kept_whole(page, form, watch):
    watch.allow_status(422)
    text = "ä" * (LONGEST + 1)
    fill(form, text, "Grace")
    send(form)
    expect(form.locator("#body-error")).to_contain_text("1 character too long")
    expect(form.locator("[name=body]")).to_have_value(text)
    fill(form, text[1:], "Grace")
    send(form)
    expect(page.locator("#announcer")).to_contain_text(POSTED)


def test_an_expired_form_needs_one_more_press_and_no_typing(page, form, watch):
    watch.allow_status(403)
    fill(form, "Written over lunch.", "Grace")
    page.context.clear_cookies()
    send(form)
    expect(form.get_by_role("alert")).to_contain_text("Nothing is lost")
    expect(form.locator("[name=body]")).to_have_value("Written over lunch.")
    send(form)
    expect(page.locator("#thread .comment-body").first).to_have_text("Written over lunch.")
    assert is_same(page)


def test_at_an_older_place_the_announcement_leads_to_the_new_comment(page, article, crowd):
    ids = crowd.comments(article, 8)
    page.goto(f"{article.path}?before={3}")
    form = open_form(page)
    fill(form, "Late to this.", "Grace")
    send(form)
    expect(page.locator("#announcer")).to_contain_text(POSTED)
    expect(page.locator(".comment-body", has_text="Late to this.")).to_have_count(0)
    expect(page.locator("#thread .comment").first).to_have_id(f"comment-{ids[1]}")
    page.locator("#announcer a").click()
    expect(page.locator(".comment:target .comment-body")).to_have_text("Late to this.")
    expect(page.locator(".comment:target")).to_be_in_viewport()


def test_on_the_form_s_own_page_the_announcement_leads_to_the_new_comment(page, article):
    page.goto(f"{article.path}/comments/new")
    fill(page.locator("#comment-form"), "From a tab of its own.", "Grace")
    send(page.locator("#comment-form"))
    expect(page.locator("#announcer")).to_contain_text(POSTED)
    expect(page.locator("#announcer")).to_be_in_viewport()
    page.locator("#announcer a").click()
    expect(page.locator(".comment:target .comment-body")).to_have_text("From a tab of its own.")
