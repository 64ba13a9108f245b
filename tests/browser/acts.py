"""What a reader does with a page's form, with and without JavaScript."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def open_form(page: Page) -> Locator:
    """Follow 'Post a Comment' and give the form."""
    # The library starts in a task of its own; a press before that is a plain link's.
    if page.evaluate("typeof htmx") != "undefined":
        page.evaluate("() => new Promise((done) => setTimeout(() => setTimeout(done)))")
    page.locator("#post-a-comment").click()
    form = page.locator("#comment-form")
    form.wait_for()
    return form


def fill(form: Locator, body: str = "", author: str = "") -> None:
    form.locator("[name=body]").fill(body)
    form.locator("[name=author]").fill(author)


def send(form: Locator) -> None:
    form.get_by_role("button", name="Post Comment").click()


def mark(page: Page) -> None:
    """Leave a mark on the window that only a reload takes away."""
    page.evaluate("window.isTheSame = true")


def is_same(page: Page) -> bool:
    """Whether the page was not loaded anew since `mark`."""
    return bool(page.evaluate("window.isTheSame === true"))
