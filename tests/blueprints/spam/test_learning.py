"""What the site learns from decisions and their undos, and that it can all be taken back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from blueprints.comments.models import State
from blueprints.moderation import batches, undoing
from blueprints.moderation import operations as moderation
from blueprints.moderation.models import Act
from blueprints.spam import operations, queries
from blueprints.spam.models import Label, Lesson, Token
from blueprints.spam.signs import Text
from tests.builders import (
    Reader,
    add_article,
    add_comment,
    add_moderator,
    all_comments,
    at_once,
    comment,
    log,
    moderate,
    within,
)
from understory.db import db
from understory.sanitize import comment_html

from .moderators import learned, put_in_force

#: A moderator's decisions, in words that the first figures know nothing of.
SPAM = "Fine cheap watches of every make, sent to your door in {n} days, ask Wendell for the price list"
HAM = "The council has it wrong about the bridge, as the {n} letters of last year showed"


def counted(site) -> dict[int, tuple[int, int]]:
    """Every token that counts for something."""

    def read():
        return {token.id: (token.spam, token.ham) for token in db.session.scalars(select(Token))}

    return {token: counts for token, counts in within(site, read).items() if counts != (0, 0)}


@pytest.fixture
def slug(site):
    return add_article(site)


@pytest.fixture
def by(site):
    return add_moderator(site)


@pytest.fixture
def somewhere(site, slug, by):
    """An article and a moderator, who has decided about a comment before."""
    moderate(site, Act.SPAM, add_comment(site, slug, SPAM), by)
    return slug, by


def test_decisions_teach_and_undoing_them_unteaches(site, slug, by):
    spam, ham, rude = (add_comment(site, slug, body) for body in (SPAM, HAM, "You fool"))
    entry = moderate(site, Act.SPAM, spam, by)
    moderate(site, Act.APPROVE, ham, by)
    moderate(site, Act.DELETE, rude, by)
    assert learned(site) == (1, 1)
    within(site, undoing.undo, entry, by)
    assert learned(site) == (0, 1)


def test_a_batch_and_its_undo_teach_the_same(site, slug, by):
    ids = [add_comment(site, slug, SPAM.format(n=n)) for n in range(3)]
    batch = within(site, batches.decide_many, Act.SPAM, [(one, None) for one in ids], by)
    assert learned(site) == (3, 0)
    undone = within(site, undoing.undo, batch.entry_id, by)
    assert (learned(site), counted(site)) == ((0, 0), {})
    within(site, undoing.undo, undone.entry_id, by)
    assert learned(site) == (3, 0)


def test_a_rejection_says_neither(site, slug, by):
    moderate(site, Act.REJECT, add_comment(site, slug, SPAM, State.PENDING), by)
    assert learned(site) == (0, 0)


def test_a_second_thought_takes_the_place_of_the_first(site, slug, by):
    one = add_comment(site, slug, SPAM)
    moderate(site, Act.SPAM, one, by)
    restored = moderate(site, Act.RESTORE, one, by)
    assert learned(site) == (0, 1)
    within(site, undoing.undo, restored, by)
    assert learned(site) == (1, 0)


def test_spam_is_told_after_some_decisions_and_the_verdict_says_why(site, slug, by):
    for n in range(30):
        moderate(site, Act.SPAM, add_comment(site, slug, SPAM.format(n=n)), by)
        moderate(site, Act.APPROVE, add_comment(site, slug, HAM.format(n=n), State.PENDING), by)
    Reader(site).comment(slug, "Cheap watches! Ask Wendell for the price list, sent to your door", author="Bob")
    held = all_comments(site)[-1]
    assert held.state in (State.PENDING, State.SPAM)
    assert "seen in 30 spam, 0 ham" in held.held_for
    Reader(site).comment(slug, "I was on the bridge, and the council has it wrong again", author="Bob")
    assert all_comments(site)[-1].state == State.VISIBLE


def test_learning_can_be_turned_off(site, slug, by):
    put_in_force(site, learned=False)
    Reader(site).comment(slug, "Visit my website, the best online casino with free spins")
    assert all_comments(site)[-1].state == State.VISIBLE


def test_what_was_learned_survives_an_edit_of_the_text(site, slug, by):
    one = add_comment(site, slug, SPAM)
    operations_of = [(one, Text("Ada", None, comment_html(SPAM)))]
    within(site, operations.learn, operations_of, Label.SPAM)
    within(site, operations.learn, [(one, Text("Ada", None, comment_html("Other words")))], Label.HAM)
    within(site, operations.unlearn, [one])
    within(site, operations.unlearn, [one])
    assert (learned(site), counted(site)) == ((0, 0), {})


def test_what_was_learned_from_erased_comments_is_forgotten(site, slug, by):
    one = add_comment(site, slug, SPAM)
    moderate(site, Act.SPAM, one, by)
    within(site, operations.forget, [one, 999])
    assert (learned(site), counted(site), within(site, queries.lessons_of, [one])) == ((0, 0), {}, {})


def test_moderators_who_decide_at_once_lose_nothing(site, slug, by):
    ids = [add_comment(site, slug, SPAM.format(n=n)) for n in range(6)]
    at_once(*[lambda one=one: within(site, moderation.act, Act.SPAM, one, by) for one in ids])
    assert learned(site) == (6, 0)


def test_posting_goes_on_while_the_site_learns(site, slug, by):
    """A decision writes a row for each of its words, three hundred here, and whoever posts meanwhile is served."""
    ids = [add_comment(site, slug, " ".join(f"word{n}x{m}" for m in range(300))) for n in range(4)]
    reader = Reader(site)
    form = reader.comment_form(slug)
    acts = [lambda one=one: within(site, moderation.act, Act.SPAM, one, by) for one in ids]
    results = at_once(*acts, lambda: reader.post(f"/articles/{slug}/comments", form))
    assert results[-1].status_code == 303


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(acts=st.lists(st.sampled_from([Act.APPROVE, Act.SPAM, Act.DELETE, Act.RESTORE]), max_size=6))
def test_any_decisions_undone_in_reverse_leave_what_was_known_before(site, somewhere, acts):
    slug, by = somewhere
    one = add_comment(site, slug, HAM, State.PENDING)
    before, logged = (learned(site), counted(site)), len(log(site))
    for act in acts:
        # What confirms the state that a comment is in is logged nowhere, and so not undone.
        state = State(comment(site, one).state)
        if moderation.MOVES[act].get(state, state) != state:
            within(site, moderation.act, act, one, by)
    for entry in reversed(log(site)[logged:]):
        within(site, undoing.undo, entry.id, by)
    assert (learned(site), counted(site)) == before


def test_the_counts_are_those_of_the_lessons(site, slug, by):
    for act, body in ((Act.SPAM, SPAM), (Act.APPROVE, HAM), (Act.SPAM, SPAM), (Act.DELETE, HAM)):
        moderate(site, act, add_comment(site, slug, body, State.PENDING), by)
    lessons = within(site, lambda: list(db.session.scalars(select(Lesson))))
    expected: dict[int, list[int]] = {}
    for lesson in lessons:
        for token in queries.tokens_in(lesson.tokens) if lesson.labels[-1] in "sh" else []:
            expected.setdefault(token, [0, 0])["sh".index(lesson.labels[-1])] += 1
    assert counted(site) == {token: tuple(counts) for token, counts in expected.items()}
