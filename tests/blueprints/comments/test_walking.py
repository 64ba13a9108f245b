"""Whoever follows the links of a conversation's pages meets each comment once, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprints.comments import operations, submissions, threads
from blueprints.comments.models import State
from blueprints.comments.places import FIRST_SORT, Asked, Branch, asked_in
from tests.builders import add_article, add_comment, all_comments, article, within
from understory.db import transaction

PER_BRANCH_PAGE = 3
SORTS = ["newest", "oldest", "best"]

# Most is said in few branches: those are the ones that go on over several pages.
which = st.one_of(st.integers(0, 2), st.integers(0, 11))
reply = st.tuples(st.just("reply"), which)
step = st.one_of(
    st.tuples(st.just("post"), which),
    reply,
    reply,
    st.tuples(st.just("hide"), which),
    st.tuples(st.just("show"), which),
)
vote = st.tuples(st.sampled_from(["up", "down"]), which)

one_site = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
slugs = map("walk-{}".format, count())


@pytest.fixture(autouse=True)
def short_pages(monkeypatch) -> None:
    monkeypatch.setattr(threads, "PER_BRANCH_PAGE", PER_BRANCH_PAGE)


class Conversation:
    """A thread that grows, shrinks and is read."""

    def __init__(self, site, size: int, everything: bool = False) -> None:
        self.site, self.size, self.everything = site, size, everything
        self.slug = add_article(site, slug=next(slugs))
        self.article_id = article(site, self.slug).id
        self.ids: list[int] = []
        self.is_still = True
        self.opened: list[Branch] = []

    def do(self, steps) -> None:
        for act, n in steps:
            if act == "post" or not self.ids:
                self.ids.append(add_comment(self.site, self.slug))
                continue
            one = self.ids[n % len(self.ids)]
            if act == "reply":
                self._reply(one)
            elif act in ("up", "down"):
                self._vote(one, act)
            else:
                state = State.VISIBLE if act == "show" else State.REJECTED
                within(self.site, operations.set_state, one, state)

    def shown(self) -> list:
        """What has a place, in the order of the thread from its first root on."""
        mine = [one for one in all_comments(self.site) if one.article_id == self.article_id]
        return sorted((one for one in mine if one.shown or self.everything), key=lambda c: (c.root_number, c.path))

    def page(self, asked: Asked | Branch) -> threads.Thread:
        """The page behind a link: what is asked goes through its URL."""
        asked = asked_in(dict(parse_qsl(asked.query.removeprefix("?"))))
        found = within(self.site, threads.page, self.article_id, asked, self.size, everything=self.everything)
        assert not self.is_still or found.groups or asked == Asked(asked.sort), "a link leads to an empty page"
        return found

    def walk(self, sort: str, turn: Callable[[], None] = lambda: None) -> list[int]:
        """Down by the links of each page, into each branch where it goes on; `turn` is what happens after a page."""
        seen, asked = [], Asked(sort)
        while asked is not None:
            here = self.page(asked)
            turn()
            for group in here.groups:
                seen += [group.root.id, *(row.id for row in group.replies), *self._on(group.more, turn)]
            asked = here.below
        return seen

    def walk_up(self, sort: str) -> list[int]:
        """Up again from the last page, by the links of each page; without what branches hold beyond it."""
        last = self.page(Asked(sort))
        while last.below is not None:
            last = self.page(last.below)
        seen, here = [], last
        while True:
            seen = [group.root.id for group in here.groups] + seen
            if here.above is None:
                return seen
            here = self.page(here.above)

    def branch_up(self, branch: Branch) -> list[int]:
        """The replies before a page of a branch, by its links to earlier ones."""
        seen, asked = [], branch
        while asked is not None:
            (group,) = self.page(asked).groups
            seen = ([] if asked is branch else [row.id for row in group.replies]) + seen
            asked = group.earlier
        return seen

    def _on(self, branch: Branch | None, turn: Callable[[], None]) -> list[int]:
        seen = []
        while branch is not None:
            self.opened.append(branch)
            groups = self.page(branch).groups
            turn()
            seen += [row.id for group in groups for row in group.replies]
            branch = groups[0].more if groups else None
        return seen

    def _reply(self, parent: int) -> None:
        try:
            self.ids.append(add_comment(self.site, self.slug, parent_id=parent))
        except submissions.NotAnswerable:
            self.ids.append(add_comment(self.site, self.slug))

    def _vote(self, one: int, way: str) -> None:
        def cast() -> None:
            with transaction():
                operations.count_votes(one, int(way == "up"), int(way == "down"))

        within(self.site, cast)


def crowd(busy: int) -> list[tuple[str, int]]:
    """Three roots, the second with so many replies that it goes on over several pages."""
    return [("post", 0), ("post", 0), ("post", 0), *[("reply", 1)] * busy]


def in_order(comments: list, sort: str) -> list[int]:
    keys = {c.root_number: (c.best, c.root_number) for c in comments if not c.depth}
    roots = sorted(keys, key=keys.get if sort == "best" else int, reverse=sort != "oldest")
    return [one.id for root in roots for one in comments if one.root_number == root]


@one_site
@given(
    busy=st.integers(0, 12),
    steps=st.lists(st.one_of(step, step, vote), min_size=10, max_size=40),
    size=st.integers(1, 4),
    everything=st.booleans(),
)
def test_the_links_of_the_pages_lead_to_each_comment_once_and_in_order(site, busy, steps, size, everything):
    talk = Conversation(site, size, everything)
    talk.do([*crowd(busy), *steps])
    shown = talk.shown()
    for sort in SORTS:
        assert talk.walk(sort) == in_order(shown, sort)
        roots = {one.id for one in shown if not one.depth}
        assert talk.walk_up(sort) == [one for one in in_order(shown, sort) if one in roots]


@one_site
@given(replies=st.lists(reply, min_size=8, max_size=40), hidden=st.lists(which, max_size=6))
def test_the_links_of_a_branch_lead_both_ways(site, replies, hidden):
    talk = Conversation(site, 1)
    talk.do([("post", 0), *replies, *[("hide", n + 1) for n in hidden]])
    talk.walk(FIRST_SORT)
    shown = talk.shown()
    for branch in talk.opened:
        before = [one.id for one in shown if one.depth and one.path < branch.since]
        assert talk.branch_up(branch) == before


@one_site
@given(
    busy=st.integers(0, 12),
    steps=st.lists(st.one_of(step, step, vote), min_size=10, max_size=40),
    meanwhile=st.lists(st.lists(step, max_size=3), min_size=1, max_size=12),
    size=st.integers(1, 3),
    sort=st.sampled_from(SORTS),
)
def test_whatever_comes_and_goes_meanwhile_nothing_is_read_twice_and_nothing_that_stood_is_missed(
    site, busy, steps, meanwhile, size, sort
):
    talk = Conversation(site, size)
    talk.do([*crowd(busy), *steps])
    talk.is_still = False
    stood = {one.id for one in talk.shown()}
    turns = iter(meanwhile)

    def turn() -> None:
        for one in next(turns, []):
            talk.do([one])
            stood.intersection_update(c.id for c in talk.shown())

    seen = talk.walk(sort, turn)
    assert len(seen) == len(set(seen))
    assert stood <= set(seen)
