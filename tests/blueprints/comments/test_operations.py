"""Posting, and the states that a comment goes through."""

from __future__ import annotations

from dataclasses import replace
from threading import Semaphore

import pytest

from blueprints.articles import operations as articles
from blueprints.comments import operations, submissions, threads
from blueprints.comments.models import DEEPEST_PATH, STEP, State
from blueprints.comments.places import Branch
from blueprints.comments.submissions import AlreadySent, NotAnswerable, Posted
from tests.builders import (
    add_article,
    add_comment,
    all_comments,
    article,
    at_once,
    comment,
    submission,
    within,
)
from understory.errors import Missing


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


def counts(site, slug: str) -> tuple[int, int, int]:
    kept = article(site, slug)
    return kept.roots, kept.numbered, kept.comment_count


def test_a_comment_keeps_what_was_typed_and_what_is_shown(site, slug, clock):
    sent = submission(site, slug, "Some *text* & <b>", author="Ada", email="ada@example.org")
    posted = within(site, submissions.post, sent)
    kept = comment(site, posted.comment_id)
    assert posted == Posted(kept.id, State.VISIBLE, is_new=True)
    assert kept.source == "Some *text* & <b>"
    assert kept.html == "<p>Some <em>text</em> &amp; &lt;b&gt;</p>"
    assert (kept.author, kept.email, kept.created_at) == ("Ada", "ada@example.org", clock.now)
    assert (kept.root_number, kept.path, kept.depth, kept.parent_id) == (1, "", 0, None)


def test_roots_are_numbered_in_order_and_a_reply_takes_no_root_number(site, slug):
    first = add_comment(site, slug)
    reply = add_comment(site, slug, parent_id=first)
    second = add_comment(site, slug)
    answer = add_comment(site, slug, parent_id=reply)
    places = {c.id: (c.root_number, c.path, c.depth) for c in all_comments(site)}
    assert places == {
        first: (1, "", 0),
        reply: (1, "00002", 1),
        second: (2, "", 0),
        answer: (1, "0000200004", 2),
    }
    assert counts(site, slug) == (2, 4, 4)


def test_threads_are_numbered_apart(site, slug):
    other = add_article(site, "Another")
    add_comment(site, slug)
    assert comment(site, add_comment(site, other)).root_number == 1


def test_a_number_is_never_given_again(site, slug):
    first = add_comment(site, slug)
    within(site, operations.set_state, first, State.SPAM)
    assert comment(site, add_comment(site, slug)).root_number == 2


@pytest.mark.parametrize("state", [State.PENDING, State.SPAM])
def test_a_comment_that_is_not_shown_counts_for_nobody(site, slug, state):
    before = article(site, slug).version
    posted = add_comment(site, slug, state=state)
    assert counts(site, slug) == (1, 1, 0)
    assert article(site, slug).version == before
    assert not comment(site, posted).shown


def test_a_deep_conversation_keeps_its_order(site, slug):
    line = [add_comment(site, slug)]
    for _ in range(DEEPEST_PATH + 6):
        line.append(add_comment(site, slug, parent_id=line[-1]))
    beside = add_comment(site, slug, parent_id=line[0])
    kept = {c.id: c for c in all_comments(site)}
    assert [kept[n].depth for n in line] == list(range(DEEPEST_PATH + 7))
    assert max(len(c.path) for c in kept.values()) == STEP * DEEPEST_PATH
    shown = []
    asked: Branch | None = Branch(1)
    while asked is not None:
        (group,) = within(site, threads.page, article(site, slug).id, asked, 20).groups
        shown += [row.id for row in group.replies]
        asked = group.more
    assert [line[0], *shown] == [*line, beside]


def test_a_submission_that_is_sent_again_finds_its_comment(site, slug):
    sent = submission(site, slug)
    first = within(site, submissions.post, sent)
    second = within(site, submissions.post, sent)
    assert second == replace(first, is_new=False)
    assert counts(site, slug) == (1, 1, 1)


def test_after_a_restart_too(make_site):
    site = make_site()
    slug = add_article(site)
    sent = submission(site, slug)
    first = within(site, submissions.post, sent)
    assert within(make_site(), submissions.post, sent) == replace(first, is_new=False)


def test_sent_many_times_at_the_same_moment_it_is_posted_once(site, slug):
    sent = submission(site, slug)
    results = at_once(*[lambda: within(site, submissions.post, sent)] * 8)
    assert sorted(result.is_new for result in results) == [False] * 7 + [True]
    assert {result.comment_id for result in results} == {all_comments(site)[0].id}
    assert counts(site, slug) == (1, 1, 1)


def test_sent_to_two_processes_at_the_same_moment_it_is_posted_once(make_site, monkeypatch):
    # Between processes only the database makes writers wait.
    monkeypatch.setattr("understory.engines._one_writer", Semaphore(2))
    sites = [make_site(), make_site()]
    slug = add_article(sites[0])
    sent = submission(sites[0], slug)
    results = at_once(*[lambda site=site: within(site, submissions.post, sent) for site in sites * 4])
    assert sorted(result.is_new for result in results) == [False] * 7 + [True]
    assert counts(sites[0], slug) == (1, 1, 1)


