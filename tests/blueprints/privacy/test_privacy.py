"""What is kept of people, for how long, and how it is handed out and erased."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from blueprints.comments import search, submissions
from blueprints.comments.models import Edit, State
from blueprints.comments.persons import Whose
from blueprints.moderation import operations as moderation
from blueprints.moderation.models import Act, Grounds, Report
from blueprints.privacy import operations, queries
from blueprints.privacy.models import Deed
from blueprints.privacy.operations import Amount, Asker
from blueprints.votes import operations as votes
from blueprints.votes.models import Vote
from tests.builders import (
    Reader,
    add_article,
    add_comment,
    add_moderator,
    all_comments,
    article,
    comment,
    log,
    moderate,
    signed_in,
    submission,
    within,
)
from tests.reading import page
from understory import rounds
from understory.db import db
from understory.errors import Missing
from understory.paging import Place
from understory.traces import trace_of

KEY, OTHER = "a" * 22, "b" * 22


@pytest.fixture
def slug(site):
    return add_article(site)


def erase(site, whose: Whose) -> Amount:
    return within(site, operations.erase, whose, Asker(None, "Ada"), "They asked")


def rows(site, table) -> list:
    return within(site, lambda: list(db.session.scalars(select(table))))


# Addresses


def test_of_an_address_only_a_hash_and_a_range_are_kept(site, slug):
    Reader(site, "203.0.113.7").comment(slug)
    Reader(site, "203.0.113.7").comment(slug)
    Reader(site, "203.0.113.8").comment(slug)
    kept = all_comments(site)
    assert [one.address_range for one in kept] == ["203.0.113.0/24"] * 3
    assert kept[0].address_hash == kept[1].address_hash != kept[2].address_hash
    assert "203.0.113.7" not in str([vars(one) for one in kept])


def test_another_site_has_another_hash(make_site, tmp_path):
    sites = [make_site(instance=tmp_path / key[:5], secret_key=key) for key in ("x" * 20, "y" * 20)]
    first, second = (within(site, trace_of, "203.0.113.7") for site in sites)
    assert first.range == second.range
    assert first.hash != second.hash


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("", None),
        ("nonsense", None),
    ],
)
def test_a_range_is_what_a_provider_gives_out_as_one_block(site, address, kept):
    assert within(site, trace_of, address).range == kept


def test_nothing_is_kept_of_addresses_where_the_operator_wants_it_so(make_site):
    site = make_site(address_days=0)
    Reader(site).comment(add_article(site))
    (kept,) = all_comments(site)
    assert (kept.address_hash, kept.address_range) == (None, None)


def test_a_sweep_removes_what_had_its_time_and_nothing_else(clock, make_site):
    site = make_site(address_days=30, sign_in_days=90)
    slug = add_article(site)
    signed_in(site)
    Reader(site).comment(slug)
    clock.later(days=29)
    Reader(site).comment(slug)
    run = site.test_cli_runner().invoke
    assert "traces of 0 addresses, 0 events" in run(args=["privacy", "sweep"]).output
    clock.later(days=1)
    assert "traces of 1 addresses, 0 events" in run(args=["privacy", "sweep"]).output
    assert [one.address_hash is None for one in all_comments(site)] == [True, False]
    clock.later(days=61)
    assert "traces of 1 addresses, 2 events of accounts, 1 sessions" in run(args=["privacy", "sweep"]).output


def test_the_server_sweeps_by_itself(clock, site, slug):
    Reader(site).comment(slug)
    clock.later(days=40)
    rounds.walk(site)
    assert all_comments(site)[0].address_hash is None


# Erasing


@pytest.mark.sqlite
def test_no_copy_holds_a_word_of_who_was_erased(site, slug, tmp_path):
    for number in range(30):
        add_comment(site, slug, f"Thought {number} of others", reader_key=OTHER)
        if number % 10 == 5:
            add_comment(site, slug, "zirconium", reader_key=KEY, author="Grace", email="g@example.org")

    def is_in_a_copy(word: bytes) -> bool:
        copy = tmp_path / "copy.db"
        copy.unlink(missing_ok=True)
        assert site.test_cli_runner().invoke(args=["backup", str(copy)]).exit_code == 0
        return word in copy.read_bytes()

    rounds.walk(site)
    assert erase(site, Whose(reader_key=KEY)) == Amount(3, 0, 0)
    assert is_in_a_copy(b"zirconium")
    rounds.walk(site)
    for word in (b"zirconium", b"grace", b"Grace", b"g@example.org"):
        assert not is_in_a_copy(word)
    assert is_in_a_copy(b"others")
    assert len(within(site, lambda: db.session.execute(search.newest("others"), {"below": 99, "above": 0}).all())) == 30


@pytest.mark.parametrize("written", ["VÏC@example.com", "vïc@EXAMPLE.com", "Vic@Example.com"])
def test_an_address_is_found_as_it_was_written(site, slug, written):
    add_comment(site, slug, email=written)
    assert erase(site, Whose(email=written)) == Amount(1, 0, 0)


def test_an_erased_person_leaves_empty_places_where_others_answered(site, slug):
    mine = add_comment(site, slug, "My secret.", reader_key=KEY, author="Grace", email="g@example.org")
    answer = add_comment(site, slug, "An answer.", parent_id=mine, reader_key=OTHER)
    add_comment(site, slug, "My last word.", parent_id=answer, reader_key=KEY, author="Grace")
    assert erase(site, Whose(reader_key=KEY)) == Amount(2, 0, 0)
    shown = Reader(site).page(f"/articles/{slug}")
    assert "secret" not in shown.text
    assert "Grace" not in shown.text
    assert "last word" not in shown.text
    assert "An answer." in shown.text
    assert shown.has(f"#comment-{mine}")
    assert article(site, slug).comment_count == 1
    kept = comment(site, mine)
    assert (kept.author, kept.email, kept.source, kept.html) == ("(erased)", None, "", "")
    assert (kept.reader_key, kept.address_hash, kept.state) == (None, None, State.WITHDRAWN)


def test_what_the_comments_said_before_is_erased_too(site, slug):
    reader = Reader(site)
    response = reader.comment(slug, "First words.")
    path = f"{response.location}/edit"
    fields = {**reader.form(path, "form"), "body": "Second words."}
    assert reader.post(path, fields).status_code == 303
    (kept,) = all_comments(site)
    erase(site, Whose(reader_key=kept.reader_key))
    assert [(edit.source, edit.html) for edit in rows(site, Edit)] == [("", "")]


def test_votes_and_reports_go_and_the_counts_follow(site, slug):
    target = add_comment(site, slug, reader_key=OTHER)
    within(site, votes.press, target, KEY, 1)
    within(site, votes.press, target, "c" * 22, -1)
    within(site, moderation.report, target, KEY, Grounds.SPAM, "I know her", 0)
    assert erase(site, Whose(reader_key=KEY)) == Amount(0, 1, 1)
    assert (comment(site, target).up, comment(site, target).down) == (0, 1)
    assert [vote.reader_key for vote in rows(site, Vote)] == ["c" * 22]
    assert rows(site, Report) == []


def test_what_others_said_in_reports_about_the_person_goes(site, slug):
    target = add_comment(site, slug, reader_key=KEY)
    within(site, moderation.report, target, OTHER, Grounds.ABUSE, "Her name is Grace Hopper", 0)
    erase(site, Whose(reader_key=KEY))
    assert [(report.words, report.settled) for report in rows(site, Report)] == [("", True)]


@pytest.mark.parametrize("state", list(State))
def test_comments_in_every_state_are_erased(site, slug, state):
    comment_id = add_comment(site, slug, "Words", state, reader_key=KEY)
    erase(site, Whose(reader_key=KEY))
    assert (comment(site, comment_id).state, comment(site, comment_id).source) == (State.WITHDRAWN, "")
    assert article(site, slug).comment_count == 0


def test_no_act_and_no_undo_brings_an_erased_comment_back(site, slug):
    comment_id = add_comment(site, slug, reader_key=KEY)
    by = add_moderator(site)
    entry = moderate(site, Act.DELETE, comment_id, by)
    erase(site, Whose(reader_key=KEY))
    moderator = signed_in(site, name="other")
    for path in (f"/admin/comments/{comment_id}/restore", f"/admin/log/{entry}/undo"):
        response = moderator.post(path, {"csrf_token": moderator.token()})
        assert response.status_code == 409
        assert "erased at its author" in page(response).text
    assert comment(site, comment_id).state == State.WITHDRAWN
    assert len(log(site)) == 1


def test_a_person_is_found_by_e_mail_in_any_case_and_with_their_own_browsers(site, slug):
    mine = add_comment(site, slug, reader_key=KEY, email="Grace@Example.org")
    shared = add_comment(site, slug, reader_key=OTHER, email="grace@example.org")
    theirs = add_comment(site, slug, reader_key=OTHER, author="Somebody else at the library")
    for key in (KEY, OTHER):
        within(site, votes.press, theirs if key == KEY else mine, key, 1)
    assert erase(site, Whose(email="GRACE@example.org")) == Amount(2, 1, 0)
    assert [comment(site, one).source == "" for one in (mine, shared, theirs)] == [True, True, False]
    assert [vote.reader_key for vote in rows(site, Vote)] == [OTHER]


def test_erasing_is_one_commit_with_its_entry(site, slug, monkeypatch):
    add_comment(site, slug, "Words", reader_key=KEY)
    monkeypatch.setattr(operations, "_write_down", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erase(site, Whose(reader_key=KEY))
    assert all_comments(site)[0].source == "Words"


def test_the_record_says_that_and_how_much_but_not_whose(site, slug):
    add_comment(site, slug, reader_key=KEY, email="grace@example.org")
    erase(site, Whose(email="grace@example.org"))
    (entry,) = within(site, queries.log, Place()).rows
    assert (entry.deed, entry.account_name, entry.comments, entry.reason) == (Deed.ERASED, "Ada", 1, "They asked")
    assert "grace" not in str(vars(entry))
    assert within(site, queries.find, Whose(email="Grace@example.org")).before[0].id == entry.id
    with pytest.raises(Missing):
        erase(site, Whose(email="grace@example.org"))


# For admins


@pytest.fixture
def admin(site):
    return signed_in(site, "admin", "Ada")


def find(admin, by: str, of: object):
    fields = {**admin.form("/admin/privacy/", "form[action=/admin/privacy/find]"), "by": by, "of": str(of)}
    return admin.post("/admin/privacy/find", fields)


@pytest.mark.parametrize("by", ["email", "key", "comment"])
def test_an_admin_finds_exports_and_erases(site, slug, admin, by):
    comment_id = add_comment(site, slug, "My words", reader_key=KEY, email="g@example.org", author="Grace")
    found = find(admin, by, {"email": "g@example.org", "key": KEY, "comment": comment_id}[by])
    assert found.status_code == 200
    assert "1 comment, from" in page(found).one("main").words
    export, erasing = (page(found).one(f"form[action=/admin/privacy/{act}]").fields() for act in ("export", "erase"))
    sent = admin.post("/admin/privacy/export", export)
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.cache_control.no_store
    assert json.loads(sent.text)["comments"][0]["source"] == "My words"
    refused = admin.post("/admin/privacy/erase", {**erasing, "reason": "A long story"})
    assert refused.status_code == 422
    assert page(refused).one("#reason")["value"] == "A long story"
    done = admin.post("/admin/privacy/erase", {**erasing, "reason": "They asked", "sure": "y"})
    assert "Erased: 1 comments" in admin.follow(done).text
    assert comment(site, comment_id).source == ""


@pytest.mark.parametrize(
    ("by", "of", "status"),
    [
        ("email", "", 422),
        ("email", "nobody", 422),
        ("key", "short", 422),
        ("comment", "x", 422),
        ("comment", "99999999999", 422),
        ("nothing", "x", 422),
        ("email", "nobody@example.org", 404),
        ("comment", "77", 404),
        ("key", "z" * 22, 404),
    ],
)
def test_a_search_that_finds_nobody_keeps_what_was_typed(admin, by, of, status):
    response = find(admin, by, of)
    assert response.status_code == status
    assert page(response).one("#of")["value"] == of


@pytest.mark.parametrize("act", ["export", "erase"])
def test_hidden_fields_that_make_no_sense_are_refused(admin, act):
    for fields in ({}, {"by": "email"}, {"by": "x", "of": "y"}, {"by": "comment", "of": "x"}):
        sent = {"csrf_token": admin.token(), "sure": "y", **fields}
        assert admin.post(f"/admin/privacy/{act}", sent).status_code == 400


@pytest.mark.parametrize("reason", ["a\0b", "x" * 501])
def test_a_reason_that_cannot_be_kept_hands_nothing_out(site, slug, admin, reason):
    add_comment(site, slug, reader_key=KEY)
    sent = {"csrf_token": admin.token(), "by": "key", "of": KEY, "reason": reason}
    assert admin.post("/admin/privacy/export", sent).status_code == 409
    assert within(site, queries.log, Place()).rows == []


def test_moderators_do_not_get_there(site):
    moderator = signed_in(site)
    for path in ("find", "export", "erase"):
        assert moderator.post(f"/admin/privacy/{path}", {"csrf_token": moderator.token()}).status_code == 403
    assert moderator.get("/admin/privacy/").status_code == 403


# For everybody


def test_a_reader_takes_their_own_data_along_and_erases_it(site, slug, reader):
    reader.comment(slug, "My words")
    other = add_comment(site, slug, "Not mine", reader_key=OTHER)
    shown = reader.page("/privacy/yours")
    assert "1 comment, 0 votes" in shown.one("main").words
    export = reader.post("/privacy/yours/export", shown.one("form[action=/privacy/yours/export]").fields())
    assert [one["source"] for one in json.loads(export.text)["comments"]] == ["My words"]
    fields = shown.one("form[action=/privacy/yours/erase]").fields()
    assert reader.post("/privacy/yours/erase", fields).status_code == 422
    erased = reader.post("/privacy/yours/erase", {**fields, "sure": "y"})
    assert (erased.status_code, "understory_reader" in reader.cookies()) == (200, False)
    assert "My words" not in reader.get(f"/articles/{slug}").text
    assert comment(site, other).source == "Not mine"


def test_a_reader_who_never_did_anything_gets_no_form_and_no_cookie(reader):
    shown = reader.page("/privacy/yours")
    assert not shown.one("main").has("form")
    assert reader.cookies() == {}


def test_an_export_holds_all_that_there_is(site, slug):
    mine = add_comment(site, slug, "Words", reader_key=KEY, email="g@example.org")
    target = add_comment(site, slug, reader_key=OTHER)
    within(site, votes.press, target, KEY, -1)
    within(site, moderation.report, target, KEY, Grounds.OTHER, "Because", 0)
    data = within(site, operations.export, Whose(reader_key=KEY), Asker())
    assert (data["comments"][0]["path"], data["comments"][0]["email"]) == (f"/comments/{mine}", "g@example.org")
    assert [vote["value"] for vote in data["votes"]] == [-1]
    assert [report["words"] for report in data["reports"]] == ["Because"]
    json.dumps(data)


def test_the_page_says_what_the_settings_are(make_site):
    site = make_site(address_days=7, sign_in_days=45, edit_minutes=1)
    shown = Reader(site).page("/privacy").one("main").words
    for words in ("two things for 7 days", "address: 45 days", "for 1 minute,", "30 days without use", "365 days"):
        assert words in shown
    assert "nothing is kept" in Reader(make_site(address_days=0)).page("/privacy").one("main").words


def test_every_page_leads_to_it_and_any_cache_may_keep_it(reader):
    assert reader.page("/").one("footer").has("a[href=/privacy]")
    response = reader.get("/privacy")
    assert response.cache_control.public
    assert reader.cookies() == {}


def test_a_submission_that_was_erased_is_not_posted_again_by_a_retry(site, slug):
    sent = submission(site, slug, reader_key=KEY)
    within(site, submissions.post, sent)
    erase(site, Whose(reader_key=KEY))
    with pytest.raises(submissions.AlreadySent):
        within(site, submissions.post, sent)
