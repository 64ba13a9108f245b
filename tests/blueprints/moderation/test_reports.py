"""Readers report comments; enough reports hide one until a moderator has looked."""

from __future__ import annotations

import pytest

from blueprints.comments.models import State
from blueprints.moderation.models import Act
from tests.builders import Reader, add_article, add_comment, add_moderator, comment, log, moderate, signed_in
from tests.reading import page


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


def report(reader: Reader, comment_id: int, *, htmx: bool = False, **fields: str):
    form = reader.page(f"/comments/{comment_id}/report").one("form.comment-form")
    sent = {"csrf_token": form.fields()["csrf_token"], "words": "", **fields}
    return reader.post(form["action"], sent, htmx=htmx)


@pytest.mark.parametrize("htmx", [False, True])
def test_the_desk_gets_it_and_the_reader_is_thanked(site, slug, reader, htmx):
    posted = add_comment(site, slug)
    response = report(reader, posted, htmx=htmx, grounds="abuse", words="It calls me <names>")
    shown = response if htmx else reader.follow(response)
    assert "The moderators have your report." in page(shown).text
    card = signed_in(site).page("/admin/").one("p.report")
    assert card.words == "Reported as abuse: It calls me <names>"
    assert comment(site, posted).state == State.VISIBLE


def test_reports_hide_a_comment_until_it_is_looked_at(site, slug):
    posted = add_comment(site, slug)
    for n in range(3):
        assert comment(site, posted).state == State.VISIBLE
        report(Reader(site, f"203.0.113.{n}"), posted, grounds="spam")
    assert comment(site, posted).state == State.REPORTED
    assert (log(site)[-1].act, log(site)[-1].account_id) == (Act.HIDE, None)
    assert not Reader(site).page(f"/articles/{slug}").has("article.comment")
    moderate(site, Act.APPROVE, posted, add_moderator(site))
    assert comment(site, posted).state == State.VISIBLE
    report(Reader(site), posted, grounds="spam")
    assert comment(site, posted).state == State.VISIBLE


def test_one_reader_counts_once(site, slug, reader):
    posted = add_comment(site, slug)
    for _ in range(5):
        report(reader, posted, grounds="spam")
    assert comment(site, posted).state == State.VISIBLE


def test_hiding_can_be_turned_off(make_site):
    site = make_site(reports_to_hide=0)
    posted = add_comment(site, add_article(site))
    for n in range(5):
        report(Reader(site, f"203.0.113.{n}"), posted, grounds="spam")
    assert comment(site, posted).state == State.VISIBLE


@pytest.mark.parametrize("fields", [{}, {"grounds": "boring"}, {"grounds": "other", "words": "x" * 501}])
def test_what_does_not_fit_comes_back_with_the_words(site, slug, reader, fields):
    posted = add_comment(site, slug)
    response = report(reader, posted, **fields)
    assert response.status_code == 422
    assert page(response).has("p.error")
    assert page(response).one("textarea").text.strip() == fields.get("words", "")


def test_what_readers_cannot_see_cannot_be_reported(site, slug, reader):
    posted = add_comment(site, slug, state=State.REJECTED)
    assert reader.get(f"/comments/{posted}/report").status_code == 404
