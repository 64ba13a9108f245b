"""Posting past Flask: what is in order needs no view, is answered as the view answers, and all else is left to it."""

from __future__ import annotations

import re
from functools import wraps

import pytest

from blueprints.comments.models import State
from blueprints.comments.quickly import LONGEST, MOST_MARKS
from tests.builders import Reader, add_article, add_comment, all_comments, article, signed_in, within
from tests.fronted import fronted
from tests.reading import page
from understory import figures
from understory.security import TOKEN_SECONDS

pytestmark = pytest.mark.sqlite


@pytest.fixture
def site(make_site):
    with fronted(make_site()) as site:
        yield site


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


@pytest.fixture
def asked(site) -> list[str]:
    """What the view was asked for."""
    return watched(site)


def watched(site) -> list[str]:
    seen: list[str] = []
    view = site.view_functions["posting.create"]

    @wraps(view)
    def create(slug: str):
        seen.append(slug)
        return view(slug)

    site.view_functions["posting.create"] = create
    return seen


def to(slug: str) -> str:
    return f"/articles/{slug}/comments"


def test_what_is_in_order_needs_no_view(site, slug, reader, asked):
    assert reader.comment(slug, "Some *text*", htmx=True).status_code == 201
    parent = all_comments(site)[0].id
    assert reader.comment(slug, "A reply", htmx=True, parent_id=parent).status_code == 201
    assert asked == []
    first, second = all_comments(site)
    assert (first.html, first.state, first.reader_key) == ("<p>Some <em>text</em></p>", "visible", second.reader_key)
    assert (second.parent_id, second.depth, first.shown_replies) == (parent, 1, 1)
    assert article(site, slug).comment_count == 2


def compared(response) -> tuple[int, dict[str, str], str]:
    """An answer without what differs between any two: keys, tokens, moments, and the numbers of comments."""
    headers = {name.lower(): value for name, value in response.headers if name.lower() not in ("date", "x-request-id")}
    if "set-cookie" in headers:
        headers["set-cookie"] = re.sub(r"=[^;]+|Expires=[^;]+", "", headers["set-cookie"], count=2)
    headers["location"] = re.sub(r"\d+", "N", headers.get("location", ""))
    headers.pop("content-length", None)
    text = re.sub(r'value="[\w.-]{20,}"', 'value="KEY"', response.text)
    return response.status_code, headers, re.sub(r"T[\d:.]+\+00:00", "T", text)


@pytest.mark.parametrize("answering", ["nothing", "the first", "a reply"])
@pytest.mark.parametrize("author", ["Ada", '<b> & "quoted"', "محمد علي"])
def test_the_answer_is_the_views(make_site, tmp_path, clock, author, answering):
    """Two sites with the same in them: one that posts past Flask, and one that does not."""

    def story(site, *, is_quick: bool):
        slug = add_article(site)
        root = add_comment(site, slug, "A root")
        reply = add_comment(site, slug, "A reply", parent_id=root)
        parent = {"the first": root, "a reply": reply}.get(answering)
        more = {} if parent is None else {"parent_id": parent}
        reader, seen = Reader(site), watched(site)
        reader.comment(slug, htmx=True)
        answers = [compared(reader.comment(slug, "> Quoted\n\nSome <b>", htmx=True, author=author, **more))]
        assert (seen == []) is is_quick
        return answers

    with fronted(make_site(instance=tmp_path / "quick")) as quick:
        told = story(quick, is_quick=True)
    assert told == story(make_site(instance=tmp_path / "plain"), is_quick=False)


def test_a_stranger_gets_the_cookie_by_which_they_are_known_again(site, slug, reader, asked):
    reader.comment(slug, htmx=True)
    key = all_comments(site)[0].reader_key
    assert "understory_reader" in reader.cookies()
    reader.comment(slug, "Another", htmx=True)
    assert asked == []
    assert [one.reader_key for one in all_comments(site)] == [key, key]
    assert reader.get("/comments/1/edit").status_code == 200


def test_a_retry_is_told_of_the_same_comment(site, slug, reader, asked):
    sent = reader.comment_form(slug)
    first, second = (reader.post(to(slug), sent, htmx=True) for _ in range(2))
    assert (first.status_code, second.status_code, first.location) == (201, 200, second.location)
    assert len(all_comments(site)) == 1
    assert asked == []


def test_a_token_serves_the_next_form_while_it_is_young(site, slug, clock):
    reader = Reader(site)
    first = reader.comment_form(slug)
    token = page(reader.post(to(slug), first, htmx=True)).one("#comment-form").fields()["csrf_token"]
    assert token == first["csrf_token"]
    clock.later(seconds=TOKEN_SECONDS / 2)
    second = {**first, "submission_id": "another-submission"}
    renewed = page(reader.post(to(slug), second, htmx=True)).one("#comment-form").fields()["csrf_token"]
    assert renewed != token
    clock.later(seconds=TOKEN_SECONDS / 2 + 1)
    late = {**first, "submission_id": "a-third-submission"}
    assert reader.post(to(slug), late, htmx=True).status_code == 403
    assert reader.post(to(slug), {**late, "csrf_token": renewed}, htmx=True).status_code == 201


