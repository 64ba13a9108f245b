"""Large letters, narrow windows, and texts that run from right to left: everything can be read, nothing is cut."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .acts import fill, open_form
from .scenes import TEXTS

ARABIC = "قال المتحدث إن المحادثات ستستأنف غدا في العاصمة."
HEBREW = "שיחה טובה מתחילה בהקשבה."
MIXED = f"{ARABIC} (see https://example.org/a_page) 1-2-3!\n\nAnd this was said in English, *firmly*."

#: A window of 1280 px at 200 % and, as WCAG asks for reflow, at 400 %.
ZOOMED = [{"width": 640, "height": 512}, {"width": 320, "height": 256}]

#: What sticks out of the window, or out of a box that cuts it off.
CUT = """() => [...document.querySelectorAll("main *")].filter((one) => {
  if (!one.checkVisibility() || one.closest(".visually-hidden, .not-for-people, .answered")) return false;
  const { left, right, width } = one.getBoundingClientRect();
  const cuts = getComputedStyle(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1;
  return width && (left < -1 || right > innerWidth + 1 || (cuts && one.clientWidth));
}).map((one) => one.outerHTML.slice(0, 200))"""


def direction(locator) -> str:
    return locator.evaluate("one => getComputedStyle(one).direction")


def is_whole(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("window", ZOOMED, ids=["200 %", "400 %"])
def test_at_large_zoom_nothing_is_cut_and_nothing_scrolls_sideways(new_context, article, crowd, window):
    parent = 0
    for text in (*TEXTS, MIXED, "An answer", "to that", "and that", "and that", "and that"):
        parent = crowd.comment(article, text, "A reader with rather a long name indeed", parent_id=parent)
    page = new_context(viewport=window, device_scale_factor=2).new_page()
    page.goto(article.path)
    is_whole(page)
    page.locator(f"#comment-{parent} .reply, .comment .reply").last.click()
    expect(page.locator("#comment-form")).to_be_visible()
    is_whole(page)
    page.locator("a:has-text('Report')").last.click()
    expect(page.get_by_role("button", name="Send report")).to_be_visible()
    is_whole(page)
    page.locator("#keys-help").click()
    expect(page.get_by_role("dialog")).to_be_in_viewport()
    page.goto(f"{article.path}/comments/new")
    is_whole(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_each_text_runs_in_its_own_direction(page, moderator, crowd, width):
    page.set_viewport_size({"width": width, "height": 800})
    article = moderator.article(ARABIC, f"{ARABIC}\n\n{HEBREW}")
    ids = {text: crowd.comment(article, text, "محمد علي") for text in (ARABIC, HEBREW, MIXED, "In English")}
    page.goto(article.path)
    bodies = {text: page.locator(f"#comment-{ids[text]} .comment-body") for text in ids}
    assert [direction(bodies[text]) for text in ids] == ["rtl", "rtl", "rtl", "ltr"]
    assert direction(page.locator(".story h1")) == "rtl"
    assert direction(page.locator(".story .prose")) == "rtl"
    starts = "p => { const r = document.createRange(); r.selectNodeContents(p); return r.getClientRects()[0].left; }"
    box = bodies[MIXED].bounding_box()
    assert abs(bodies[MIXED].locator("p").nth(1).evaluate(starts) - box["x"]) < 2, "English starts at the left"
    is_whole(page)

    form = open_form(page)
    assert direction(form.locator("[name=body]")) == "ltr"
    fill(form, HEBREW, "אדה")
    assert [direction(form.locator(f"[name={name}]")) for name in ("body", "author")] == ["rtl", "rtl"]
    form.get_by_role("button", name="Preview").click()
    expect(form.locator(".previewed")).to_have_text(HEBREW)
    assert direction(form.locator(".previewed")) == "rtl"
    is_whole(page)


@pytest.mark.parametrize("width", [320, 1280])
def test_a_page_that_is_turned_round_fits_its_window(page, article, crowd, width):
    page.set_viewport_size({"width": width, "height": 800})
    parent = 0
    for text in (ARABIC, MIXED, *TEXTS):
        parent = crowd.comment(article, text, "محمد علي", parent_id=parent)
    page.goto(article.path)
    page.evaluate("document.documentElement.dir = 'rtl'")
    open_form(page)
    is_whole(page)
    head = page.locator("#thread .comment-head").first
    avatar, name = head.locator(".avatar").bounding_box(), head.locator(".comment-author").bounding_box()
    assert avatar["x"] > name["x"]
