"""Authors change and take back their own comments, for a while."""

from __future__ import annotations

import pytest

from blueprints.comments import authoring, queries
from blueprints.comments.models import State
from tests.builders import Reader, add_article, add_comment, article, comment, within
from tests.reading import page


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


@pytest.fixture
def posted(site, slug, reader) -> int:
    reader.comment(slug, "As first written")
    return 1


def send(reader: Reader, path: str, *, htmx: bool = False, **fields: str):
    form = page(reader.get(path)).one("main").one("form.comment-form")
    return reader.post(form["action"], {**form.fields(), **fields}, htmx=htmx)


def test_an_author_changes_the_text_and_what_it_said_is_kept_for_moderators(site, slug, reader, posted):
    assert send(reader, f"/comments/{posted}/edit", body="As *meant*").status_code == 303
    assert reader.page(f"/articles/{slug}").one(f"#comment-{posted}").has("em")
    assert reader.page(f"/articles/{slug}").one(".edited").text == "edited"
    (earlier,) = within(site, queries.earlier_texts, posted)
    assert "As first written" in earlier.html


def test_an_edit_that_changes_nothing_leaves_no_trace(site, slug, reader, posted):
    version = article(site, slug).version
    send(reader, f"/comments/{posted}/edit")
    assert comment(site, posted).edited_at is None
    assert article(site, slug).version == version


def test_nobody_else_can(site, posted):
    stranger = Reader(site)
    for act in ("edit", "delete", "edit/form", "delete/form"):
        assert stranger.get(f"/comments/{posted}/{act}").status_code == 403
    assert stranger.post(f"/comments/{posted}/edit", {"body": "Mine now"}).status_code == 403
    assert stranger.post(f"/comments/{posted}/delete", {}).status_code == 403
    assert comment(site, posted).source == "As first written"


@pytest.mark.parametrize("htmx", [False, True])
def test_when_the_time_is_over_the_text_comes_back_with_a_kind_word(clock, make_site, htmx):
    site = make_site(edit_minutes=15)
    reader, slug = Reader(site), add_article(site)
    reader.comment(slug, "As first written")
    form = reader.page("/comments/1/edit").one("form.comment-form")
    clock.later(minutes=16)
    response = reader.post(form["action"], {**form.fields(), "body": "Too late"}, htmx=htmx)
    assert response.status_code == 403
    assert page(response).one("textarea").text.strip() == "Too late"
    assert "welcome to post another one" in page(response).text
    assert comment(site, 1).source == "As first written"


@pytest.mark.parametrize("body", ["", " ", "x" * 10_001])
def test_what_could_not_be_posted_cannot_be_edited_in(site, reader, posted, body):
    response = send(reader, f"/comments/{posted}/edit", body=body)
    assert response.status_code == 422
    assert page(response).has("p.error")
    assert comment(site, posted).source == "As first written"


def test_a_preview_saves_nothing(site, reader, posted):
    response = send(reader, f"/comments/{posted}/edit", body="As *meant*", preview="1")
    assert page(response).one(".previewed").has("em")
    assert comment(site, posted).source == "As first written"


@pytest.mark.parametrize("htmx", [False, True])
def test_an_author_takes_a_comment_back(site, slug, reader, posted, htmx):
    response = send(reader, f"/comments/{posted}/delete", htmx=htmx)
    assert response.status_code == (200 if htmx else 303)
    assert comment(site, posted).state == State.WITHDRAWN
    assert article(site, slug).comment_count == 0
    assert not Reader(site).page(f"/articles/{slug}").has("article.comment")
    assert reader.get(f"/comments/{posted}").status_code == 410


def test_what_somebody_answered_stays(site, slug, reader, posted):
    add_comment(site, slug, parent_id=posted)
    response = send(reader, f"/comments/{posted}/delete")
    assert response.status_code == 409
    assert "Somebody has answered" in page(response).text
    assert comment(site, posted).state == State.VISIBLE


def test_a_page_of_one_s_own_shows_what_waits_too(make_site):
    site = make_site(premoderate=True)
    reader, slug = Reader(site), add_article(site)
    reader.comment(slug, "Waiting words")
    assert "Waiting words" in reader.page(f"/articles/{slug}/comments/yours").text
    assert reader.get("/comments/1").location == f"/articles/{slug}/comments/yours"
    assert "waiting for a moderator" in page(reader.get(f"/articles/{slug}/comments/yours/marks")).text
    assert "Waiting words" not in Reader(site).page(f"/articles/{slug}/comments/yours").text
    assert "Waiting words" not in Reader(site).get(f"/articles/{slug}/comments/yours/marks").text


def test_marks_tell_a_reader_what_is_theirs(slug, reader, posted):
    marks = page(reader.get(f"/articles/{slug}/comments/yours/marks"))
    (mine,) = marks.all("hx-partial")
    assert mine["hx-target"] == f"#mine-{posted}"
    assert [link.words for link in mine.all("a")] == ["Edit", "Delete"]


def test_a_name_is_remembered_for_those_who_wish(slug, reader):
    reader.comment(slug, remember="y", email="ada@example.org")
    form = reader.form(f"/articles/{slug}/comments/form", "#comment-form")
    assert (form["author"], form["email"]) == ("Ada", "ada@example.org")
    again = {**form, "body": "More"}
    del again["remember"]
    reader.post(f"/articles/{slug}/comments", again)
    assert reader.form(f"/articles/{slug}/comments/form", "#comment-form")["author"] == ""


def test_the_time_left_counts_down(clock):
    start = clock.read()
    assert authoring.seconds_left(start, 15) == 900
    clock.later(minutes=14, seconds=30)
    assert authoring.seconds_left(start, 15) == 30
    clock.later(minutes=1)
    assert authoring.seconds_left(start, 15) == 0
