"""The form, and what becomes of what was typed: posted once, or given back."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from flask import render_template
from flask_wtf.csrf import generate_csrf

from blueprints.articles import operations as articles
from blueprints.comments import operations
from blueprints.comments.forms import CommentForm, fresh_form
from blueprints.comments.models import State
from tests.builders import (
    Reader,
    add_article,
    add_comment,
    all_comments,
    article,
    at_once,
    comment,
    signed_in,
    within,
)
from tests.fronted import fronted
from tests.reading import Element, page

NASTY = "Thought <b>over</b> & \"over\" 'again'\n\n  </textarea><script>alert(1)</script> `x`\n\tسلم 😀"


@pytest.fixture(params=["view", "front"])
def make_site(request, make_site):
    """Sites that Flask answers for alone, and such that post past it what is in order: nobody can tell them apart."""
    with ExitStack() as held:

        def make(**chosen):
            site = make_site(**chosen)
            return held.enter_context(fronted(site)) if request.param == "front" else site

        yield make


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


def to(slug: str) -> str:
    return f"/articles/{slug}/comments"


def form(response) -> Element:
    return page(response).one("#comment-form")


def typed(response) -> dict[str, str]:
    return form(response).fields()


def notice(response) -> str:
    return page(response).one(".notice").text


def test_the_form_is_a_page_and_a_fragment_with_the_same_fields(slug, reader):
    whole, fragment = reader.get(f"{to(slug)}/new"), reader.get(f"{to(slug)}/form")
    assert page(whole).has("html")
    assert not page(fragment).has("html")
    assert (
        typed(whole).keys()
        == typed(fragment).keys()
        == {
            "csrf_token",
            "submission_id",
            "parent_id",
            "author",
            "email",
            "body",
            "website",
        }
    )
    assert form(whole)["action"] == form(whole)["hx-post"] == to(slug)
    for response in (whole, fragment):
        assert response.cache_control.no_store
        assert response.cache_control.private


def test_each_form_has_a_key_of_its_own(slug, reader):
    assert reader.comment_form(slug)["submission_id"] != reader.comment_form(slug)["submission_id"]


def test_posted_plainly_it_leads_to_the_comment(site, slug, reader):
    response = reader.comment(slug, NASTY, author=" Ada \n Lovelace ", email="ada@example.org")
    (kept,) = all_comments(site)
    assert (response.status_code, response.location) == (303, f"/comments/{kept.id}")
    assert (kept.source, kept.author, kept.email) == (NASTY, "Ada Lovelace", "ada@example.org")
    shown = page(reader.follow(reader.follow(response))).one(f"#comment-{kept.id}")
    assert shown.one(".comment-author").text == "Ada Lovelace"
    assert "</textarea><script>alert(1)</script>" in shown.one(".comment-body").text


def test_posted_by_htmx_it_comes_back_with_a_fresh_form(site, slug, reader):
    sent = reader.comment_form(slug, NASTY, author="Ada", email="ada@example.org")
    response = reader.post(to(slug), sent, htmx=True)
    (kept,) = all_comments(site)
    assert (response.status_code, response.location) == (201, f"/comments/{kept.id}")
    fragment = page(response)
    assert fragment.one(f"article#comment-{kept.id}").attributes.keys() >= {"autofocus", "tabindex"}
    targets = {part["hx-target"]: part.words for part in fragment.all("hx-partial")}
    assert targets["#comment-count"] == "1 comment"
    assert targets["#announcer"].startswith("Your comment is posted.")
    again = typed(response)
    assert (again["body"], again["author"], again["email"]) == ("", "Ada", "ada@example.org")
    assert again["submission_id"] != sent["submission_id"]
    assert reader.post(to(slug), {**again, "body": "Another"}, htmx=True).status_code == 201


def test_an_e_mail_address_is_never_shown(site, slug, reader):
    reader.comment(slug, email="ada@example.org")
    moderator = signed_in(site)
    for path in (f"/articles/{slug}", to(slug), "/"):
        assert "ada@example.org" not in reader.get(path).text
        assert "ada@example.org" not in moderator.get(path).text


def test_ten_thousand_characters_of_any_script_are_taken(site, slug, reader):
    sent = reader.comment_form(slug, "😀" * 10_000)
    response = reader.browser.post(to(slug), data=sent, content_type="multipart/form-data")
    assert response.status_code == 303
    assert all_comments(site)[0].source == "😀" * 10_000


def test_line_ends_do_not_count_twice(site, slug, reader):
    assert reader.comment(slug, "a\r\n" * 4_998 + "abcd").status_code == 303
    assert all_comments(site)[0].source == "a\n" * 4_998 + "abcd"


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    "mistake",
    [
        ("body", "", "Please write something first."),
        ("body", " \n\u200b", "Please write something first."),
        ("body", "x" * 10_001, "This is 1 character too long; there is room for 10,000."),
        ("body", "a\x00b", "This holds a control character that cannot be kept. Please remove it."),
        ("author", "", "Please give a name to post under."),
        ("author", "\u202e", "Please give a name to post under."),
        ("author", "x" * 66, "This is 2 characters too long; there is room for 64."),
        ("author", "a\x1bb", "This holds a control character that cannot be kept. Please remove it."),
        ("email", "ada", "This does not look like an e-mail address. You can also leave it empty."),
        ("email", 'a"@b.example', "This does not look like an e-mail address. You can also leave it empty."),
        ("email", "a" * 250 + "@b.example", "This is 6 characters too long; there is room for 254."),
    ],
)
def test_what_does_not_fit_comes_back_with_the_reason_at_its_field(site, slug, reader, htmx, mistake):
    field, value, said = mistake
    sent = {**reader.comment_form(slug, NASTY, author="Ada", email="ada@example.org"), field: value}
    response = reader.post(to(slug), sent, htmx=htmx)
    assert response.status_code == 422
    assert page(response).has("html") is not htmx
    assert response.cache_control.no_store
    shown, trouble = form(response).one(f"#{field}"), form(response).one(f"#{field}-error")
    assert trouble.text == said
    assert shown["aria-invalid"] == "true"
    assert trouble["id"] in shown["aria-describedby"].split()
    assert "autofocus" in shown.attributes
    again = typed(response)
    assert {name: again[name] for name in ("body", "author", "email") if name != field} == {
        name: sent[name] for name in ("body", "author", "email") if name != field
    }
    assert again["submission_id"] == sent["submission_id"]
    assert all_comments(site) == []
    mended = {**again, field: {"body": NASTY, "author": "Ada", "email": ""}[field]}
    assert reader.post(to(slug), mended, htmx=htmx).status_code in (201, 303)


@pytest.mark.parametrize("htmx", [False, True])
def test_an_expired_form_comes_back_one_press_from_posting(clock, site, slug, reader, htmx):
    sent = reader.comment_form(slug, NASTY)
    clock.later(hours=13)
    response = reader.post(to(slug), sent, htmx=htmx)
    assert response.status_code == 403
    assert "Nothing is lost" in notice(response)
    again = typed(response)
    assert (again["body"], again["author"]) == (NASTY, "Ada")
    assert again["csrf_token"] != sent["csrf_token"]
    assert reader.post(to(slug), again, htmx=htmx).status_code in (201, 303)
    assert len(all_comments(site)) == 1


@pytest.mark.parametrize("token", [None, "", "rubbish"])
def test_a_form_without_a_good_token_comes_back_one_press_from_posting(site, slug, reader, token):
    sent = {"author": "Ada", "body": NASTY} | ({} if token is None else {"csrf_token": token})
    response = reader.post(to(slug), sent)
    assert response.status_code == 403
    assert typed(response)["body"] == NASTY
    assert reader.post(to(slug), typed(response)).status_code == 303
    assert len(all_comments(site)) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_who_sends_no_cookie_is_told_of_it(site, slug, reader, htmx):
    sent = reader.comment_form(slug)
    response = Reader(site).post(f"/articles/{slug}/comments", sent, htmx=htmx)
    assert response.status_code == 403
    form = page(response).one("#comment-form")
    assert "let this site set cookies" in form.one("[role=alert]").text
    assert form.fields()["body"] == sent["body"]


def test_an_expired_form_with_a_mistake_says_both_in_turn(clock, slug, reader):
    sent = reader.comment_form(slug, NASTY, author="")
    clock.later(hours=13)
    response = reader.post(to(slug), sent)
    assert response.status_code == 403
    assert typed(response)["body"] == NASTY


def test_what_only_programs_fill_in_is_given_back_empty(site, slug, reader):
    response = reader.comment(slug, NASTY, website="http://spam.example/")
    assert response.status_code == 422
    assert "nobody sees" in notice(response)
    again = typed(response)
    assert (again["website"], again["body"]) == ("", NASTY)
    assert reader.post(to(slug), again).status_code == 303


@pytest.mark.parametrize("htmx", [False, True])
def test_a_text_beyond_the_room_comes_back_whole(site, slug, reader, htmx):
    text = "Long thought over. " * 12_000
    sent = reader.comment_form(slug, text.strip())
    response = reader.post(to(slug), sent, htmx=htmx)
    assert response.status_code == 413
    assert typed(response)["body"] == text.strip()
    assert "too long; there is room for 10,000." in form(response).one("#body-error").text
    assert reader.post(to(slug), {**typed(response), "body": "Short"}, htmx=htmx).status_code in (201, 303)


def test_a_request_beyond_the_room_comes_back_though_its_text_would_fit(site, slug, reader):
    response = reader.post(to(slug), {**reader.comment_form(slug, NASTY), "other": "x" * 70_000})
    assert response.status_code == 413
    assert typed(response)["body"] == NASTY
    assert notice(response) == "This form holds more than a comment can."
    assert reader.post(to(slug), typed(response)).status_code == 303


def test_a_request_beyond_all_measure_is_refused(site, slug, reader):
    response = reader.comment(slug, "x" * 500_001)
    assert response.status_code == 413
    assert response.headers["Connection"] == "close"
    assert all_comments(site) == []


@pytest.mark.parametrize("htmx", [False, True])
def test_a_retry_posts_nothing_twice(site, slug, reader, htmx):
    sent = reader.comment_form(slug)
    first = reader.post(to(slug), sent, htmx=htmx)
    second = reader.post(to(slug), sent, htmx=htmx)
    assert second.location == first.location
    assert second.status_code == (200 if htmx else 303)
    assert len(all_comments(site)) == 1
    assert article(site, slug).comment_count == 1


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("state", [State.REJECTED, State.WITHDRAWN, State.REPORTED])
def test_a_retry_of_what_was_taken_down_is_told_so(site, slug, reader, state, htmx):
    sent = reader.comment_form(slug, "Once only.")
    reader.post(to(slug), sent)
    within(site, operations.set_state, all_comments(site)[0].id, state)
    answer = reader.post(to(slug), sent, htmx=htmx)
    assert answer.status_code == 409
    assert "has been taken down since" in page(answer).one(".notice").text
    assert page(answer).one("#comment-form").fields()["body"] == "Once only."
    assert len(all_comments(site)) == 1


def test_a_retry_after_a_restart_posts_nothing_twice(make_site):
    site = make_site()
    slug = add_article(site)
    before, after = Reader(site), Reader(make_site())
    sent = before.comment_form(slug)
    after.browser.set_cookie("understory", before.cookies()["understory"])
    assert before.post(to(slug), sent).location == after.post(to(slug), sent).location
    assert len(all_comments(site)) == 1


def test_pressed_many_times_at_the_same_moment_it_is_posted_once(site, slug, reader):
    sent = reader.comment_form(slug)
    browsers = [Reader(site) for _ in range(6)]
    for other in browsers:
        other.browser.set_cookie("understory", reader.cookies()["understory"])
    answers = at_once(*[lambda other=other: other.post(to(slug), sent) for other in browsers])
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/comments/1")}
    assert len(all_comments(site)) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_another_text_on_the_same_form_comes_back_with_a_fresh_key(site, slug, reader, htmx):
    sent = reader.comment_form(slug)
    reader.post(to(slug), sent)
    response = reader.post(to(slug), {**sent, "body": NASTY}, htmx=htmx)
    assert response.status_code == 409
    assert "already posted another text" in notice(response)
    assert form(response).has("a[href=/comments/1]")
    again = typed(response)
    assert again["body"] == NASTY
    assert again["submission_id"] != sent["submission_id"]
    assert reader.post(to(slug), again, htmx=htmx).status_code in (201, 303)
    assert [kept.source for kept in all_comments(site)] == ["A thought.", NASTY]


@pytest.mark.parametrize("key", ["short", "x" * 65, "with space!", "../../../etc", "é" * 10])
def test_a_damaged_key_is_replaced(site, slug, reader, key):
    response = reader.comment(slug, NASTY, submission_id=key)
    assert response.status_code == 422
    assert "damaged on its way" in notice(response)
    assert typed(response)["body"] == NASTY
    assert reader.post(to(slug), typed(response)).status_code == 303


def test_a_form_without_a_key_is_posted(site, slug, reader):
    sent = {name: text for name, text in reader.comment_form(slug).items() if name != "submission_id"}
    assert reader.post(to(slug), sent).status_code == 303


@pytest.mark.parametrize("htmx", [False, True])
def test_too_fast_comes_back_with_the_text_and_the_time_to_wait(make_site, htmx):
    site = make_site(post_limit="2 per minute")
    slug, reader = add_article(site), Reader(site)
    sent = [reader.comment_form(slug, f"{NASTY} {n}") for n in range(3)]
    assert [reader.post(to(slug), one, htmx=htmx).status_code for one in sent[:2]] == [201 if htmx else 303] * 2
    refused = reader.post(to(slug), sent[2], htmx=htmx)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert typed(refused)["body"] == sent[2]["body"]
    assert typed(refused)["submission_id"] == sent[2]["submission_id"]
    assert "a little fast" in notice(refused)
    assert reader.post(to(slug), sent[0], htmx=htmx).status_code == (200 if htmx else 303)
    assert Reader(site, "203.0.113.8").comment(slug).status_code == 303
    assert len(all_comments(site)) == 3


def test_what_does_not_fit_counts_for_no_limit(make_site):
    site = make_site(post_limit="1 per minute")
    slug, reader = add_article(site), Reader(site)
    for _ in range(5):
        assert reader.comment(slug, "").status_code == 422
    assert reader.comment(slug).status_code == 303


def test_a_thread_has_a_limit_for_all_together(make_site):
    site = make_site(thread_limit="2 per minute")
    slug, other = add_article(site), add_article(site, "Another")
    statuses = [Reader(site, f"203.0.113.{n}").comment(slug).status_code for n in range(3)]
    assert statuses == [303, 303, 429]
    assert Reader(site).comment(other).status_code == 303


def test_a_reply_is_posted_below_what_it_answers(site, slug, reader):
    parent = add_comment(site, slug, "A *thought*.", author="Grace")
    shown = page(reader.get(f"{to(slug)}/form?parent_id={parent}"))
    assert shown.one("h2").words == "Reply to Grace"
    assert shown.one(".answered").one("em").text == "thought"
    reader.comment(slug, "Indeed", parent_id=parent)
    assert comment(site, parent + 1).parent_id == parent


@pytest.mark.parametrize("htmx", [False, True])
def test_a_reply_to_what_is_deleted_comes_back_and_can_stand_alone(site, slug, reader, htmx):
    parent = add_comment(site, slug)
    sent = reader.comment_form(slug, NASTY, parent_id=parent)
    within(site, operations.set_state, parent, State.REJECTED)
    response = reader.post(to(slug), sent, htmx=htmx)
    assert response.status_code == 409
    assert "no longer here" in notice(response)
    again = typed(response)
    assert (again["body"], again["parent_id"]) == (NASTY, "")
    assert reader.post(to(slug), again, htmx=htmx).status_code in (201, 303)
    assert all_comments(site)[-1].parent_id is None


@pytest.mark.parametrize("parent", ["x", "-1", "1.0", "9" * 30, "٣"])
def test_a_damaged_parent_comes_back_and_the_text_can_stand_alone(site, slug, reader, parent):
    response = reader.post(to(slug), {**reader.comment_form(slug, NASTY), "parent_id": parent})
    assert response.status_code == 422
    assert typed(response)["body"] == NASTY
    assert reader.post(to(slug), typed(response)).status_code == 303


@pytest.mark.parametrize(("parent", "status"), [("x", 400), ("-1", 400), ("9" * 30, 400), ("%00", 400), ("999", 404)])
def test_a_form_for_an_answer_to_nothing_is_refused(slug, reader, parent, status):
    for end in ("new", "form"):
        assert reader.get(f"{to(slug)}/{end}?parent_id={parent}").status_code == status


def test_a_form_for_an_answer_to_what_is_hidden_or_elsewhere_is_not_found(site, slug, reader):
    hidden = add_comment(site, slug, state=State.SPAM)
    elsewhere = add_comment(site, add_article(site, "Another"))
    for parent in (hidden, elsewhere):
        assert reader.get(f"{to(slug)}/form?parent_id={parent}").status_code == 404


def test_an_article_that_went_away_meanwhile_gives_the_text_back(site, slug, reader):
    sent = reader.comment_form(slug, NASTY)
    within(site, articles.set_published, slug, False)
    for htmx in (False, True):
        response = reader.post(to(slug), sent, htmx=htmx)
        assert response.status_code == 404
        assert NASTY in [area.text.removeprefix("\n") for area in page(response).all("textarea")]


class TestWhereModeratorsReadFirst:
    """premoderate = on"""

    @pytest.fixture
    def site(self, make_site):
        return make_site(premoderate=True)

    def test_a_comment_waits_and_its_author_is_told(self, site, slug, reader):
        response = reader.comment(slug)
        assert (response.status_code, response.location) == (303, f"{to(slug)}/received")
        assert "a moderator reads comments before they appear" in page(reader.follow(response)).one("main").text
        assert all_comments(site)[0].state == State.PENDING
        shown = reader.page(f"/articles/{slug}")
        assert shown.one("#comment-count").words == "0 comments"
        assert not shown.has("article.comment")

    def test_with_htmx_too(self, site, slug, reader):
        response = reader.comment(slug, htmx=True)
        assert response.status_code == 201
        waiting, said = page(response).all("hx-partial")
        assert waiting.one("article.comment").one(".state").words == "waiting for a moderator"
        assert "A moderator will read your comment before it appears." in said.text
        assert typed(response)["body"] == ""

    def test_a_retry_posts_nothing_twice(self, site, slug, reader):
        sent = reader.comment_form(slug)
        assert reader.post(to(slug), sent).location == reader.post(to(slug), sent).location
        assert len(all_comments(site)) == 1


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '" onmouseover="alert(1)', "<hx-partial>", "{{ 7 * 7 }}", "&lt;b&gt;"]
)
def test_a_name_is_shown_as_typed_and_nothing_more(site, slug, reader, name):
    plain = reader.page(f"/articles/{slug}")
    response = reader.comment(slug, author=name, htmx=True)
    assert page(response).one("article.comment").one(".comment-author").text == name
    shown = reader.page(f"/articles/{slug}")
    assert shown.one(".comment-author").text == name
    assert len(shown.all("script")) == len(plain.all("script"))
    assert not shown.has("hx-partial")
    answer = page(reader.get(f"{to(slug)}/form?parent_id=1"))
    assert answer.one("h2").words == f"Reply to {name}"


@pytest.mark.parametrize("remember", [False, True])
@pytest.mark.parametrize("author", ["Ada", '<b> & "quoted" %s {0}'])
def test_the_form_that_follows_a_comment_is_the_forms_own_template(site, slug, author, remember, monkeypatch):
    monkeypatch.setattr("blueprints.comments.forms.new_submission_id", lambda: "x" * 24)

    def both() -> tuple[str, str]:
        sent = {"author": author, "email": "a@example.org", "remember": remember}
        form = CommentForm(formdata=None, submission_id="x" * 24, **sent)
        nothing = {"parent": None, "notice": None, "earlier": None, "preview": None}
        rendered = render_template("comments/_form.html", article={"slug": slug}, form=form, **nothing)
        return str(fresh_form(site, sent, slug, generate_csrf())), rendered

    with site.test_request_context():
        for _ in range(2):
            filled, rendered = both()
            assert filled == rendered