LEFT = {
    "no JavaScript": ({}, {}, False),
    "a preview": ({"preview": "1"}, {}, True),
    "a name to be remembered": ({"remember": "y"}, {}, True),
    "a text that takes its time": ({"body": "word " * (LONGEST // 5 + 1)}, {}, True),
    "a text full of markup": ({"body": "[" * (MOST_MARKS + 1)}, {}, True),
    "a mistake": ({"author": ""}, {}, True),
    "a token that is none": ({"csrf_token": "x"}, {}, True),
    "what only programs fill in": ({"website": "https://example.org"}, {}, True),
    "a query": ({}, {"query": "?a=b"}, True),
}


@pytest.mark.parametrize("why", LEFT)
def test_what_is_not_plain_is_left_to_the_view(slug, reader, asked, why):
    fields, more, htmx = LEFT[why]
    response = reader.post(to(slug) + more.get("query", ""), {**reader.comment_form(slug), **fields}, htmx=htmx)
    assert response.status_code < 500
    assert asked == [slug]


def test_who_is_signed_in_is_left_to_the_view(site, slug, asked):
    signed_in(site).comment(slug, htmx=True)
    assert asked == [slug]
    assert len(all_comments(site)) == 1


def test_a_session_of_another_browser_brings_no_token(site, slug, asked):
    sent, other = Reader(site).comment_form(slug), Reader(site)
    other.comment_form(slug)
    assert other.post(to(slug), sent, htmx=True).status_code == 403
    assert asked == [slug]
    assert all_comments(site) == []


def test_what_waits_is_told_by_the_view(make_site):
    with fronted(make_site(premoderate=True)) as site:
        seen, slug, reader = watched(site), add_article(site), Reader(site)
        response = reader.comment(slug, htmx=True)
        assert response.status_code == 201
        assert seen == [slug]
        (kept,) = all_comments(site)
        assert kept.state == State.PENDING


def test_who_is_too_fast_is_not_worked_for(make_site, monkeypatch):
    with fronted(make_site(post_limit="1 per minute")) as site:
        seen, slug, reader = watched(site), add_article(site), Reader(site)
        assert reader.comment(slug, htmx=True).status_code == 201
        assert seen == []
        sent = reader.comment_form(slug, "Too soon")
        for place in ("quickly", "submissions"):
            monkeypatch.setattr(f"blueprints.comments.{place}.comment_html", lambda _source: pytest.fail("worked for"))
        refused = reader.post(to(slug), sent, htmx=True)
        assert refused.status_code == 429
        assert page(refused).one("#comment-form").fields()["body"] == "Too soon"
        assert seen == [slug]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_stranger_whom_the_view_tells_is_known_again_by_what_was_posted(make_site, htmx):
    with fronted(make_site(premoderate=True)) as site:
        seen, slug, reader = watched(site), add_article(site), Reader(site)
        reader.comment(slug, "Is it there?", htmx=htmx)
        assert seen == [slug]
        assert "Is it there?" in reader.get(f"{to(slug)}/yours").text


@pytest.mark.parametrize(
    "failing", ["quickly.comment_html", "quickly.moderation.is_held", "quickly.readers.cookie_line"]
)
def test_whatever_fails_here_the_view_still_answers(make_site, monkeypatch, caplog, failing):
    """An error of ours before the act, in it, and after it: the comment is posted once, and its author told."""
    site = make_site()
    site.logger.handlers.clear()
    with fronted(site):
        slug, reader = add_article(site), Reader(site)
        sent, seen = reader.comment_form(slug), watched(site)
        monkeypatch.setattr(f"blueprints.comments.{failing}", failing_once(monkeypatch))
        assert reader.post(to(slug), sent, htmx=True).status_code in (200, 201)
    assert seen == [slug]
    assert len(all_comments(site)) == 1
    assert "ZeroDivisionError" in caplog.text


def failing_once(monkeypatch):
    """What fails the first time that it is called, and is itself again then."""

    def fail(*_given, **_named):
        monkeypatch.undo()
        return 1 // 0

    return fail


@pytest.mark.parametrize("chosen", [{"redis_url": "redis://127.0.0.1:1/0"}, {"akismet_key": "key"}])
def test_whoever_has_to_be_waited_for_is_not_asked_in_the_loop(make_site, monkeypatch, chosen, caplog):
    monkeypatch.setattr("blueprints.spam.akismet.asked", lambda verdict, *_: verdict)
    with fronted(make_site(**chosen)) as site:
        seen, slug = watched(site), add_article(site)
        assert Reader(site).comment(slug, htmx=True).status_code == 201
        assert seen == [slug]


def test_what_is_posted_is_counted_once(site, slug, reader):
    reader.comment(slug, htmx=True)
    reader.comment(slug)
    text = within(site, figures.of(site).text, {})
    assert 'understory_posts_total{outcome="visible"} 2.0' in text
    route = 'method="POST",route="/articles/<slug:slug>/comments"'
    assert f'understory_request_seconds_count{{{route},status="201"}} 1.0' in text
    assert f'understory_request_seconds_count{{{route},status="303"}} 1.0' in text
