"""What a reader gets without asking: no cookie, times in plain words, calm, and ways for keyboard and small screens."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect


def test_reading_sets_no_cookie_and_stores_nothing(page, article, crowd, watch):
    watch.allow_status(404)
    crowd.comments(article, 7)
    page.goto("/")
    page.get_by_role("link", name=article.title, exact=True).click()
    page.locator("#older").click()
    expect(page.locator("#thread .comment")).to_have_count(7)
    page.locator(".comment-time").last.click()
    expect(page.locator(".comment:target")).to_be_visible()
    page.goto(f"{article.path}?sort=oldest")
    page.goto("/articles/nothing-here")
    assert page.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_form_is_where_a_session_begins(page, article):
    page.goto(article.path)
    page.locator("#post-a-comment").click()
    page.locator("#comment-form").wait_for()
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


def test_a_page_loads_nothing_from_elsewhere(page, article, crowd, served):
    crowd.comment(article, "See https://example.org/picture.png and ![this](https://example.org/picture.png)")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(article.path)
    page.locator("#post-a-comment").click()
    page.locator("#comment-form").wait_for()
    assert [url for url in asked if not url.startswith(f"{served.address}/")] == []


def test_times_are_told_relative_to_now_with_the_exact_moment_in_the_title(page, article, crowd):
    crowd.comment(article)
    page.goto(article.path)
    time = page.locator("#thread time")
    expect(time).to_have_text("just now")
    posted = datetime.fromisoformat(time.get_attribute("datetime"))
    assert abs(datetime.now(UTC) - posted) < timedelta(minutes=1)
    page.clock.set_fixed_time(posted + timedelta(hours=3, minutes=5))
    page.reload()
    expect(time).to_have_text("3 hours ago")
    expect(time).to_have_attribute("title", re.compile(rf"\b{posted.year}\b.*UTC"))
    time.hover()
    expect(time).to_have_attribute("title", re.compile(rf"^\w+day, .*\b{posted.year}\b.*\d\d:\d\d"))


@pytest.mark.parametrize(
    ("later", "told"),
    [
        ({"seconds": -50}, "just now"),
        ({"seconds": 59}, "just now"),
        ({"seconds": 60}, "1 minute ago"),
        ({"minutes": 119}, "1 hour ago"),
        ({"days": 1, "hours": 23}, "1 day ago"),
        ({"days": 59}, "1 month ago"),
        ({"days": 364}, "12 months ago"),
        ({"days": 800}, "2 years ago"),
    ],
)
def test_times_are_told_in_whole_units(page, article, crowd, later, told):
    crowd.comment(article)
    page.goto(article.path)
    time = page.locator("#thread time")
    posted = datetime.fromisoformat(time.get_attribute("datetime"))
    page.clock.set_fixed_time(posted + timedelta(**later))
    page.reload()
    expect(time).to_have_text(told)


def test_nothing_moves_for_those_who_asked_for_calm(page, article, crowd):
    crowd.comments(article, 2)
    page.goto(article.path)
    moving = """() => [document.documentElement, ...document.querySelectorAll("body *")].filter((element) => {
        const style = getComputedStyle(element);
        return style.scrollBehavior === "smooth" || style.animationName !== "none"
          || style.transitionDuration.split(",").some((duration) => parseFloat(duration) > 0);
    }).length"""
    assert page.evaluate(moving) == 0


def test_a_keyboard_alone_opens_the_form_and_posts(page, article):
    page.goto(article.path)
    tab_to(page, "#post-a-comment")
    page.keyboard.press("Enter")
    expect(page.locator("#comment-form [name=body]")).to_be_focused()
    page.keyboard.type("No mouse here.")
    tab_to(page, "[name=author]")
    page.keyboard.type("Grace")
    page.keyboard.press("Enter")
    newest = page.locator("#thread .comment").first
    expect(newest).to_be_focused()
    expect(newest.locator(".comment-body")).to_have_text("No mouse here.")


def test_a_keyboard_alone_loads_older_comments_and_goes_on_from_there(page, article, crowd):
    ids = crowd.comments(article, 7)
    page.goto(article.path)
    tab_to(page, "#older")
    page.keyboard.press("Enter")
    first = page.locator(f"#comment-{ids[1]}")
    expect(first).to_be_focused()
    page.keyboard.press("Tab")
    expect(first.locator(".comment-time")).to_be_focused()


def test_the_first_tab_stop_leads_past_the_head_of_the_page(page, article):
    page.goto(article.path)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the text")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("place", ["", "/comments/new"])
def test_every_tab_stop_shows_that_it_has_the_focus(page, article, crowd, place):
    crowd.comments(article, 2)
    page.goto(f"{article.path}{place}")
    for _ in range(page.locator("a, input:not([type=hidden]), textarea, button").count()):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count():
            assert focused.evaluate("element => getComputedStyle(element).outlineStyle") != "none", focused


def tab_to(page, selector):
    """Press Tab until the focus is there; a page has fewer stops than this."""
    for _ in range(60):
        if page.locator(selector).evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")
