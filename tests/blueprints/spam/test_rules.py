"""Where rules send comments, what their authors see of it, and that every process follows at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blueprints.comments import submissions
from blueprints.comments.arriving import Origin
from blueprints.comments.models import State
from blueprints.moderation import undoing
from blueprints.moderation.models import Act
from tests.builders import (
    Reader,
    add_article,
    add_comment,
    add_moderator,
    all_comments,
    comment,
    log,
    moderate,
    queries_of,
    signed_in,
    submission,
    within,
)
from tests.reading import page

from .moderators import put_in_force


@pytest.fixture
def slug(site):
    return add_article(site)


def posted(site, slug, body="A thought.", reader=None, **more):
    """The comment that a reader's form made."""
    response = (reader or Reader(site)).comment(slug, body, **more)
    assert response.status_code == 303, response.text
    return all_comments(site)[-1]


@pytest.mark.parametrize(
    ("rules", "body", "state", "why"),
    [
        ({"premoderate": True}, "A thought.", State.PENDING, "Every comment waits"),
        ({"first_timers": 2}, "A thought.", State.PENDING, "A newcomer: 0 of 2"),
        ({"links_over": 1}, "https://a.example https://b.example", State.PENDING, "2 links, more than 1"),
        ({"links_over": 0}, "https://a.example", State.PENDING, "1 link, more than 0"),
        ({"banned_words": ["darn*"]}, "Darned **thing**", State.REJECTED, "Banned words: “darn*”"),
        ({"suspect_words": ["free money"]}, "Free, money!", State.PENDING, "Suspect words: “free money”"),
        ({"email_domains": ["Bad.example"]}, "A thought.", State.PENDING, "at bad.example"),
        ({"learned": True}, "Visit my website, the best online casino", State.PENDING, "the phrase “online casino”"),
        (
            {"learned": True, "hold_at": 60, "spam_at": 80},
            "Visit my website, the best online casino",
            State.SPAM,
            "Looks like spam (85.6 %)",
        ),
    ],
)
def test_a_rule_holds_what_it_is_about_and_says_why(site, slug, rules, body, state, why):
    put_in_force(site, **rules)
    held = posted(site, slug, body, email="ada@mail.bad.example")
    assert (held.state, held.held_as) == (state, state)
    assert why in held.held_for


@pytest.mark.parametrize(
    ("rules", "body"),
    [
        ({"links_over": 1}, "`https://a.example https://b.example` https://c.example"),
        ({"old_after_days": 30}, "A thought."),
        ({"banned_words": ["darn"], "suspect_words": ["free money"]}, "Darned free range money"),
        ({"email_domains": ["ad.example", "example.bad"]}, "A thought."),
        ({"learned": True}, "A thought about the council, see https://a.example"),
    ],
)
def test_a_rule_leaves_alone_what_it_is_not_about(site, slug, rules, body):
    put_in_force(site, **rules)
    fine = posted(site, slug, body, email="ada@bad.example")
    assert (fine.state, fine.held_for, fine.held_as) == (State.VISIBLE, None, None)


def test_a_comment_on_an_old_article_is_held(site, clock):
    old = add_article(site, "Old", published_at=clock.read() - timedelta(days=31))
    put_in_force(site, old_after_days=30)
    assert posted(site, old).held_for == "The article is 31 days old"


def test_the_strictest_reason_comes_first_and_decides(site, slug):
    put_in_force(site, premoderate=True, banned_words=["darn"])
    held = posted(site, slug, "Darn")
    assert held.state == State.REJECTED
    assert held.held_for.split("\n") == ["Banned words: “darn”", "Every comment waits for a moderator"]


def test_a_newcomer_is_one_until_enough_of_their_comments_are_on_the_site(site, slug):
    put_in_force(site, first_timers=1)
    reader, by = Reader(site), add_moderator(site)
    first = posted(site, slug, reader=reader)
    assert posted(site, slug, "Another", reader=reader).state == State.PENDING
    moderate(site, Act.APPROVE, first.id, by)
    assert posted(site, slug, "A third", reader=reader).state == State.VISIBLE
    assert posted(site, slug, "Somebody else").state == State.PENDING


def test_what_a_moderator_writes_is_not_judged(site, slug):
    put_in_force(site, premoderate=True, banned_words=["darn"])
    assert posted(site, slug, "Darn", reader=signed_in(site)).state == State.VISIBLE


def test_an_author_whom_moderators_want_to_see_first_is_held(site, slug):
    made = within(site, submissions.receive, submission(site, slug), Origin(is_held=True))
    assert made.state == State.PENDING
    assert comment(site, made.comment_id).held_for == "Moderators want to see each comment of this author first"


