"""Whatever is posted, answered, taken down and brought back: counts, placeholders and places stay right.

A thread is compared with a model of it that knows no database: who answered whom, and in which state each is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from blueprints.comments import threads
from blueprints.comments.models import State
from blueprints.comments.places import Asked
from blueprints.comments.submissions import NotAnswerable
from blueprints.moderation import operations as moderation
from blueprints.moderation import undoing
from blueprints.moderation.models import Act, By
from blueprints.moderation.operations import MOVES
from tests.builders import add_article, add_comment, add_moderator, all_comments, article, log, within
from understory.errors import Refused

which = st.integers(0, 7)
posting = st.one_of(
    st.tuples(st.just("post"), st.sampled_from([State.VISIBLE, State.VISIBLE, State.PENDING])),
    st.tuples(st.just("reply"), which),
)
hiding = st.tuples(st.sampled_from([Act.DELETE, Act.SPAM]), which)
step = st.one_of(
    posting,
    hiding,
    st.tuples(st.sampled_from([Act.RESTORE, Act.APPROVE]), which),
    st.tuples(st.just("undo"), which),
)


@dataclass
class Said:
    """A comment of the model."""

    id: int
    state: State
    replies: list[Said] = field(default_factory=list)

    @property
    def is_visible(self) -> bool:
        return self.state == State.VISIBLE

    @property
    def is_shown(self) -> bool:
        return self.is_visible or any(reply.is_shown for reply in self.replies)

    def line(self) -> list[Said]:
        """This comment and all below it, in reading order."""
        return [self, *(one for reply in self.replies for one in reply.line())]


@dataclass
class Thread:
    """The model: roots in the order of their numbers, and what was done to whom."""

    roots: list[Said] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    done: list[dict] = field(default_factory=list)

    def seen(self) -> list[tuple[int, bool]]:
        """What a reader sees: who has a place, and whether the words or a placeholder stand there."""
        return [(one.id, one.is_visible) for root in self.roots for one in root.line() if one.is_shown]


def play(site, slug: str, by, model: Thread, steps) -> None:
    for act, given_ in steps:
        if act == "post":
            one = Said(add_comment(site, slug, state=given_), given_)
            model.roots.append(one)
            model.said.append(one)
        elif act == "undo" and model.done:
            undo(site, by, model, given_ % len(model.done))
        elif act == "reply" and model.said:
            reply(site, slug, model, model.said[given_ % len(model.said)])
        elif isinstance(act, Act) and model.said:
            one = model.said[given_ % len(model.said)]
            decide(site, by, model, act, one)


def decide(site, by, model: Thread, act: Act, one: Said) -> None:
    after = MOVES[act].get(one.state)
    try:
        within(site, moderation.act, act, one.id, by)
    except Refused:
        assert after is None
        return
    assert after is not None
    note(model, one, after)


def reply(site, slug: str, model: Thread, parent: Said) -> None:
    try:
        one = Said(add_comment(site, slug, parent_id=parent.id), State.VISIBLE)
    except NotAnswerable:
        assert not parent.is_visible
        return
    assert parent.is_visible
    parent.replies.append(one)
    model.said.append(one)


def undo(site, by, model: Thread, entry: int) -> None:
    done = model.done[entry]
    holds = not done["undone"] and done["on"].state == done["after"]
    try:
        within(site, undoing.undo, log(site)[entry - len(model.done)].id, by)
    except Refused:
        assert not holds
        return
    assert holds
    done["undone"] = True
    note(model, done["on"], done["before"])


def note(model: Thread, one: Said, after: State) -> None:
    if one.state != after:
        model.done.append({"on": one, "before": one.state, "after": after, "undone": False})
        one.state = after


def assert_kept_right(site, slug: str, model: Thread) -> None:
    here = article(site, slug)
    kept = {c.id: c for c in all_comments(site) if c.article_id == here.id}
    assert here.comment_count == sum(one.is_visible for one in model.said)
    assert (here.roots, here.numbered) == (len(model.roots), len(model.said))
    for one in model.said:
        assert kept[one.id].state == one.state
        assert kept[one.id].shown == one.is_shown
        assert kept[one.id].shown_replies == sum(reply.is_shown for reply in one.replies)
    for root in model.roots:
        assert kept[root.id].branch_size == sum(one.is_shown for one in root.line()[1:])


def page(site, slug: str, asked: Asked, size: int, *, everything: bool = False) -> threads.Thread:
    return within(site, threads.page, article(site, slug).id, asked, size, everything=everything)


def ids_of(thread: threads.Thread) -> list[int]:
    return [row.id for group in thread.groups for row in (group.root, *group.replies)]


def lines(roots: list[Said], *, everything: bool) -> list[int]:
    return [one.id for root in roots for one in root.line() if everything or one.is_shown]


def assert_walks_show_all_once(site, slug: str, model: Thread, size: int, *, everything: bool) -> None:
    numbered = [(n, root) for n, root in enumerate(model.roots, 1) if everything or root.is_shown]
    for sort in ("newest", "oldest"):
        ordered = numbered[::-1] if sort == "newest" else numbered
        expected = lines([root for _, root in ordered], everything=everything)
        down, asked, last = [], Asked(sort), None
        while asked is not None:
            last = page(site, slug, asked, size, everything=everything)
            assert last.groups or not down
            down += ids_of(last)
            asked = last.below
        assert down == expected
        if last is not None and last.above is not None:
            up, asked = ids_of(last), last.above
            while asked is not None:
                above = page(site, slug, asked, size, everything=everything)
                up, asked = ids_of(above) + up, above.above
            assert up == expected
        for number in range(len(model.roots) + 2):
            for side in ("before", "after"):
                found = page(site, slug, Asked(sort, **{side: (number,)}), size, everything=everything)
                beyond = [(n, root) for n, root in ordered if (n < number if side == "before" else n > number)]
                toward = (sort == "newest") == (side == "before")
                part = beyond[:size] if toward else beyond[-size:]
                assert ids_of(found) == lines([root for _, root in part], everything=everything)


@pytest.fixture(autouse=True)
def long_branches(monkeypatch) -> None:
    """A page that shows whole branches, so that pages of the thread can be told apart from pages of a branch."""
    monkeypatch.setattr(threads, "FIRST_REPLIES", 1000)


#: A reply comes, goes, comes back and goes with what it answered.
BACK_AND_FORTH = [
    ("post", State.VISIBLE),
    ("reply", 0),
    ("reply", 1),
    (Act.DELETE, 2),
    (Act.DELETE, 0),
    (Act.RESTORE, 2),
    (Act.SPAM, 1),
    ("undo", 0),
    (Act.DELETE, 2),
]


# Each example has an article of its own, so the site can be the same for all of them.
one_site = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
slugs = map("thread-{}".format, count())


@pytest.fixture
def by(site) -> By:
    return add_moderator(site)


def played(site, by, steps) -> tuple[str, Thread]:
    slug, model = add_article(site, slug=next(slugs)), Thread()
    play(site, slug, by, model, steps)
    return slug, model


def roots_at(site, slug: str, model: Thread, size: int) -> dict[int, list[int]]:
    """The roots on the page below each place."""
    pages = {n: page(site, slug, Asked(before=(n,)), size) for n in range(1, len(model.roots) + 2)}
    return {n: [group.root.root_number for group in found.groups] for n, found in pages.items()}


@one_site
@given(steps=st.lists(step, min_size=8, max_size=30))
@example(steps=BACK_AND_FORTH)
@example(steps=BACK_AND_FORTH[:4])
def test_counts_and_placeholders_follow_whatever_is_done(site, by, steps):
    slug, model = played(site, by, steps)
    assert_kept_right(site, slug, model)


@one_site
@given(steps=st.lists(step, min_size=8, max_size=30), size=st.integers(1, 4), everything=st.booleans())
@example(steps=BACK_AND_FORTH, size=1, everything=False)
@example(steps=BACK_AND_FORTH[:4], size=1, everything=False)
def test_every_walk_shows_each_comment_once_in_order(site, by, steps, size, everything):
    slug, model = played(site, by, steps)
    assert_walks_show_all_once(site, slug, model, size, everything=everything)


@one_site
@given(steps=st.lists(step, min_size=6, max_size=12), later=st.lists(step, min_size=6, max_size=12))
def test_what_a_reader_sees_never_changes_without_a_new_version(site, by, steps, later):
    slug, model = played(site, by, steps)
    for one in later:
        seen, version = model.seen(), article(site, slug).version
        play(site, slug, by, model, [one])
        assert article(site, slug).version > version or model.seen() == seen


@one_site
@given(
    steps=st.lists(step, min_size=8, max_size=20),
    later=st.lists(posting, min_size=1, max_size=8),
    size=st.integers(1, 3),
)
def test_no_place_shifts_when_comments_come(site, by, steps, later, size):
    slug, model = played(site, by, steps)
    before = roots_at(site, slug, model, size)
    play(site, slug, by, model, later)
    assert before.items() <= roots_at(site, slug, model, size).items()


@one_site
@given(
    steps=st.lists(step, min_size=8, max_size=20),
    later=st.lists(hiding, min_size=1, max_size=8),
    size=st.integers(1, 3),
)
def test_no_place_shifts_when_comments_go(site, by, steps, later, size):
    slug, model = played(site, by, steps)
    before = roots_at(site, slug, model, size)
    play(site, slug, by, model, later)
    shown = {n for n, root in enumerate(model.roots, 1) if root.is_shown}
    for n, after in roots_at(site, slug, model, size).items():
        remain = [root for root in before[n] if root in shown]
        assert after[: len(remain)] == remain