def test_a_database_that_refuses_the_second_of_two_leads_to_the_first(site, slug, monkeypatch):
    sent = submission(site, slug)
    first = within(site, submissions.post, sent)
    answers = iter([None])
    real = submissions.already_posted
    monkeypatch.setattr(submissions, "already_posted", lambda asked: next(answers, real(asked)))
    assert within(site, submissions.post, sent) == replace(first, is_new=False)
    assert counts(site, slug) == (1, 1, 1)


def test_writers_at_the_same_moment_get_numbers_of_their_own(site, slug):
    parent = add_comment(site, slug)
    sent = [submission(site, slug, parent_id=parent if n % 2 else None) for n in range(12)]
    at_once(*[lambda one=one: within(site, submissions.post, one) for one in sent])
    kept = all_comments(site)
    assert sorted(c.root_number for c in kept if c.depth == 0) == list(range(1, 8))
    assert len({(c.root_number, c.path) for c in kept}) == 13
    assert counts(site, slug) == (7, 13, 13)
    assert comment(site, parent).shown_replies == 6


@pytest.mark.parametrize("change", ["body", "article_id", "parent_id"])
def test_a_submission_stands_for_one_text_in_one_place(site, slug, change):
    parent = add_comment(site, slug)
    sent = submission(site, slug)
    first = within(site, submissions.post, sent)
    other = {
        "body": "Another thought.",
        "article_id": article(site, add_article(site, "Another")).id,
        "parent_id": parent,
    }
    with pytest.raises(AlreadySent) as refusal:
        within(site, submissions.post, replace(sent, **{change: other[change]}))
    assert refusal.value.comment_id == first.comment_id
    assert len(all_comments(site)) == 2


@pytest.mark.parametrize("state", [State.PENDING, State.REJECTED, State.SPAM])
def test_what_readers_cannot_see_cannot_be_answered(site, slug, state):
    parent = add_comment(site, slug)
    within(site, operations.set_state, parent, state)
    before = counts(site, slug), article(site, slug).version
    with pytest.raises(NotAnswerable):
        add_comment(site, slug, parent_id=parent)
    assert (counts(site, slug), article(site, slug).version) == before


def test_what_stands_elsewhere_cannot_be_answered_here(site, slug):
    elsewhere = add_comment(site, add_article(site, "Another"))
    for parent in (elsewhere, 999_999_999):
        with pytest.raises(NotAnswerable):
            add_comment(site, slug, parent_id=parent)
    assert counts(site, slug) == (0, 0, 0)


def test_an_article_that_is_gone_takes_no_comment(site, slug):
    sent = submission(site, slug)
    within(site, articles.set_published, slug, False)
    with pytest.raises(Missing, match="no longer open for comments"):
        within(site, submissions.post, sent)
    with pytest.raises(Missing):
        within(site, submissions.post, replace(sent, article_id=999))


def test_a_state_that_it_is_in_already_changes_nothing(site, slug):
    posted = add_comment(site, slug)
    before = article(site, slug).version
    change = within(site, operations.set_state, posted, State.VISIBLE)
    assert change.before == change.after == State.VISIBLE
    assert article(site, slug).version == before


def test_a_comment_that_is_not_there_has_no_state(site):
    with pytest.raises(Missing):
        within(site, operations.set_state, 1, State.SPAM)


def test_a_deleted_comment_with_a_reply_keeps_its_place(site, slug):
    parent = add_comment(site, slug)
    reply = add_comment(site, slug, parent_id=parent)
    within(site, operations.set_state, parent, State.REJECTED)
    assert [c.shown for c in all_comments(site)] == [True, True]
    within(site, operations.set_state, reply, State.REJECTED)
    assert [c.shown for c in all_comments(site)] == [False, False]
    within(site, operations.set_state, reply, State.VISIBLE)
    assert [c.shown for c in all_comments(site)] == [True, True]
    assert counts(site, slug) == (1, 2, 1)


def test_acts_at_the_same_moment_leave_the_counts_right(site, slug):
    parent = add_comment(site, slug)
    replies = [add_comment(site, slug, parent_id=parent) for _ in range(4)]
    acts = [(parent, State.REJECTED), *[(n, State.SPAM) for n in replies], *[(replies[0], State.VISIBLE)] * 3]
    at_once(*[lambda act=act: within(site, operations.set_state, *act) for act in acts])
    kept = {c.id: c for c in all_comments(site)}
    visible = sum(c.state == State.VISIBLE for c in kept.values())
    assert counts(site, slug)[2] == visible
    assert kept[parent].shown_replies == visible
    assert kept[parent].shown == (visible > 0)


def test_rendering_anew_changes_what_would_look_different(site, slug, monkeypatch):
    stale = [add_comment(site, slug, f"Comment *{n}*") for n in range(5)]
    untouched = add_article(site, "Another")
    add_comment(site, untouched)
    versions = article(site, slug).version, article(site, untouched).version
    assert within(site, operations.rerender) == 0

    def better(source: str) -> str:
        return source.replace("*", "!")

    monkeypatch.setattr(
        operations, "comment_html", lambda source: better(source) if "*" in source else "<p>A thought.</p>"
    )
    assert within(site, operations.rerender, 2) == 5
    assert [comment(site, n).html for n in stale] == [f"Comment !{n}!" for n in range(5)]
    assert article(site, slug).version > versions[0]
    assert article(site, untouched).version == versions[1]
    assert within(site, operations.rerender) == 0
