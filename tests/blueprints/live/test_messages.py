"""What open pages are told, and that it is what a reader would see after loading anew."""

from __future__ import annotations

import pytest

from blueprints.articles import conversations
from blueprints.articles import operations as articles
from blueprints.articles.conversations import KEPT_CHANGES
from blueprints.comments import operations
from blueprints.comments.models import State
from blueprints.live import messages
from blueprints.live.messages import Conversations
from tests.builders import add_article, add_comment, article, within
from tests.reading import Element, read


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


def told(site, slug: str, since: int) -> dict[str, list[Element]]:
    """The parts of the message, by their target."""
    here = article(site, slug)
    message = Conversations(site).since(here.id, since)
    assert message.version == here.version
    first, *lines = message.data.decode().rstrip("\n").split("\n")
    assert first == f"id: {here.version}"
    assert all(line.startswith("data: ") for line in lines)
    parts: dict[str, list[Element]] = {}
    for part in read("\n".join(line.removeprefix("data: ") for line in lines)).all("hx-partial"):
        parts.setdefault(part["hx-target"], []).append(part)
    return parts


def test_a_new_comment_waits_to_be_asked_for(site, slug):
    posted = add_comment(site, slug, "```\none\n\ntwo\n```")
    parts = told(site, slug, 1)
    (arrived,) = parts["#arrivals"]
    assert arrived["hx-swap"] == "beforeend"
    assert arrived.one(f"#comment-{posted}").one("code").text == "one\n\ntwo\n"
    assert parts["#comment-count"][0].words == "1 comment"


def test_a_reply_comes_in_behind_the_one_it_stands_behind(site, slug):
    root = add_comment(site, slug)
    first = add_comment(site, slug, parent_id=root)
    second = add_comment(site, slug, parent_id=root)
    deep = add_comment(site, slug, parent_id=first)
    parts = told(site, slug, 2)
    assert parts[f"#replies-{root}"][0].has(f"#comment-{first}")
    assert parts[f"#comment-{first}"][0].has(f"#comment-{deep}")
    assert parts[f"#comment-{deep}"][0].has(f"#comment-{second}")
    assert parts[f"#branch-count-{root}"][-1].words == "3 replies"


def test_what_is_taken_down_goes_or_leaves_its_placeholder(site, slug):
    alone, answered = add_comment(site, slug), add_comment(site, slug)
    add_comment(site, slug, parent_id=answered)
    before = article(site, slug).version
    for one in (alone, answered):
        within(site, operations.set_state, one, State.REJECTED)
    parts = told(site, slug, before)
    assert parts[f"#group-{alone}"][0]["hx-swap"] == "delete"
    assert "removed by a moderator" in parts[f"#own-{answered}"][0].text
    assert parts["#comment-count"][0].words == "1 comment"


def test_the_last_reply_that_goes_takes_the_placeholder_with_it(site, slug):
    root = add_comment(site, slug)
    reply = add_comment(site, slug, parent_id=root)
    within(site, operations.set_state, root, State.REJECTED)
    before = article(site, slug).version
    within(site, operations.set_state, reply, State.SPAM)
    parts = told(site, slug, before)
    assert f"#comment-{reply}" in parts
    assert f"#group-{root}" in parts


def test_what_waits_is_told_to_nobody_until_it_is_approved(site, slug):
    posted = add_comment(site, slug, "Unread words", state=State.PENDING)
    assert article(site, slug).version == 1
    within(site, operations.set_state, posted, State.VISIBLE)
    assert "#arrivals" in told(site, slug, 1)


def test_what_is_shown_again_arrives_again(site, slug):
    posted = add_comment(site, slug, "Hidden for a while")
    within(site, operations.set_state, posted, State.SPAM)
    before = article(site, slug).version
    within(site, operations.set_state, posted, State.VISIBLE)
    assert "#arrivals" in told(site, slug, before)


def test_closing_is_told(site, slug):
    within(site, articles.set_closed, slug, True)
    parts = told(site, slug, 1)
    assert "This conversation is closed." in parts["#thread-state"][0].text
    assert "Your text stays here" in parts["#comment-form .acts"][0].text


def test_a_page_that_missed_a_little_is_told_all_of_it(site, slug):
    ids = [add_comment(site, slug) for _ in range(7)]
    arrived = told(site, slug, 3)["#arrivals"]
    assert [part.all("article.comment")[0]["id"] for part in arrived] == [f"comment-{n}" for n in ids[2:]]


def test_a_page_that_missed_much_is_asked_to_load_anew(site, slug, monkeypatch):
    monkeypatch.setattr(messages, "MOST_CHANGES", 5)
    for _ in range(7):
        add_comment(site, slug)
    assert "load the conversation anew" in told(site, slug, 1)["#new-arrivals"][0].text


def test_changes_are_kept_for_a_while_and_not_for_ever(site, slug, monkeypatch):
    monkeypatch.setattr(conversations, "KEPT_CHANGES", 4)
    for _ in range(12):
        add_comment(site, slug)
    assert len(within(site, messages.queries.changes, article(site, slug).id, 0, 100)) <= 8
    assert KEPT_CHANGES > messages.MOST_CHANGES


def test_nothing_new_is_nothing_to_tell(site, slug):
    here = article(site, slug)
    assert Conversations(site).since(here.id, here.version).data == b""


def test_the_stream_has_an_address_without_the_front(slug, reader):
    assert reader.get(f"/articles/{slug}/live").status_code == 204
    assert reader.get("/articles/nowhere/live").status_code == 404


def test_a_closed_conversation_keeps_the_text(site, slug, reader):
    sent = reader.comment_form(slug, "A late thought")
    within(site, articles.set_closed, slug, True)
    response = reader.post(f"/articles/{slug}/comments", sent)
    assert response.status_code == 403
    assert "A late thought" in response.text
    assert "This conversation is closed." in response.text
