"""Whatever is typed anywhere is shown as text on every page that shows it, and never runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .acts import fill, open_form, send

IMAGE = '<img src=x onerror="window.ran=1">'
SCRIPT = "<script>window.ran=1</script>"
PARTIAL = "<hx-partial hx-target=body>taken</hx-partial>"
LINK = "[x](javascript:window.ran=1)"
CLOSING = '"></textarea></template></title>'
EVERYTHING = f"{IMAGE}{SCRIPT}{PARTIAL}{LINK}{CLOSING}"
#: A name has room for 64 characters.
NAMES = [IMAGE, SCRIPT, PARTIAL, LINK, CLOSING]

#: What a page of this site never holds, unless something that was typed became a part of it.
FOREIGN = """
    img, iframe, object, embed, style, base, template:not(head > #more), hx-partial,
    script:not([src^="/static/"], [type="application/ld+json"]), a[href^="javascript:" i],
    [onerror], [onload], [onclick], [style]
"""


@pytest.fixture
def hostile(moderator, crowd):
    """An article and comments on it with markup wherever something can be typed."""
    article = moderator.article(EVERYTHING, EVERYTHING, summary=EVERYTHING, author=EVERYTHING[:100])
    for name in NAMES:
        crowd.comment(article, EVERYTHING, name)
    return article


def expect_harmless(page, *shown):
    """Nothing ran, nothing of it is an element, the page is whole, and what was typed stands there as text."""
    expect(page.locator(".masthead")).to_have_count(1)
    expect(page.locator("#announcer")).to_have_count(1)
    expect(page.locator(FOREIGN)).to_have_count(0)
    assert page.evaluate("window.ran") is None
    text = page.locator("body").inner_text()
    for words in shown:
        assert words in text


def test_readers_see_it_as_text(page, hostile):
    page.goto(hostile.path)
    expect_harmless(page, IMAGE, SCRIPT, PARTIAL, CLOSING)
    assert page.title().startswith(EVERYTHING)
    page.locator("#post-a-comment").click()
    page.locator("#comment-form").wait_for()
    expect_harmless(page, *NAMES)
    page.goto("/")
    expect_harmless(page, IMAGE, SCRIPT, PARTIAL, CLOSING)
    page.goto(f"{hostile.path}/comments/new")
    expect_harmless(page, IMAGE, SCRIPT, PARTIAL, CLOSING)


def test_it_loads_as_text_with_older_comments_and_when_going_back(page, hostile, crowd):
    crowd.comments(hostile, 5)
    page.goto(hostile.path)
    page.locator("#older").click()
    expect(page.locator("#thread .comment")).to_have_count(10)
    expect_harmless(page, *NAMES)
    page.go_back()
    expect(page.locator("#thread .comment")).to_have_count(5)
    page.go_forward()
    expect(page.locator(".comment-author").first).to_have_text(CLOSING)
    expect_harmless(page, *NAMES)


@pytest.mark.parametrize("way", ["page", "plain_page"])
def test_it_is_refused_and_posted_as_text(request, way, article, watch):
    watch.allow_status(422)
    page = request.getfixturevalue(way)
    page.goto(article.path)
    form = open_form(page)
    fill(form, EVERYTHING, EVERYTHING)
    send(form)
    expect(form.locator("#author-error")).to_be_visible()
    expect(form.locator("[name=body]")).to_have_value(EVERYTHING)
    expect(form.locator("[name=author]")).to_have_value(EVERYTHING)
    expect_harmless(page)
    fill(form, EVERYTHING, PARTIAL)
    send(form)
    expect(page.locator("#thread .comment-author")).to_have_text(PARTIAL)
    expect_harmless(page, IMAGE, SCRIPT, PARTIAL, CLOSING)


def test_moderators_see_it_as_text(desk_page, hostile, crowd):
    page = desk_page
    answered = crowd.comment(hostile, EVERYTHING, IMAGE)
    page.goto(hostile.path)
    expect_harmless(page, *NAMES)
    comment = page.locator(f"#comment-{answered}")
    comment.locator("summary", has_text="Delete").click()
    comment.locator("[name=reason]").fill(EVERYTHING)
    comment.get_by_role("button", name="Delete comment").click()
    expect(page.locator("#announcer")).to_contain_text("deleted")
    expect_harmless(page, *NAMES)
    for path in ("/admin/", "/admin/log", "/admin/articles/"):
        page.goto(path)
        expect_harmless(page, IMAGE, SCRIPT, PARTIAL, CLOSING)
    page.goto("/admin/log")
    expect_harmless(page, EVERYTHING)


def test_a_reason_that_is_refused_comes_back_as_text(desk_page, hostile, crowd, watch):
    watch.allow_status(422)
    page = desk_page
    comment_id = crowd.comment(hostile, EVERYTHING, IMAGE)
    page.goto(hostile.path)
    comment = page.locator(f"#comment-{comment_id}")
    comment.locator("summary", has_text="Delete").click()
    comment.locator("[name=reason]").fill(EVERYTHING + "x" * 500)
    comment.get_by_role("button", name="Delete comment").click()
    expect(comment.locator("[name=reason]")).to_have_value(EVERYTHING + "x" * 500)
    expect_harmless(page, *NAMES)


def test_the_editor_and_its_preview_show_it_as_text(desk_page, hostile):
    page = desk_page
    page.goto(f"/admin{hostile.path}/edit")
    expect(page.get_by_label("Title")).to_have_value(EVERYTHING)
    expect(page.get_by_label("Text")).to_have_value(EVERYTHING)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text(IMAGE)
    expect_harmless(page, SCRIPT, PARTIAL, CLOSING)


def test_an_address_that_says_it_is_not_found_shows_none_of_it(page, watch):
    watch.allow_status(404)
    page.goto(f"/articles/{EVERYTHING}?{EVERYTHING}")
    expect_harmless(page)
