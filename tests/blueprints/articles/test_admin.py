"""How moderators write, preview, edit and unpublish in the browser; whatever is refused keeps the text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.builders import add_article, add_comment, article, signed_in
from tests.reading import Element, page

NEW = "/admin/articles/new"
LONG = 'A long text <b> & "more".\n\n' * 3000 + "The end."


@pytest.fixture
def moderator(site):
    return signed_in(site)


def filled(moderator, path: str = NEW, **fields: str) -> dict[str, str]:
    return {**moderator.form(path, f"form[action={path}]"), **fields}


def typed(response) -> dict[str, str]:
    return next(form for form in page(response).all("form") if form.has("#source")).fields()


def error_at(response, field: str) -> str:
    trouble: Element = page(response).one(f"#{field}-error")
    assert page(response).one(f"#{field}")["aria-invalid"] == "true"
    assert trouble["id"] in page(response).one(f"#{field}")["aria-describedby"].split()
    return trouble.text


def test_an_article_is_written_and_read(site, moderator, reader):
    sent = filled(
        moderator,
        title=" A  title ",
        author="Ada",
        published_at="2025-04-17T09:30",
        summary="Short",
        source="Some *text*.\r\n\r\n    code",
    )
    response = moderator.post(NEW, sent)
    assert (response.status_code, response.location) == (303, "/articles/a-title")
    kept = article(site, "a-title")
    assert (kept.title, kept.author, kept.summary, kept.source) == (
        "A title",
        "Ada",
        "Short",
        "Some *text*.\n\n    code",
    )
    assert kept.published_at == datetime(2025, 4, 17, 9, 30, tzinfo=UTC)
    assert "The article is published." in page(moderator.follow(response)).one(".flash").text
    assert reader.page("/articles/a-title").one(".prose").one("em").text == "text"


def test_a_chosen_address_is_kept(site, moderator):
    moderator.post(NEW, filled(moderator, title="A title", slug="elsewhere", source="Text"))
    assert article(site, "elsewhere").title == "A title"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "\u200b"),
        ("title", "x" * 201),
        ("title", "a\x01b"),
        ("slug", "A b"),
        ("slug", "a--b"),
        ("slug", "x" * 101),
        ("author", "x" * 101),
        ("published_at", "soon"),
        ("published_at", "2025-13-01T00:00"),
        ("summary", "x" * 501),
        ("source", ""),
        ("source", "x" * 200_001),
        ("source", "a\0b"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_the_text_is_kept(site, moderator, field, value):
    sent = {**filled(moderator, title="A title", summary="Short", source="Some text."), field: value}
    response = moderator.post(NEW, sent)
    assert response.status_code == 422
    assert error_at(response, field)
    again = typed(response)
    for name, text in sent.items():
        if name not in ("csrf_token", field) or (name == field and "\0" not in text and "\x01" not in text):
            assert again[name] == text


def test_an_expired_form_keeps_the_text_and_is_one_press_from_saving(clock, site, moderator):
    sent = filled(moderator, title="A title", source=LONG)
    clock.later(hours=13)
    refused = moderator.post(NEW, sent)
    assert refused.status_code == 403
    assert "had lain open for a while" in page(refused).one("[role=alert]").text
    assert typed(refused)["source"] == LONG
    assert moderator.post(NEW, typed(refused)).status_code == 303
    assert article(site, "a-title").source == LONG


def test_an_address_that_is_taken_keeps_the_text(site, moderator):
    add_article(site)
    refused = moderator.post(NEW, filled(moderator, title="A title", source=LONG))
    assert refused.status_code == 409
    assert error_at(refused, "slug") == "There is an article at that address already. Choose another one."
    assert typed(refused)["source"] == LONG
    assert article(site, "a-title").source == "Some text."


def test_the_form_of_an_article_is_filled_in_and_unchanged_it_changes_nothing(site, moderator):
    add_article(
        site,
        source="Text.\n\n  \n- a\n\n\n    code  here",
        author="Ada",
        published_at=datetime(2025, 1, 1, 9, 30, 7, tzinfo=UTC),
    )
    before = article(site, "a-title")
    path = "/admin/articles/a-title/edit"
    assert moderator.post(path, filled(moderator, path)).status_code == 303
    after = article(site, "a-title")
    assert (after.version, after.source, after.published_at) == (before.version, before.source, before.published_at)


def test_an_edit_changes_the_article_and_keeps_its_address(site, moderator, reader):
    slug = add_article(site)
    add_comment(site, slug)
    path = f"/admin/articles/{slug}/edit"
    response = moderator.post(path, filled(moderator, path, title="Another", source="Other", slug="other"))
    assert (response.status_code, response.location) == (303, f"/articles/{slug}")
    shown = reader.page(f"/articles/{slug}")
    assert (shown.one("h1").text, shown.one("#comment-count").words) == ("Another", "1 comment")


@pytest.mark.parametrize(("change", "status"), [({"title": ""}, 422), ({"csrf_token": "x"}, 403)])
def test_a_refused_edit_keeps_the_text(site, moderator, change, status):
    path = f"/admin/articles/{add_article(site)}/edit"
    refused = moderator.post(path, filled(moderator, path, source=LONG, **change))
    assert refused.status_code == status
    assert typed(refused)["source"] == LONG
    assert article(site, "a-title").source == "Some text."


def test_who_saves_second_sees_what_the_first_did_and_decides(site, moderator):
    path = f"/admin/articles/{add_article(site)}/edit"
    other = signed_in(site, name="Grace")
    mine, theirs = filled(moderator, path, source="Mine"), filled(other, path, source="Theirs", summary="New")
    assert other.post(path, theirs).status_code == 303
    refused = moderator.post(path, mine)
    assert refused.status_code == 409
    assert typed(refused)["source"] == "Mine"
    assert "Somebody else has changed this article" in page(refused).one("[role=alert]").text
    assert page(refused).one("#theirs-source").text.strip() == "Theirs"
    assert page(refused).one("#theirs-summary").text.strip() == "New"
    assert not page(refused).has("#theirs-title")
    assert article(site, "a-title").source == "Theirs"
    assert moderator.post(path, typed(refused)).status_code == 303
    assert (article(site, "a-title").source, article(site, "a-title").summary) == ("Mine", "")


@pytest.mark.parametrize("change", [{"preview": "1"}, {"title": ""}, {"csrf_token": "x"}])
def test_a_form_that_is_shown_again_still_knows_what_it_began_with(site, moderator, change):
    path = f"/admin/articles/{add_article(site)}/edit"
    began = filled(moderator, path, source="Mine", **change)
    assert moderator.post(path, filled(moderator, path, source="Theirs")).status_code == 303
    again = typed(moderator.post(path, began))
    assert moderator.post(path, {**again, "title": "A title"}).status_code == 409


def test_what_happens_beside_an_article_overtakes_nobody(site, moderator):
    path = f"/admin/articles/{add_article(site)}/edit"
    mine = filled(moderator, path, source="Mine")
    add_article(site, "A neighbour")
    add_comment(site, "a-title")
    moderator.post("/admin/articles/a-title/close", {"csrf_token": mine["csrf_token"]})
    assert moderator.post(path, mine).status_code == 303


def test_an_article_that_is_gone_keeps_the_text(moderator):
    sent = {"csrf_token": moderator.token(), "title": "A title", "source": "Long thought over"}
    refused = moderator.post("/admin/articles/none/edit", sent)
    assert refused.status_code == 404
    assert [area.text.strip() for area in page(refused).all("textarea")] == ["A title", "Long thought over"]


def test_a_preview_shows_the_text_and_stores_nothing(site, moderator):
    sent = filled(moderator, title="A title", source="Some *text* <script>alert(1)</script>", preview="1")
    shown = page(moderator.post(NEW, sent))
    assert shown.one(".preview").one("em").text == "text"
    assert not shown.one(".preview").has("script")
    assert shown.one("#source").text.strip() == sent["source"]
    fragment = moderator.post("/admin/articles/preview", sent, htmx=True)
    assert page(fragment).one("em").text == "text"
    assert not page(fragment).has("html")
    assert moderator.get("/articles/a-title").status_code == 404


def test_a_long_text_can_be_previewed(moderator):
    sent = filled(moderator, title="A title", source=LONG)
    assert "The end." in page(moderator.post("/admin/articles/preview", sent, htmx=True)).text


def test_a_preview_needs_a_token(moderator):
    assert moderator.post("/admin/articles/preview", {"source": LONG}, htmx=True).status_code == 403


def test_a_form_of_any_script_may_fill_the_whole_room(site, moderator):
    source = "李" * 200_000
    assert moderator.post(NEW, filled(moderator, title="A title", source=source)).status_code == 303
    assert article(site, "a-title").source == source


def test_a_form_beyond_measure_is_refused(moderator):
    refused = moderator.post(NEW, filled(moderator, title="A title", source="李" * 400_000))
    assert refused.status_code == 413


def test_unpublish_and_publish_are_buttons(site, moderator, reader):
    slug = add_article(site)
    table = page(moderator.get("/admin/articles/"))
    button = next(form for form in table.all("form") if form["action"].endswith("/unpublish"))
    response = moderator.post(button["action"], button.fields())
    assert (response.status_code, response.location) == (303, "/admin/articles/")
    assert reader.get(f"/articles/{slug}").status_code == 404
    listed = page(moderator.follow(response))
    assert listed.one(".state").text == "unpublished"
    button = next(form for form in listed.all("form") if form["action"].endswith("/publish"))
    moderator.post(button["action"], button.fields())
    assert reader.get(f"/articles/{slug}").status_code == 200


def test_an_unpublished_article_can_be_edited(site, moderator):
    slug = add_article(site)
    moderator.post(f"/admin/articles/{slug}/unpublish", {"csrf_token": moderator.token()})
    path = f"/admin/articles/{slug}/edit"
    response = moderator.post(path, filled(moderator, path, source="Other"))
    assert (response.status_code, response.location) == (303, "/admin/articles/")
    assert not article(site, slug).published


def test_what_is_not_there_cannot_be_unpublished(moderator):
    assert moderator.post("/admin/articles/none/unpublish", {"csrf_token": moderator.token()}).status_code == 404