def test_the_setting_is_the_first_rule_until_somebody_saves_others(make_site):
    site = make_site(premoderate=True)
    slug = add_article(site)
    assert posted(site, slug).state == State.PENDING
    put_in_force(site, links_over=5)
    assert posted(site, slug).state == State.VISIBLE


def test_another_process_follows_with_the_next_comment(make_site):
    site, beside = make_site(), make_site()
    slug = add_article(site)
    assert posted(beside, slug).state == State.VISIBLE
    put_in_force(site, premoderate=True)
    assert posted(beside, slug).state == State.PENDING


def test_judging_asks_the_database_once(site, slug):
    put_in_force(site, links_over=3, suspect_words=["casino"], learned=True)
    reader = Reader(site)
    posted(site, slug, reader=reader)
    form = reader.comment_form(slug, "One more thought, with quite a few words to it.")
    with queries_of(site) as asked:
        reader.post(f"/articles/{slug}/comments", form)
    assert sum("spam_" in query or "bans" in query for query in asked) == 1


@pytest.mark.parametrize(
    "rules", [{"premoderate": True}, {"banned_words": ["thought"]}, {"learned": True, "spam_at": 51, "hold_at": 51}]
)
def test_a_held_author_is_told_that_a_moderator_will_read_it_and_nothing_more(site, slug, rules):
    put_in_force(site, **rules)
    body = "Visit my website, the best online casino: a thought"
    reader = Reader(site)
    response = reader.comment(slug, body)
    assert "moderator reads comments before they appear" in reader.follow(response).text
    for text in (reader.comment(slug, f"{body}!", htmx=True).text, reader.get(f"/articles/{slug}/comments/yours").text):
        assert "waiting for a moderator" in text
        for word in ("spam", "reject", "banned", "phrase", "likelihood"):
            assert word not in text.lower(), word
    own = all_comments(site)[0].id
    assert reader.get(f"/comments/{own}").location.endswith("/yours")
    assert Reader(site).get(f"/comments/{own}").status_code == 404


def test_a_retry_of_a_held_comment_is_one_comment(site, slug):
    put_in_force(site, banned_words=["thought"])
    reader = Reader(site)
    form = reader.comment_form(slug)
    for _ in range(2):
        assert reader.post(f"/articles/{slug}/comments", form).location.endswith("/received")
    assert len(all_comments(site)) == 1


def test_once_a_moderator_has_rejected_it_a_held_comment_no_longer_waits(site, slug):
    put_in_force(site, premoderate=True)
    reader = Reader(site)
    held = posted(site, slug, reader=reader)
    moderate(site, Act.DELETE, held.id, add_moderator(site))
    assert "A thought." not in reader.get(f"/articles/{slug}/comments/yours").text
    assert reader.get(f"/comments/{held.id}").status_code == 410


def edit(reader, comment_id, body):
    path = f"/comments/{comment_id}/edit"
    return reader.post(path, {**reader.form(path, ".form"), "body": body})


def test_an_edited_text_is_judged_as_a_new_one(site, slug):
    reader = Reader(site)
    fine = posted(site, slug, reader=reader)
    put_in_force(site, suspect_words=["casino"])
    assert edit(reader, fine.id, "A better thought.").status_code == 303
    assert comment(site, fine.id).state == State.VISIBLE
    assert edit(reader, fine.id, "Casino!").status_code == 303
    held = comment(site, fine.id)
    assert (held.state, held.held_for) == (State.PENDING, "Suspect words: “casino”")
    assert page(reader.get(f"/articles/{slug}")).one("#thread").all(".comment") == []
    (entry,) = log(site)
    assert (entry.act, entry.account_name, entry.before, entry.after) == ("catch", "the rules", "visible", "pending")
    within(site, undoing.undo, entry.id, add_moderator(site))
    assert comment(site, fine.id).state == State.VISIBLE


def test_an_edit_does_not_free_what_is_held(site, slug):
    put_in_force(site, banned_words=["darn"])
    reader = Reader(site)
    held = posted(site, slug, "Darn", reader=reader)
    assert edit(reader, held.id, "Sorry").status_code == 303
    assert comment(site, held.id).state == State.REJECTED
    assert edit(reader, held.id, "https://a.example").status_code == 303


def test_a_comment_from_before_the_rules_waits_for_nobody(site, slug):
    gone = add_comment(site, slug, state=State.REJECTED, reader_key="k" * 22)
    assert Reader(site).get(f"/comments/{gone}").status_code == 410
