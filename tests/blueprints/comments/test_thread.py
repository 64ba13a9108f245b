"""A conversation as readers page through it, by link and by fragment."""

from __future__ import annotations

import pytest

from blueprints.comments import operations
from blueprints.comments.models import State
from tests.builders import HTMX, Reader, add_article, add_comment, path_of, signed_in, within
from tests.reading import Element, page

PER_PAGE = 4


@pytest.fixture
def site(make_site):
    return make_site(comments_per_page=PER_PAGE)


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


def said(shown: Element) -> list[str]:
    return [comment.one(".comment-body").words for comment in shown.all("article.comment")]


def post(site, slug: str, number: int) -> list[int]:
    return [add_comment(site, slug, f"Comment {n}") for n in range(1, number + 1)]


def words(numbers) -> list[str]:
    return [f"Comment {n}" for n in numbers]


def walk(reader, path: str, link: str) -> list[str]:
    """What is read by following a link from page to page until there is none."""
    seen = []
    while path:
        shown = reader.page(path)
        seen += said(shown)
        path = path_of(shown.one(link)["href"]) if shown.has(link) else ""
    return seen


def test_the_newest_comments_come_first(site, slug, reader):
    post(site, slug, 10)
    shown = reader.page(f"/articles/{slug}")
    assert said(shown) == words([10, 9, 8, 7])
    assert shown.one("#comment-count").words == "10 comments"
    assert shown.one("#older").text == "Older comments"
    assert not shown.has("#newer")


@pytest.mark.parametrize("number", [0, 1, 3, 4, 5, 8, 9])
def test_older_leads_through_all_of_them(site, slug, reader, number):
    post(site, slug, number)
    assert walk(reader, f"/articles/{slug}", "#older") == words(range(number, 0, -1))
    assert walk(reader, f"/articles/{slug}?sort=oldest", "#later") == words(range(1, number + 1))


def test_newer_leads_back_up(site, slug, reader):
    post(site, slug, 10)
    last = reader.page(f"/articles/{slug}?before=3")
    assert said(last) == words([2, 1])
    up = reader.page(path_of(last.one("#newer")["href"]))
    assert said(up) == words([6, 5, 4, 3])
    top = reader.page(path_of(up.one("#newer")["href"]))
    assert said(top) == words([10, 9, 8, 7])
    assert not top.has("#newer")


def test_the_fragment_of_a_place_holds_what_its_page_holds(site, slug, reader):
    post(site, slug, 10)
    link = reader.page(f"/articles/{slug}").one("#older")
    fragment, whole = reader.get(link["hx-get"]), reader.page(path_of(link["href"]))
    assert link["hx-push-url"] == path_of(link["href"])
    assert said(page(fragment)) == said(whole) == words([6, 5, 4, 3])
    assert not page(fragment).has("html")
    assert page(fragment).one("#older")["href"] == whole.one("#older")["href"]
    assert page(fragment).all("article.comment")[0].attributes.keys() >= {"autofocus", "tabindex"}


def test_an_address_gives_a_whole_page_whoever_asks(site, slug, reader):
    post(site, slug, 10)
    for path in (f"/articles/{slug}", f"/articles/{slug}?before=5"):
        assert reader.browser.get(path, headers=HTMX).text.startswith("<!doctype html>")


def test_the_last_fragment_says_that_it_is_the_last(site, slug, reader):
    post(site, slug, 5)
    fragment = page(reader.get(f"/articles/{slug}/comments?before=2"))
    assert fragment.one(".end").text == "That was the first comment."
    fragment = page(reader.get(f"/articles/{slug}/comments?sort=oldest&after=4"))
    assert fragment.one(".end").text == "That was the newest comment."


def test_a_place_stays_when_comments_come_and_go(site, slug, reader):
    ids = post(site, slug, 10)
    link = path_of(reader.page(f"/articles/{slug}").one("#older")["href"])
    post(site, slug, 6)
    assert said(reader.page(link)) == words([6, 5, 4, 3])
    within(site, operations.set_state, ids[9], State.REJECTED)
    assert said(reader.page(link)) == words([6, 5, 4, 3])
    within(site, operations.set_state, ids[4], State.REJECTED)
    assert said(reader.page(link)) == words([6, 4, 3, 2])


