"""Whatever is done and then taken back in reverse leaves the first state, the first thread and the first reports."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from blueprints.comments.models import Comment, State
from blueprints.moderation import batches, operations, undoing
from blueprints.moderation.models import Act, Grounds, Report
from blueprints.moderation.operations import MOVES
from tests.builders import add_article, add_comment, add_moderator, article, comment, log, within
from tests.reading import page
from understory.db import db
from understory.errors import Refused

_numbers = count()

KEY = "k" * 22
EVERY_MOVE = [(act, before, after) for act, moves in MOVES.items() for before, after in moves.items()]
DECISIONS = [Act.APPROVE, Act.RESTORE, Act.REJECT, Act.DELETE, Act.SPAM]

deed = st.one_of(
    st.tuples(st.sampled_from(DECISIONS), st.integers(0, 4)),
    st.tuples(st.sampled_from(["edit", "pin", "unpin", "hold", "trust", "close", "open"]), st.integers(0, 4)),
    st.tuples(st.sampled_from(["many"]), st.sampled_from([Act.APPROVE, Act.REJECT, Act.SPAM])),
)


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


@pytest.fixture
def by(site):
    return add_moderator(site)


@pytest.mark.parametrize(("act", "before", "after"), [move for move in EVERY_MOVE if move[0] in DECISIONS])
def test_every_move_of_the_state_machine_has_its_inverse(site, slug, by, act, before, after):
    one = add_comment(site, slug)
    within(site, operations.comments.set_state, one, before)
    counted = article(site, slug).comment_count
    done = within(site, operations.act, act, one, by)
    assert (done.before, done.after, comment(site, one).state) == (before, after, after)
    assert article(site, slug).comment_count == (after == State.VISIBLE)
    if done.entry_id is None:
        assert before == after
        return
    within(site, undoing.undo, done.entry_id, by)
    assert comment(site, one).state == before
    assert article(site, slug).comment_count == counted


@pytest.mark.parametrize("act", DECISIONS)
def test_what_the_state_machine_does_not_have_is_refused_and_not_logged(site, slug, by, act):
    one = add_comment(site, slug)
    for before in set(State) - MOVES[act].keys():
        within(site, operations.comments.set_state, one, before)
        with pytest.raises(Refused):
            within(site, operations.act, act, one, by)
        assert comment(site, one).state == before
    assert log(site) == []


def everything(site, slug, reader) -> tuple:
    """All that acts can change: states, words, counts, reports, held authors, and the thread as readers get it."""

    def read() -> tuple:
        columns = Comment.id, Comment.state, Comment.shown, Comment.shown_replies, Comment.branch_size, Comment.source
        comments = db.session.execute(select(*columns, Comment.edited_at).order_by(Comment.id)).all()
        reports = db.session.execute(select(Report.id, Report.settled, Report.settled_by).order_by(Report.id)).all()
        held = db.session.execute(text("SELECT reader_key FROM held_authors ORDER BY reader_key")).all()
        return tuple(map(list, (comments, reports, held)))

    here = article(site, slug)
    thread = page(reader.get(f"/articles/{slug}")).one("#conversation")
    return within(site, read), (here.comment_count, here.closed, here.pinned_id), thread.one("#thread").words


def do(site, slug, by, ids, act, given) -> int | None:
    """Do one thing and give its entry of the log; None when nothing came of it."""
    one = None if act == "many" else ids[given % len(ids)]
    acts = {
        "edit": lambda: operations.edit(one, by, f"Other words, {len(log(site))}"),
        "pin": lambda: operations.pin(one, by, pinned=True),
        "unpin": lambda: operations.pin(one, by, pinned=False),
        "hold": lambda: operations.hold(one, by, held=True),
        "trust": lambda: operations.hold(one, by, held=False),
        "close": lambda: operations.set_closed(slug, by, closed=True),
        "open": lambda: operations.set_closed(slug, by, closed=False),
        "many": lambda: batches.decide_many(given, [(one, None) for one in ids], by).entry_id,
    }
    try:
        return within(site, acts.get(act) or (lambda: operations.act(act, one, by).entry_id))
    except Refused:
        return None


@given(st.lists(deed, max_size=12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_acts_undone_in_reverse_leave_what_was_first(site, reader, deeds):
    slug = add_article(site, f"Title {next(_numbers)}")
    by = operations.By(None, "mod")
    first = add_comment(site, slug, reader_key=KEY)
    states = [State.VISIBLE, State.PENDING, State.SPAM]
    ids = [first, add_comment(site, slug, parent_id=first), *(add_comment(site, slug, state=state) for state in states)]
    within(site, operations.report, first, KEY[::-1] + "", Grounds.SPAM, "", 0)
    before = everything(site, slug, reader)
    entries = [entry for act, given_ in deeds if (entry := do(site, slug, by, ids, act, given_)) is not None]
    for entry in reversed(entries):
        within(site, undoing.undo, entry, by)
    assert everything(site, slug, reader) == before


def test_a_batch_is_one_entry_and_one_undo(site, slug, by):
    ids = [add_comment(site, slug, state=State.PENDING) for _ in range(batches.AT_A_TIME + 5)]
    within(site, operations.act, Act.APPROVE, ids[0], by)
    batch = within(site, batches.decide_many, Act.REJECT, [(one, State.PENDING) for one in ids], by, "A wave")
    assert (len(batch.decided), batch.passed_over) == (len(ids) - 1, 1)
    assert comment(site, ids[0]).state == State.VISIBLE
    within(site, operations.act, Act.APPROVE, ids[1], by)
    undone = within(site, undoing.undo, batch.entry_id, by)
    assert (undone.brought_back, undone.overtaken) == (len(ids) - 2, 1)
    assert {comment(site, one).state for one in ids[2:]} == {State.PENDING}
    with pytest.raises(Refused):
        within(site, undoing.undo, batch.entry_id, by)


def test_who_looked_before_somebody_else_decided_is_told(site, slug, by):
    one = add_comment(site, slug, state=State.PENDING)
    within(site, operations.act, Act.APPROVE, one, by, "", State.PENDING)
    with pytest.raises(operations.Overtaken):
        within(site, operations.act, Act.REJECT, one, by, "", State.PENDING)
    assert comment(site, one).state == State.VISIBLE


@pytest.mark.parametrize("statement", ["UPDATE moderation_log SET reason = ''", "DELETE FROM moderation_log"])
def test_the_log_is_append_only(site, slug, by, statement):
    within(site, operations.act, Act.DELETE, add_comment(site, slug), by)
    with site.app_context(), pytest.raises(DatabaseError, match="append only"):
        db.session.execute(text(statement))
