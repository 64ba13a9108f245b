"""The desk, the acts at each comment, and the log with its undo; by htmx and plainly."""

from __future__ import annotations

import pytest

from blueprints.articles import operations as articles
from blueprints.comments.models import State
from blueprints.moderation import queues
from blueprints.moderation.models import Act
from tests.builders import (
    Reader,
    add_article,
    add_comment,
    add_moderator,
    article,
    comment,
    log,
    moderate,
    signed_in,
    within,
)
from tests.reading import page

RUDE = 'Rude <b>&amp;</b> "loud" <script>alert(1)</script> {{ 7 * 7 }}'


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


@pytest.fixture
def moderator(site):
    return signed_in(site)


def button(shown, comment_id: int, act: str):
    """The form at a comment that does this act."""
    return next(form for form in shown.one(f"#comment-{comment_id}").all("form") if form["action"].endswith(f"/{act}"))


def press(moderator, path: str, comment_id: int, act: str, *, htmx: bool = False, **fields: str):
    form = button(moderator.page(path), comment_id, act)
    assert form["hx-post"] == form["action"]
    return moderator.post(form["action"], {**form.fields(), **fields}, htmx=htmx)


def acts_at(shown, comment_id: int) -> set[str]:
    return {form["action"].rpartition("/")[2] for form in shown.one(f"#comment-{comment_id}").one(".tools").all("form")}


def test_a_comment_shows_a_moderator_what_can_be_done(site, slug, moderator, reader):
    visible, waiting, spam = (add_comment(site, slug, state=s) for s in (State.VISIBLE, State.PENDING, State.SPAM))
    shown = moderator.page(f"/articles/{slug}")
    assert acts_at(shown, visible) == {"delete", "spam"}
    assert acts_at(shown, waiting) == {"approve", "delete", "spam"}
    assert acts_at(shown, spam) == {"restore"}
    shown = moderator.page("/admin/")
    assert acts_at(shown, visible) == {"delete", "spam", "reject", "pin"}
    assert acts_at(shown, waiting) == {"approve", "reject", "spam"}
    assert acts_at(shown, spam) == {"restore", "reject"}
    assert not reader.page(f"/articles/{slug}").one(f"#comment-{visible}").has(".tools")


def test_deleted_plainly_it_leads_back_to_where_the_moderator_was(site, slug, moderator, reader):
    posted = add_comment(site, slug)
    response = press(moderator, f"/articles/{slug}?sort=oldest", posted, "delete", reason=RUDE)
    assert (response.status_code, response.location) == (303, f"/articles/{slug}?sort=oldest")
    shown = page(moderator.follow(response))
    assert shown.one(".flash").text == "The comment is deleted. The log can undo it."
    assert shown.one(f"#comment-{posted}").fits(".is-rejected")
    assert comment(site, posted).state == State.REJECTED
    assert log(site)[0].reason == RUDE
    assert not reader.page(f"/articles/{slug}").has("article.comment")


def test_deleted_by_htmx_it_comes_back_changed_with_the_count(site, slug, moderator):
    posted = add_comment(site, slug)
    response = press(moderator, f"/articles/{slug}", posted, "delete", htmx=True, reason=RUDE)
    assert response.status_code == 200
    assert response.cache_control.no_store
    fragment = page(response)
    assert not fragment.has("html")
    assert acts_at(fragment, posted) == {"restore"}
    targets = {part["hx-target"]: part.words for part in fragment.all("hx-partial")}
    assert targets == {
        "#comment-count": "0 comments",
        "#announcer": "The comment is deleted. The log can undo it.",
    }
    again = button(fragment, posted, "restore")
    response = moderator.post(again["action"], again.fields(), htmx=True)
    assert acts_at(page(response), posted) == {"delete", "spam"}
    assert comment(site, posted).state == State.VISIBLE


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    "deed",
    [
        (State.VISIBLE, "delete", State.REJECTED),
        (State.VISIBLE, "spam", State.SPAM),
        (State.PENDING, "approve", State.VISIBLE),
        (State.SPAM, "restore", State.VISIBLE),
    ],
)
def test_every_act_is_a_button_on_the_desk(site, slug, moderator, htmx, deed):
    first, act, last = deed
    posted = add_comment(site, slug, state=first)
    response = press(moderator, "/admin/", posted, act, htmx=htmx)
    assert response.status_code == (200 if htmx else 303)
    assert htmx or response.location == "/admin/"
    assert comment(site, posted).state == last
    assert [entry.act for entry in log(site)] == [act]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_second_press_does_no_harm(site, slug, moderator, htmx):
    posted = add_comment(site, slug)
    form = button(moderator.page("/admin/"), posted, "delete")
    for _ in range(2):
        response = moderator.post(form["action"], form.fields(), htmx=htmx)
        assert response.status_code == (200 if htmx else 303)
    assert len(log(site)) == 1
    assert article(site, slug).comment_count == 0


