"""Walk: a moderator writes an article in the browser, readers find and discuss it, it is taken down and put back."""

from __future__ import annotations

from tests.builders import Reader, add_article, signed_in
from tests.reading import page


def test_from_the_editor_to_the_front_page_and_off_it(site, reader):
    add_article(site, "The one before")
    moderator = signed_in(site)
    path = moderator.page("/admin/articles/").one("main").one("a[href=/admin/articles/new]")["href"]
    form = moderator.page(path).one(f"form[action={path}]")
    written = {**form.fields(), "title": "News & views", "source": "## Part\n\nSome *text*."}
    previewed = moderator.post(form["action"], {**written, "preview": "1"})
    assert page(previewed).one(".preview").has("em")
    published = moderator.post(form["action"], {**page(previewed).one(f"form[action={path}]").fields()})
    assert published.location == "/articles/news-views"

    assert [card.one("h2").text for card in reader.page("/").all(".card")] == ["News & views", "The one before"]
    reader.comment("news-views")
    assert reader.page("/articles/the-one-before").one("a[rel=next]")["href"] == "/articles/news-views"

    listed = page(moderator.get("/admin/articles/"))
    button = next(form for form in listed.all("form") if form["action"] == "/admin/articles/news-views/unpublish")
    moderator.post(button["action"], button.fields())
    assert reader.get("/articles/news-views").status_code == 404
    assert not reader.page("/articles/the-one-before").has("a[rel=next]")
    assert "News" not in reader.get("/").text

    listed = page(moderator.get("/admin/articles/"))
    button = next(form for form in listed.all("form") if form["action"] == "/admin/articles/news-views/publish")
    moderator.post(button["action"], button.fields())
    assert Reader(site).page("/articles/news-views").one("#comment-count").words == "1 comment"
