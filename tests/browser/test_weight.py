"""What a first visit loads, and that nothing on the page moves while it comes in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .acts import open_form

PHONE = {"width": 390, "height": 844}

RECORD = """
window.shifted = [];
new PerformanceObserver((list) => {
  const moved = list.getEntries().flatMap((shift) => shift.sources);
  window.shifted.push(...moved.map(({ node }) => node?.outerHTML?.slice(0, 80)));
}).observe({ type: "layout-shift", buffered: true });
"""

#: What an article keeps for later.
LATER = re.compile(r"/static/more\.\w+\.(js|css)$")

PAINTED = "() => new Promise((done) => new PerformanceObserver(done).observe({ type: 'paint', buffered: true }))"

#: Two frames, after which everything that has changed is on the screen and accounted for.
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def test_a_first_visit_loads_a_page_a_style_sheet_a_script_and_an_icon(page, article, crowd):
    crowd.comment(article)
    asked = []
    page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    page.goto(article.path)
    expect(page.locator("#keys-help")).to_be_visible()
    kinds = [kind for kind, url in asked if "/favicon." not in url and kind != "eventsource"]
    assert kinds == ["document", "stylesheet", "script"]


def test_the_modules_leave_nothing_but_htmx_among_the_global_names(page, article, watch):
    # A page that is no page of ours has no icon.
    watch.allow_status(404)
    page.goto("/robots.txt")
    bare = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    page.goto(article.path)
    expect(page.locator("#keys-help")).to_be_visible()
    assert set(page.evaluate("Object.getOwnPropertyNames(window)")) - bare == {"htmx"}


def test_a_module_that_fails_stops_no_other(page, article, watch):
    watch.allow("RelativeTimeFormat")
    page.add_init_script("delete Intl.RelativeTimeFormat")
    page.goto(article.path)
    expect(page.locator("#keys-help")).to_be_visible()


@pytest.fixture
def asked_later(page):
    """The kinds of what is loaded only when somebody acts or writes, as they are asked for."""
    asked = []
    page.on("request", lambda request: LATER.search(request.url) and asked.append(request.resource_type))
    return asked


def test_what_forms_need_comes_with_the_first_of_them_and_once(page, article, crowd, asked_later):
    crowd.comment(article)
    page.goto(article.path)
    expect(page.locator("#keys-help")).to_be_visible()
    assert asked_later == []
    open_form(page)
    page.locator("#thread .reply").click()
    expect(page.locator("#thread #comment-form")).to_be_visible()
    assert sorted(asked_later) == ["script", "stylesheet"]
    assert page.locator("#more").evaluate("(more) => more.content.childElementCount") == 0


def test_a_form_is_shown_only_with_its_style(page, article):
    """Else it would stand there as it came, and change under the reader's hands."""
    held = []

    def hold(route):
        held.append(route)

    page.route(LATER, hold)
    page.goto(article.path)
    with page.expect_response(re.compile("/comments/form")):
        page.locator("#post-a-comment").click()
    page.evaluate(SETTLED)
    expect(page.locator("#comment-form")).to_have_count(0)
    for route in held:
        route.continue_()
    expect(page.locator("#comment-form .not-for-people")).to_have_css("position", "absolute")


def test_a_form_opens_without_it_too_and_the_next_one_brings_it(page, article, crowd, watch):
    watch.allow("Failed to load resource|/static/more")
    crowd.comment(article)
    page.route(LATER, lambda route: route.abort())
    page.goto(article.path)
    open_form(page)
    page.unroute(LATER)
    page.locator("#thread .reply").click()
    expect(page.locator("#thread .not-for-people")).to_have_css("position", "absolute")


def test_what_shows_others_comments_comes_with_the_first_of_them(page, article, crowd, asked_later):
    page.goto(article.path)
    expect(page.locator("#keys-help")).to_be_visible()
    crowd.comment(article)
    expect(page.get_by_role("link", name="Show 1 new comment")).to_be_visible()
    assert sorted(asked_later) == ["script", "stylesheet"]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_moves_when_the_script_comes_after_the_first_paint(page, article, crowd, width):
    root = crowd.comment(article, "A root", "Somebody with a name of some length")
    crowd.comment(article, "An answer", "Grace Hopper", parent_id=root)
    crowd.comment(article, "Another")
    page.set_viewport_size({**PHONE, "width": width})
    page.add_init_script(RECORD)
    held = []

    def hold(route):
        held.append(route)

    page.route(re.compile(r"/static/understory\.\w+\.js"), hold)
    page.goto(article.path, wait_until="commit")
    page.evaluate(PAINTED)
    (script,) = held
    script.continue_()
    expect(page.locator("#thread time").first).to_have_text("just now")
    page.evaluate(SETTLED)
    assert page.evaluate("window.shifted") == []


def test_nothing_moves_when_others_write(page, article, crowd):
    crowd.comment(article, "Here before")
    page.set_viewport_size(PHONE)
    page.add_init_script(RECORD)
    page.goto(article.path)
    page.evaluate(SETTLED)
    crowd.comment(article, "Just now")
    expect(page.get_by_role("link", name="Show 1 new comment")).to_be_visible()
    page.evaluate(SETTLED)
    assert page.evaluate("window.shifted") == []