def test_replies_follow_what_they_answer_and_take_no_room(site, slug, reader):
    ids = post(site, slug, 5)
    add_comment(site, slug, "Reply", parent_id=ids[3])
    shown = reader.page(f"/articles/{slug}")
    assert said(shown) == ["Comment 5", "Comment 4", "Reply", "Comment 3", "Comment 2"]
    assert shown.has("article.depth-1")


def test_a_deleted_comment_leaves_nothing_and_one_with_a_reply_a_placeholder(site, slug, reader):
    ids = post(site, slug, 2)
    reply = add_comment(site, slug, "Reply", parent_id=ids[0])
    for deleted in ids:
        within(site, operations.set_state, deleted, State.REJECTED)
    shown = reader.page(f"/articles/{slug}")
    first, second = shown.all("article.comment")
    assert (first["id"], second["id"]) == (f"comment-{ids[0]}", f"comment-{reply}")
    assert first.words == "A comment that stood here was removed by a moderator."
    assert shown.one("#comment-count").words == "1 comment"


def test_a_moderator_sees_what_readers_do_not(site, slug):
    ids = post(site, slug, 6)
    for hidden in ids[3:]:
        within(site, operations.set_state, hidden, State.SPAM)
    moderator = signed_in(site)
    assert said(moderator.page(f"/articles/{slug}")) == words([6, 5, 4, 3])
    fragment = moderator.get(f"/articles/{slug}/comments?before=3")
    assert said(page(fragment)) == words([2, 1])
    assert fragment.cache_control.no_store
    assert said(Reader(site).page(f"/articles/{slug}")) == words([3, 2, 1])


class TestTheAddressOfAComment:
    """/comments/ID"""

    def test_leads_to_the_thread_as_it_opens(self, site, slug, reader):
        *_, last = post(site, slug, 10)
        response = reader.get(f"/comments/{last}")
        assert (response.status_code, response.location) == (302, f"/articles/{slug}#comment-{last}")

    def test_leads_deep_into_the_thread(self, site, slug, reader):
        ids = post(site, slug, 10)
        response = reader.get(f"/comments/{ids[2]}")
        assert response.location == f"/articles/{slug}?before=4#comment-{ids[2]}"
        assert said(page(reader.follow(response))) == words([3, 2, 1])

    def test_shows_every_comment_that_is_shown_whatever_was_deleted(self, site, slug, reader):
        ids = post(site, slug, 12)
        for hidden in ids[1::3]:
            within(site, operations.set_state, hidden, State.REJECTED)
        ids.append(add_comment(site, slug, "Reply", parent_id=ids[0]))
        for comment_id in ids:
            response = reader.get(f"/comments/{comment_id}")
            assert response.status_code in (302, 410)
            if response.status_code == 302:
                assert page(reader.follow(response)).has(f"#comment-{comment_id}")

    def test_of_a_deleted_one_is_gone_unless_a_placeholder_stands_there(self, site, slug, reader):
        (root,) = post(site, slug, 1)
        reply = add_comment(site, slug, parent_id=root)
        within(site, operations.set_state, root, State.REJECTED)
        assert reader.get(f"/comments/{root}").status_code == 302
        within(site, operations.set_state, reply, State.SPAM)
        assert reader.get(f"/comments/{root}").status_code == 410
        assert reader.get(f"/comments/{reply}").status_code == 410

    def test_of_one_that_waits_or_never_was_is_not_found(self, site, slug, reader):
        waiting = add_comment(site, slug, state=State.PENDING)
        assert reader.get(f"/comments/{waiting}").status_code == 404
        assert reader.get("/comments/999").status_code == 404

    def test_leads_a_moderator_to_what_is_hidden(self, site, slug):
        ids = post(site, slug, 10)
        waiting = add_comment(site, slug, state=State.PENDING)
        within(site, operations.set_state, ids[1], State.SPAM)
        moderator = signed_in(site)
        for comment_id in (ids[1], waiting):
            response = moderator.get(f"/comments/{comment_id}")
            assert page(moderator.follow(response)).has(f"#comment-{comment_id}")

    def test_sets_no_cookie(self, site, slug, reader):
        (root,) = post(site, slug, 1)
        response = reader.get(f"/comments/{root}")
        assert "Set-Cookie" not in response.headers
        assert reader.browser.head(f"/comments/{root}").status_code == 302
