"""The page of the rules: checked, tried before they are saved, and brought back."""

from __future__ import annotations

import pytest

from blueprints.comments.models import State
from blueprints.moderation.models import Act
from blueprints.spam.rules import Rules
from tests.builders import add_article, add_comment, add_moderator, everything_in, moderate, signed_in
from tests.reading import page

from .moderators import fields_of, in_force, put_in_force

PATH = "/admin/rules/"


@pytest.fixture
def moderator(site):
    return signed_in(site)


def save(moderator, **filled):
    return moderator.post(PATH, fields_of(moderator, PATH, ".rules-form", **filled))


def test_rules_are_saved_as_they_were_filled_in(site, moderator):
    response = save(
        moderator,
        premoderate="y",
        first_timers="2",
        links_over="0",
        old_after_days="30",
        banned_words="darn*\r\n\r\n free   money\r\ndarn*",
        suspect_words="ｃasino",
        email_domains="@Bad.example\nworse.example",
        hold_at="70",
        spam_at="90",
    )
    assert response.status_code == 303
    assert in_force(site) == Rules(
        premoderate=True,
        first_timers=2,
        links_over=0,
        old_after_days=30,
        banned_words=["darn*", "free money"],
        suspect_words=["ｃasino"],
        email_domains=["Bad.example", "worse.example"],
        hold_at=70,
        spam_at=90,
    )
    assert moderator.form(PATH, ".rules-form")["banned_words"] == "darn*\nfree money"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("links_over", "many", "not a whole number from 0 to 100"),
        ("first_timers", "", "not a whole number from 0 to 100"),
        ("first_timers", "101", "not a whole number from 0 to 100"),
        ("old_after_days", "-1", "not a whole number"),
        ("banned_words", "fine\n***", "“***” is no word or phrase"),
        ("suspect_words", "a*b", "a star can stand at its end"),
        ("suspect_words", "x" * 101, "longer than 100 characters"),
        ("banned_words", "x\n" * 15_000, "too long"),
        ("email_domains", "bad.example\nnot a domain", "“not a domain” is not a domain"),
        ("spam_at", "79", "below the likelihood that holds"),
        ("hold_at", "50", "from 51 to 100"),
    ],
)
def test_rules_that_make_no_sense_are_refused_with_what_was_typed(site, moderator, field, typed, said):
    before = everything_in(site)
    response = save(moderator, **{field: typed})
    assert response.status_code == 422
    assert said in page(response).text
    assert page(response).one(".rules-form").fields()[field] == typed.rstrip("\n")
    assert everything_in(site) == before


def test_a_stale_form_comes_back_with_what_was_typed(moderator):
    response = save(moderator, csrf_token="", suspect_words="casino")
    assert response.status_code == 403
    assert page(response).one(".rules-form").fields()["suspect_words"] == "casino"


def test_rules_saved_by_two_at_once_are_noticed(site, moderator):
    mine = fields_of(moderator, PATH, ".rules-form", suspect_words="mine")
    put_in_force(site, suspect_words=["theirs"])
    response = moderator.post(PATH, mine)
    assert response.status_code == 409
    assert "Somebody else saved rules" in page(response).text
    assert in_force(site).suspect_words == ["theirs"]
    again = page(response).one(".rules-form").fields()
    assert moderator.post(PATH, again).status_code == 303
    assert in_force(site).suspect_words == ["mine"]


def test_earlier_rules_are_kept_and_can_be_brought_back(site, moderator):
    put_in_force(site, suspect_words=["first"])
    put_in_force(site, suspect_words=["second"])
    response = moderator.post(f"{PATH}1/restore", {"csrf_token": moderator.token()})
    assert response.status_code == 303
    assert in_force(site).suspect_words == ["first"]
    assert len(page(moderator.get(PATH)).one(".saved").all("li")) == 3
    assert moderator.post(f"{PATH}99/restore", {"csrf_token": moderator.token()}).status_code == 404


@pytest.fixture
def history(site):
    """Four comments about a casino, one of which was approved and one called spam, and one about none."""
    slug, by = add_article(site), add_moderator(site, "other")
    ids = [add_comment(site, slug, f"The casino, {n}", reader_key=f"{n}" * 22) for n in range(4)]
    moderate(site, Act.SPAM, ids[0], by)
    moderate(site, Act.DELETE, ids[1], by)
    moderate(site, Act.RESTORE, ids[1], by)
    add_comment(site, slug, "The council")
    return ids


OUTCOME = "Over the last 5 comments this would have held 4, of which 1 was approved"


def test_rules_are_tried_on_the_latest_comments_and_nothing_is_changed(site, moderator, history):
    before = everything_in(site)
    filled = fields_of(moderator, PATH, ".rules-form", suspect_words="casino")
    for response in (moderator.post(PATH, {**filled, "try": "1"}), moderator.post(f"{PATH}trial", filled, htmx=True)):
        assert response.status_code == 200
        text = " ".join(page(response).text.split())
        assert OUTCOME in text
        assert "2 of them are on the site without a moderator’s word. 1 was taken down." in text
        rows = [" ".join(row.text.split()) for row in page(response).all("tr")][1:]
        assert [("approved" in row, "Suspect words: “casino”" in row) for row in rows] == [
            (False, True),
            (False, True),
            (True, True),
            (False, True),
        ]
    assert everything_in(site) == before


def test_a_trial_counts_who_was_a_newcomer_then(site, moderator):
    slug = add_article(site)
    for n in range(3):
        add_comment(site, slug, f"Thought {n}", reader_key="k" * 22)
    add_comment(site, slug, "Gone", State.WITHDRAWN)
    filled = fields_of(moderator, PATH, ".rules-form", first_timers="2")
    said = page(moderator.post(f"{PATH}trial", filled)).text
    assert "Over the last 3 comments this would have held 2," in " ".join(said.split())


def test_a_trial_does_not_let_a_comment_speak_for_itself(site, moderator):
    slug, by = add_article(site), add_moderator(site, "other")
    for n in range(25):
        moderate(site, Act.APPROVE, add_comment(site, slug, f"Council words {n}", State.PENDING), by)
    moderate(site, Act.SPAM, add_comment(site, slug, "Quaint umbrellas sold nearby daily", State.PENDING), by)
    said = page(moderator.post(f"{PATH}trial", fields_of(moderator, PATH, ".rules-form"))).text
    assert "this would have held 0" in " ".join(said.split())


def test_rules_that_make_no_sense_cannot_be_tried(moderator):
    response = moderator.post(f"{PATH}trial", fields_of(moderator, PATH, ".rules-form", links_over="x"), htmx=True)
    assert response.status_code == 422
    assert "not a whole number" in page(response).text


def test_a_trial_on_a_new_site_says_so(moderator):
    assert "Nobody has commented yet" in moderator.post(f"{PATH}trial", fields_of(moderator, PATH, ".rules-form")).text