def test_a_deleted_comment_with_a_reply_leaves_a_placeholder(site, slug, moderator, reader):
    parent = add_comment(site, slug, "The words")
    add_comment(site, slug, parent_id=parent)
    press(moderator, "/admin/", parent, "delete")
    shown = reader.page(f"/articles/{slug}").one(f"#comment-{parent}")
    assert shown.words == "A comment that stood here was removed by a moderator."
    assert "The words" in moderator.page(f"/articles/{slug}").one(f"#comment-{parent}").text


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("reason", "kept"), [("x" * 501, "x" * 501), ("a\x1bb", None)])
def test_a_reason_that_does_not_fit_comes_back(site, slug, moderator, htmx, reason, kept):
    posted = add_comment(site, slug)
    response = press(moderator, f"/articles/{slug}", posted, "delete", htmx=htmx, reason=reason)
    assert response.status_code == 422
    assert page(response).has("html") is not htmx
    form = button(page(response), posted, "delete")
    assert form.has("#reason-error")
    assert kept is None or form.fields()["reason"] == kept
    assert comment(site, posted).state == State.VISIBLE
    response = moderator.post(form["action"], {**form.fields(), "reason": "Rude"}, htmx=htmx)
    assert response.status_code == (200 if htmx else 303)
    assert htmx or response.location == f"/articles/{slug}"


@pytest.mark.parametrize("htmx", [False, True])
def test_an_expired_form_keeps_the_reason_and_is_one_press_away(clock, site, slug, moderator, htmx):
    posted = add_comment(site, slug)
    form = button(moderator.page(f"/articles/{slug}"), posted, "delete")
    clock.later(hours=13)
    response = moderator.post(form["action"], {**form.fields(), "reason": "Rude"}, htmx=htmx)
    assert response.status_code == 403
    again = button(page(response), posted, "delete")
    assert again.fields()["reason"] == "Rude"
    assert moderator.post(again["action"], again.fields(), htmx=htmx).status_code == (200 if htmx else 303)
    assert log(site)[0].reason == "Rude"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_an_act_sends_nobody_elsewhere(site, slug, moderator, target):
    posted = add_comment(site, slug)
    assert press(moderator, "/admin/", posted, "delete", next=target).location == "/admin/"


def test_an_act_on_nothing_is_not_found(moderator):
    token = moderator.token()
    for act in ("delete", "restore", "approve", "spam"):
        assert moderator.post(f"/admin/comments/999/{act}", {"csrf_token": token}).status_code == 404
        assert moderator.post(f"/admin/comments/999/{act}", {}).status_code == 404
    assert moderator.post("/admin/log/999/undo", {"csrf_token": token}).status_code == 404


