"""What moderators do: the state, the log entry and the counts change together, or nothing does."""

from __future__ import annotations

import pytest

from blueprints.comments import operations as comments
from blueprints.comments.models import State
from blueprints.moderation import operations, queries, undoing
from blueprints.moderation.models import Act
from tests.builders import (
    add_article,
    add_comment,
    add_moderator,
    article,
    at_once,
    comment,
    log,
    moderate,
    within,
)
from understory.errors import Missing, Refused
from understory.paging import Place


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


@pytest.fixture
def by(site):
    return add_moderator(site)


def entries(site) -> list[tuple]:
    return [(entry.act, entry.before, entry.after, entry.undoes_id) for entry in log(site)]


@pytest.mark.parametrize(
    "deed",
    [
        (State.VISIBLE, Act.DELETE, State.REJECTED, 0),
        (State.VISIBLE, Act.SPAM, State.SPAM, 0),
        (State.PENDING, Act.APPROVE, State.VISIBLE, 1),
        (State.PENDING, Act.DELETE, State.REJECTED, 0),
        (State.SPAM, Act.RESTORE, State.VISIBLE, 1),
    ],
)
def test_an_act_changes_the_state_the_count_and_the_log(clock, site, slug, by, deed):
    first, act, last, count = deed
    posted = add_comment(site, slug, state=first)
    version = article(site, slug).version
    change = within(site, operations.act, act, posted, by, "Rude")
    assert (change.before, change.after) == (first, last)
    assert comment(site, posted).state == last
    assert article(site, slug).comment_count == count
    seen = State.VISIBLE in (first, last)
    assert article(site, slug).version == version + seen
    (entry,) = log(site)
    assert (entry.at, entry.account_id, entry.account_name) == (clock.now, by.account_id, "mod")
    assert (entry.act, entry.comment_id, entry.article_id) == (act, posted, article(site, slug).id)
    assert (entry.before, entry.after, entry.reason, entry.undoes_id) == (first, last, "Rude", None)


def test_a_second_press_does_no_harm(site, slug, by):
    posted = add_comment(site, slug)
    moderate(site, Act.DELETE, posted, by)
    version = article(site, slug).version
    change = within(site, operations.act, Act.DELETE, posted, by, "Again")
    assert change.before == change.after == State.REJECTED
    assert len(log(site)) == 1
    assert article(site, slug).version == version


def test_pressed_at_the_same_moment_it_is_done_and_logged_once(site, slug, by):
    posted = add_comment(site, slug)
    at_once(*[lambda: within(site, operations.act, Act.DELETE, posted, by)] * 6)
    assert entries(site) == [("delete", "visible", "rejected", None)]
    assert article(site, slug).comment_count == 0


def test_what_is_not_there_is_not_logged(site, by):
    with pytest.raises(Missing):
        within(site, operations.act, Act.DELETE, 1, by)
    with pytest.raises(Missing):
        within(site, undoing.undo, 1, by)
    assert log(site) == []


def test_an_act_that_fails_leaves_nothing_behind(site, slug, by, monkeypatch):
    posted = add_comment(site, slug)
    monkeypatch.setattr(operations, "write_down", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        within(site, operations.act, Act.DELETE, posted, by)
    assert comment(site, posted).state == State.VISIBLE
    assert article(site, slug).comment_count == 1


@pytest.mark.parametrize("act", [Act.DELETE, Act.SPAM])
def test_an_undo_brings_back_what_was_and_is_logged_itself(site, slug, by, act):
    posted = add_comment(site, slug)
    entry = moderate(site, act, posted, by)
    change = within(site, undoing.undo, entry, by)
    assert change.after == State.VISIBLE
    assert article(site, slug).comment_count == 1
    assert entries(site)[1] == ("undo", log(site)[0].after, "visible", entry)


def test_an_undo_of_an_approval_makes_it_wait_again(site, slug, by):
    posted = add_comment(site, slug, state=State.PENDING)
    within(site, undoing.undo, moderate(site, Act.APPROVE, posted, by), by)
    assert comment(site, posted).state == State.PENDING
    assert article(site, slug).comment_count == 0


def test_an_undo_can_be_undone(site, slug, by):
    posted = add_comment(site, slug)
    within(site, undoing.undo, moderate(site, Act.DELETE, posted, by), by)
    within(site, undoing.undo, log(site)[1].id, by)
    assert comment(site, posted).state == State.REJECTED


def test_what_was_undone_cannot_be_undone_again(site, slug, by):
    posted = add_comment(site, slug)
    entry = moderate(site, Act.DELETE, posted, by)
    within(site, undoing.undo, entry, by)
    moderate(site, Act.DELETE, posted, by)
    with pytest.raises(Refused, match="cannot be undone any more"):
        within(site, undoing.undo, entry, by)
    assert comment(site, posted).state == State.REJECTED
    assert len(log(site)) == 3


def test_what_was_overtaken_cannot_be_undone(site, slug, by):
    posted = add_comment(site, slug)
    entry = moderate(site, Act.DELETE, posted, by)
    moderate(site, Act.SPAM, posted, by)
    with pytest.raises(Refused, match="cannot be undone any more"):
        within(site, undoing.undo, entry, by)
    assert comment(site, posted).state == State.SPAM
    assert len(log(site)) == 2


def test_undone_at_the_same_moment_it_is_undone_once(site, slug, by):
    posted = add_comment(site, slug)
    entry = moderate(site, Act.DELETE, posted, by)
    results = at_once(*[lambda: within(site, undoing.undo, entry, by)] * 6)
    assert sum(isinstance(result, Refused) for result in results) == 5
    assert article(site, slug).comment_count == 1


def test_the_log_is_read_newest_first_and_goes_on_below_a_place(site, slug, by):
    ids = [moderate(site, Act.DELETE, add_comment(site, slug), by) for _ in range(queries.PER_PAGE + 3)]
    first = within(site, queries.log, Place())
    assert [row.id for row in first.rows] == ids[: -queries.PER_PAGE - 1 : -1]
    assert (first.more_above, first.more_below) == (False, True)
    second = within(site, queries.log, Place(before=first.rows[-1].id))
    assert [row.id for row in second.rows] == ids[2::-1]
    assert (second.more_above, second.more_below) == (True, False)


def test_the_log_says_what_can_still_be_undone(site, slug, by):
    undone, overtaken, holds = (add_comment(site, slug) for _ in range(3))
    within(site, undoing.undo, moderate(site, Act.DELETE, undone, by), by)
    moderate(site, Act.DELETE, overtaken, by)
    within(site, comments.set_state, overtaken, State.SPAM)
    moderate(site, Act.DELETE, holds, by)
    rows = within(site, queries.log, Place()).rows
    assert [(row.comment_id, row.act, row.can_be_undone, row.undone_by) for row in rows] == [
        (holds, "delete", True, None),
        (overtaken, "delete", False, None),
        (undone, "undo", True, None),
        (undone, "delete", False, "mod"),
    ]
