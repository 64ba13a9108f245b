"""Moderators write, preview, publish, edit and unpublish articles in the browser."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import expect

from .acts import is_same, mark


@pytest.fixture(params=["with JavaScript", "without"])
def page(request):
    """A moderator's page, both ways."""
    return request.getfixturevalue("desk_page" if request.param == "with JavaScript" else "plain_desk_page")


def write(page, title, text):
    page.get_by_label("Title").fill(title)
    page.get_by_label("Text").fill(text)


def publish_button(page):
    return page.get_by_role("button", name="Publish", exact=True)


def test_an_article_is_written_published_and_edited(page, new_context):
    title = f"Frogs return {secrets.token_hex(3)}"
    reader = new_context().new_page()
    page.goto("/admin/articles/")
    page.get_by_role("link", name="Write an article").click()
    write(page, title, "They are *back*.")
    publish_button(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    address = page.url
    reader.goto("/")
    reader.get_by_role("link", name=title).click()
    expect(reader).to_have_url(address)
    expect(reader.locator(".prose em")).to_have_text("back")

    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_label("Text")).to_have_value("They are *back*.")
    write(page, f"{title} at last", "They are **back**.")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(address)
    reader.reload()
    expect(reader.get_by_role("heading", level=1)).to_have_text(f"{title} at last")
    expect(reader.locator(".prose strong")).to_have_text("back")


def test_an_article_is_taken_from_the_site_and_put_back(page, article, crowd):
    crowd.comment(article, "I was here.")
    page.goto("/admin/articles/")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Edit " + article.title, exact=True))
    row.get_by_role("button", name=re.compile("^Unpublish")).click()
    expect(row).to_contain_text("unpublished")
    assert crowd.http.get(article.path).status == 404
    row.get_by_role("button", name=re.compile("^Publish")).click()
    expect(row).not_to_contain_text("unpublished")
    assert "I was here." in crowd.http.get(article.path).text()


def test_a_preview_shows_the_text_and_stores_nothing(page):
    page.goto("/admin/articles/new")
    mark(page)
    write(page, "Toads", "They are *next*.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview em")).to_have_text("next")
    expect(page.get_by_label("Title")).to_have_value("Toads")
    expect(page.get_by_label("Text")).to_have_value("They are *next*.")
    page.goto("/")
    expect(page.get_by_role("link", name="Toads")).to_have_count(0)


def test_a_preview_appears_in_place(desk_page):
    desk_page.goto("/admin/articles/new")
    mark(desk_page)
    write(desk_page, "Toads", "They are *next*.")
    desk_page.get_by_role("button", name="Preview").click()
    expect(desk_page.locator("#preview em")).to_have_text("next")
    expect(desk_page.locator("#preview")).to_be_in_viewport()
    assert is_same(desk_page)


def test_an_article_without_a_title_comes_back_with_its_text(page, watch):
    watch.allow_status(422)
    page.goto("/admin/articles/new")
    write(page, "", "A text without a name.")
    publish_button(page).click()
    expect(page.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Title")).to_be_focused()
    expect(page.get_by_label("Text")).to_have_value("A text without a name.")


def test_an_address_that_is_taken_is_told_at_its_field(page, article, watch):
    watch.allow_status(409)
    page.goto("/admin/articles/new")
    write(page, "Another story", "Another text.")
    page.get_by_label("Address").fill(article.slug)
    publish_button(page).click()
    expect(page.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#slug-error")).to_contain_text("already")
    expect(page.get_by_label("Text")).to_have_value("Another text.")
