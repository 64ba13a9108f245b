"""Bans and rules in the log: who did what, and that each can be undone, and the undo too."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from blueprints.moderation import barring, undoing
from blueprints.spam import judging, queries
from blueprints.spam.banning import Kind
from blueprints.spam.operations import Grounds
from blueprints.spam.rules import Rules
from tests.builders import add_article, add_comment, add_moderator, log, signed_in, within
from understory.db import db
from understory.errors import Refused

EMAIL = Grounds(Kind.EMAIL, "troll@example.org", reason="Again and again")


@pytest.fixture
def by(site):
    return add_moderator(site, "Ada")


def in_force(site) -> list[str]:
    return [ban.value for ban in within(site, queries.bans_in_force)]


def test_a_ban_its_undo_and_the_undo_of_that(site, by):
    one = add_comment(site, add_article(site), email="troll@example.org")
    within(site, barring.ban, [Grounds(Kind.EMAIL, "troll@example.org", reason="Enough", comment_id=one)], by)
    (entry,) = log(site)
    assert (entry.act, entry.account_name, entry.reason, entry.comment_id) == ("ban", "Ada", "Enough", one)
    assert "troll" not in entry.about
    undone = within(site, undoing.undo, entry.id, by)
    assert in_force(site) == []
    again = within(site, undoing.undo, undone.entry_id, by)
    assert in_force(site) == ["troll@example.org"]
    within(site, undoing.undo, again.entry_id, by)
    assert in_force(site) == []


def test_what_was_lifted_comes_back(site, by):
    (ban_id,) = within(site, barring.ban, [EMAIL], by)
    within(site, barring.lift, ban_id, by)
    assert in_force(site) == []
    within(site, undoing.undo, log(site)[-1].id, by)
    assert in_force(site) == ["troll@example.org"]


def test_a_ban_that_somebody_lifted_meanwhile_is_overtaken(site, by):
    (ban_id,) = within(site, barring.ban, [EMAIL], by)
    within(site, barring.lift, ban_id, by)
    with pytest.raises(Refused, match="lifted this ban already"):
        within(site, undoing.undo, log(site)[0].id, by)
    assert len(log(site)) == 2


def test_rules_undone_in_reverse_are_the_very_first_again(site, by):
    first = within(site, judging.rules_here)
    for links in (1, 2):
        within(site, barring.save_rules, Rules(links_over=links), by)
    one, two = log(site)
    with pytest.raises(Refused, match="cannot be undone any more"):
        within(site, undoing.undo, one.id, by)
    within(site, undoing.undo, two.id, by)
    assert within(site, judging.rules_here).links_over == 1
    within(site, undoing.undo, one.id, by)
    assert within(site, judging.rules_here) == first


def test_the_first_rules_are_those_of_nobody(site, by):
    first = within(site, judging.rules_here)
    within(site, barring.save_rules, Rules(links_over=1), by)
    undone = within(site, undoing.undo, log(site)[0].id, by)
    assert within(site, judging.rules_here) == first
    within(site, undoing.undo, undone.entry_id, by)
    assert within(site, judging.rules_here).links_over == 1


def test_the_log_tells_of_both_and_undoes_them_by_a_press(site):
    moderator = signed_in(site)
    within(site, barring.ban, [EMAIL], add_moderator(site, "Ada"))
    shown = moderator.page("/admin/log")
    (row,) = shown.all("tr")[1:]
    assert "Ada made a ban" in row.words
    assert "an e-mail address (ban 1)" in row.words
    response = moderator.post(row.one("form")["action"], row.one("form").fields())
    assert response.status_code == 303
    assert in_force(site) == []


def test_an_act_that_does_not_exist_chooses_nothing(site):
    moderator = signed_in(site)
    within(site, barring.ban, [EMAIL], add_moderator(site, "Ada"))
    for act in ("%00", "dance", "x" * 300):
        assert "Ada made a ban" in moderator.page(f"/admin/log?act={act}").words
    assert "Ada made a ban" not in moderator.page("/admin/log?act=pin").words


@pytest.mark.parametrize("statement", ["UPDATE ban_log SET reason = ''", "DELETE FROM ban_log"])
def test_the_log_of_bans_is_append_only(site, by, statement):
    within(site, barring.ban, [EMAIL], by)
    with site.app_context(), pytest.raises(DatabaseError, match="append only"):
        db.session.execute(text(statement))
