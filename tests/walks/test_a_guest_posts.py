"""Walk a: a guest reads, opens the form, posts, and finds the comment; with htmx and without."""

from __future__ import annotations

import pytest

from tests.builders import Reader, add_article, all_comments, article, path_of
from tests.reading import page


@pytest.fixture
def slug(site) -> str:
    return add_article(site, "An evening in the wood")


def test_without_javascript(site, slug, reader):
    front = reader.page("/")
    story = reader.page(front.one(".card").one("h2").one("a")["href"])
    assert reader.cookies() == {}

    sent = {
        **reader.form(story.one("#post-a-comment")["href"], "#comment-form"),
        "author": "Ada",
        "body": "1 < 2 && 3 > 2",
    }
    assert reader.cookies().keys() == {"understory"}

    refused = reader.post(f"/articles/{slug}/comments", {**sent, "author": ""})
    assert refused.status_code == 422
    mended = {**page(refused).one("#comment-form").fields(), "author": "Ada"}

    posted = reader.post(f"/articles/{slug}/comments", mended)
    assert posted.status_code == 303
    place = reader.follow(posted)
    assert place.status_code == 302
    assert place.location.endswith("#comment-1")
    shown = page(reader.follow(place))
    assert shown.one("#comment-1").one(".comment-body").words == "1 < 2 && 3 > 2"
    assert shown.one("#comment-count").words == "1 comment"
    assert Reader(site).page(f"/articles/{slug}").has("#comment-1")


def test_with_htmx(site, slug, reader):
    link = reader.page(f"/articles/{slug}").one("#post-a-comment")
    form = page(reader.get(link["hx-get"], HX_Request="true")).one("#comment-form")
    assert form["hx-post"] == form["action"]

    refused = reader.post(form["hx-post"], {**form.fields(), "author": "Ada", "body": ""}, htmx=True)
    assert refused.status_code == 422
    again = page(refused).one("#comment-form").fields()
    assert again["author"] == "Ada"

    posted = reader.post(form["hx-post"], {**again, "body": "A thought."}, htmx=True)
    assert posted.status_code == 201
    fragment = page(posted)
    assert fragment.one("#comment-form").fields()["body"] == ""
    parts = {part["hx-target"]: part for part in fragment.all("hx-partial")}
    assert parts["#thread[data-place=newest]"].one("article.comment")["id"] == "comment-1"
    assert parts["#comment-count"].words == "1 comment"
    assert parts["#announcer"].has("a[href=/comments/1]")


def test_what_was_posted_is_one_row_with_its_number_and_a_new_version(site, slug, reader, clock):
    before = article(site, slug)
    reader.comment(slug, "Some *text*")
    after = article(site, slug)
    (kept,) = all_comments(site)
    assert (kept.source, kept.html, kept.created_at) == ("Some *text*", "<p>Some <em>text</em></p>", clock.now)
    assert (kept.root_number, kept.shown, kept.state) == (1, True, "visible")
    assert (after.roots, after.numbered, after.comment_count) == (1, 1, 1)
    assert after.version == before.version + 1


def test_a_line_that_drops_posts_nothing_twice(site, slug, reader):
    sent = reader.comment_form(slug)
    lost, answered = (reader.post(f"/articles/{slug}/comments", sent) for _ in range(2))
    assert path_of(lost.location) == path_of(answered.location)
    assert len(all_comments(site)) == 1


def test_cookies_that_are_off_lose_no_text(slug, reader):
    sent = reader.comment_form(slug, "Long thought over")
    reader.browser.delete_cookie("understory")
    refused = reader.post(f"/articles/{slug}/comments", sent)
    assert refused.status_code == 403
    assert page(refused).one("#comment-form").fields()["body"] == "Long thought over"
