"""`flask check`: it finds nothing where nothing is wrong, finds each thing that is, and mends what can be mended."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from blueprints.comments.models import State
from blueprints.moderation import operations as moderation
from blueprints.moderation.models import Act
from blueprints.votes import operations as votes
from tests.builders import add_article, add_comment, add_moderator, article, comment, moderate, within
from understory.db import db
from understory.errors import Refused

_numbers = count()

KEYS = ["a" * 22, "b" * 22, "c" * 22]


@pytest.fixture
def lively(site):
    """A site on which something of everything has happened."""
    slug = add_article(site)
    root = add_comment(site, slug, reader_key=KEYS[0])
    reply = add_comment(site, slug, parent_id=root)
    deep = add_comment(site, slug, parent_id=reply)
    waiting = add_comment(site, slug, state=State.PENDING)
    by = add_moderator(site)
    moderate(site, Act.SPAM, add_comment(site, slug, "Cheap watches"), by)
    moderate(site, Act.APPROVE, waiting, by)
    moderate(site, Act.DELETE, reply, by)
    for key, value in zip(KEYS[1:], (1, -1), strict=True):
        within(site, votes.press, deep, key, value)
    return site, slug, root, reply, deep


def run(site, *given: str):
    return site.test_cli_runner().invoke(args=["check", *given])


def harm(site, statement: str, **values: object) -> None:
    with site.app_context():
        db.session.execute(text(statement), values)
        db.session.commit()


def test_a_sound_site_has_no_faults(lively):
    result = run(lively[0])
    assert (result.exit_code, result.stdout) == (0, "All is well.\n")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE articles SET comment_count = 99", "article a-title has 3 comments, not 99"),
        ("UPDATE comments SET shown = (1 = 0) WHERE id = :root", "comment {root}, visible, is not shown"),
        ("UPDATE comments SET shown_replies = 7 WHERE id = :root", "comment {root} has 1 replies shown, not 7"),
        ("UPDATE comments SET branch_size = 0 WHERE id = :root", "comment {root} has 2 comments in its branch, not 0"),
        ("UPDATE comments SET up = 5 WHERE id = :deep", "comment {deep} has 1 votes for it and 1 against, not 5 and 1"),
        ("UPDATE comments SET best = 5 WHERE id = :root", "comment {root} has 0 votes for it and 0 against"),
    ],
)
def test_what_is_counted_wrong_is_found_and_mended(lively, statement, said):
    site, _, root, reply, deep = lively
    sound = {one: vars(comment(site, one)).copy() for one in (root, reply, deep)}
    values = {name: value for name, value in {"root": root, "deep": deep}.items() if f":{name}" in statement}
    harm(site, statement, **values)
    found = run(site)
    assert found.exit_code == 1
    assert said.format(root=root, deep=deep) in found.stdout
    mended = run(site, "--mend")
    assert (mended.exit_code, "All is well." in mended.stdout) == (0, True)
    for one, before in sound.items():
        after = vars(comment(site, one))
        assert {name: after[name] for name in before if name[0] != "_"} == {
            name: value for name, value in before.items() if name[0] != "_"
        }


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE comments SET depth = 5 WHERE id = :deep", "does not stand below the one that it answers"),
        ("UPDATE comments SET path = 'zzzzzz' WHERE id = :deep", "does not stand below the one that it answers"),
        ("UPDATE articles SET roots = 1", "article a-title: 1 and 5 were given, 3 and 5 are there"),
        ("UPDATE comments SET state = 'pending' WHERE id = :reply", "is pending, and entry 3 of the log says rejected"),
        ("UPDATE spam_tokens SET spam = spam + 1", "does not count for what its lessons say"),
        ("UPDATE spam_standing SET ham = 77", "1 spam and 1 ham were learned, not 1 and 77"),
    ],
)
def test_what_nobody_but_a_person_can_put_right_stays_a_fault(lively, statement, said):
    site, _, _, reply, deep = lively
    harm(site, statement, **{n: v for n, v in {"reply": reply, "deep": deep}.items() if f":{n}" in statement})
    result = run(site, "--mend")
    assert result.exit_code == 1
    assert said in result.stdout


@pytest.mark.sqlite
def test_words_that_are_not_in_the_index_come_back(lively):
    site, slug, *_ = lively
    harm(site, "DROP TRIGGER comment_words_added")
    lost = add_comment(site, slug, "A capybara")
    assert f"comment {lost} is not found by its words" in run(site).stdout
    assert run(site, "--mend").exit_code == 0
    found = "SELECT rowid FROM comment_words WHERE comment_words MATCH 'capybara'"
    assert within(site, lambda: db.session.execute(text(found)).scalars().all()) == [lost]


def test_a_long_list_is_cut_short(site):
    slug = add_article(site)
    for _ in range(23):
        add_comment(site, slug)
    harm(site, "UPDATE comments SET up = 1")
    assert "and 3 more" in run(site).stdout


@given(st.lists(st.tuples(st.sampled_from([*Act][:5]), st.integers(0, 5)), max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_moderators_do_the_site_stays_sound(site, acts):
    number = next(_numbers)
    slug = add_article(site, f"Title {number}")
    ids = [add_comment(site, slug)]
    for n in range(5):
        ids.append(add_comment(site, slug, parent_id=ids[n // 2]))
    by = add_moderator(site, f"mod {number}")
    for act, which in acts:
        try:
            within(site, moderation.act, act, ids[which], by)
        except Refused:
            # The state machine does not have this move.
            continue
    result = run(site)
    assert (result.exit_code, result.stdout) == (0, "All is well.\n")
    assert article(site, slug).comment_count == sum(comment(site, one).state == State.VISIBLE for one in ids)