def test_the_log_tells_who_did_what_and_why_and_undoes_it(site, slug, moderator, reader):
    posted = add_comment(site, slug, author="<b>Ada</b>")
    press(moderator, "/admin/", posted, "delete", reason=RUDE)
    shown = moderator.page("/admin/log")
    row = shown.one("#entry-1")
    assert "mod" in row.text
    assert "deleted a comment by <b>Ada</b>" in row.words
    assert RUDE in row.words
    assert not row.has("script")
    undo = row.one("form")
    response = moderator.post(undo["action"], undo.fields())
    assert (response.status_code, response.location) == (303, "/admin/log")
    after = page(moderator.follow(response))
    assert after.one(".flash").text == "Undone. The comment is on the site."
    assert "undone by mod" in after.one("#entry-1").words
    assert not after.one("#entry-1").has("form")
    assert reader.page(f"/articles/{slug}").one("#comment-count").words == "1 comment"


def test_an_undo_that_was_overtaken_says_so(site, slug, moderator):
    posted = add_comment(site, slug)
    press(moderator, "/admin/", posted, "delete")
    undo = moderator.page("/admin/log").one("#entry-1").one("form")
    press(moderator, "/admin/", posted, "restore")
    response = moderator.post(undo["action"], undo.fields())
    assert response.status_code == 409
    assert "cannot be undone any more" in page(response).text
    assert comment(site, posted).state == State.VISIBLE
    assert len(log(site)) == 2


def test_the_desk_shows_the_comments_of_all_articles_newest_first(site, slug, moderator):
    other = add_article(site, "Another")
    ids = [add_comment(site, (slug, other)[n % 2]) for n in range(queues.PER_PAGE + 2)]
    first = moderator.page("/admin/")
    assert [shown["id"] for shown in first.all("article.comment")] == [f"comment-{n}" for n in ids[:1:-1]]
    assert first.all(".desk-card")[0].one(".about").words == "On Another"
    last = moderator.page(first.one("#older")["href"])
    assert [shown["id"] for shown in last.all("article.comment")] == [f"comment-{n}" for n in ids[1::-1]]
    assert not last.has("#older")


def test_the_log_goes_on_below_a_place(site, slug, moderator):
    by = add_moderator(site, "other")
    for _ in range(51):
        moderate(site, Act.DELETE, add_comment(site, slug), by)
    first = moderator.page("/admin/log")
    assert len(first.all("tr")) == 51
    assert [row["id"] for row in moderator.page(first.one("#older")["href"]).all("tr")[1:]] == ["entry-1"]


@pytest.mark.parametrize("path", ["/admin/", "/admin/log"])
@pytest.mark.parametrize(("place", "status"), [("x", 400), ("-1", 400), ("", 400), ("0", 200), ("9" * 30, 200)])
def test_no_place_at_the_desk_is_an_error_of_ours(moderator, path, place, status):
    assert moderator.get(f"{path}?before={place}").status_code == status


def test_an_empty_desk_and_an_empty_log_say_so(moderator):
    assert "Nobody has commented yet" in moderator.page("/admin/").text
    assert "Nothing has been done yet" in moderator.page("/admin/log").text


def test_pages_of_the_desk_are_kept_by_no_cache(moderator):
    for path in ("/admin/", "/admin/log", "/admin/articles/", "/admin/articles/new"):
        response = moderator.get(path)
        assert response.cache_control.private
        assert response.cache_control.no_store


def test_a_moderator_who_is_no_longer_one_cannot_act(site, slug, moderator):
    posted = add_comment(site, slug)
    form = button(moderator.page("/admin/"), posted, "delete")
    fields = form.fields()
    moderator.post("/sign-out", {"csrf_token": moderator.token()})
    assert moderator.post(form["action"], fields).status_code == 302
    assert Reader(site).post(form["action"], fields).status_code == 302
    assert comment(site, posted).state == State.VISIBLE


def test_what_lies_under_an_unpublished_article_is_no_link(site, slug, moderator):
    comment_id = add_comment(site, slug)
    moderator.post(f"/admin/comments/{comment_id}/delete", {"csrf_token": moderator.token()})
    within(site, articles.set_published, slug, False)
    assert not moderator.page("/admin/").one(".about").has("a")
    assert not moderator.page("/admin/log").one("td.main").has("a")
