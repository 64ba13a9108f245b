"""Bans: whom they shut out, for how long, and that whoever is shut out keeps their text."""

from __future__ import annotations

import pytest

from blueprints.spam.banning import Kind
from tests.builders import Reader, add_article, add_comment, all_comments, everything_in, signed_in
from tests.reading import page

from .moderators import ban, fields_of

PATH = "/admin/bans/new"


@pytest.fixture
def slug(site):
    return add_article(site)


@pytest.fixture
def moderator(site):
    return signed_in(site)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.EMAIL, "ada@example.org"),
        (Kind.EMAIL, "@example.org"),
        (Kind.EMAIL, "@org"),
        (Kind.ADDRESS, "203.0.113.0/24"),
        (Kind.WORDS, "some thing\nthought*"),
    ],
)
def test_a_ban_refuses_and_the_text_is_kept(site, slug, kind, value):
    ban(site, kind, value)
    for htmx in (False, True):
        response = Reader(site).comment(slug, "My thoughts.", email="Ada+x@Example.org", htmx=htmx)
        assert response.status_code == 403
        form = page(response).one("#comment-form")
        assert form.fields()["body"] == "My thoughts."
        assert "cannot be taken at the moment" in form.text
        assert "ban" not in form.text
    assert all_comments(site) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.EMAIL, "grace@example.org"),
        (Kind.EMAIL, "@ample.org"),
        (Kind.ADDRESS, "203.0.112.0/24"),
        (Kind.ADDRESS, "2001:db8::/32"),
        (Kind.WORDS, "thought"),
        (Kind.AUTHOR, "k" * 22),
    ],
)
def test_a_ban_is_about_nobody_else(site, slug, kind, value):
    ban(site, kind, value)
    assert Reader(site).comment(slug, "My thoughts.", email="ada@example.org").status_code == 303


@pytest.mark.parametrize("address", ["2001:db8:1:2::3", "::ffff:198.51.100.7"])
def test_a_range_holds_both_kinds_of_addresses(site, slug, address):
    ban(site, Kind.ADDRESS, "2001:db8::/32")
    ban(site, Kind.ADDRESS, "198.51.100.0/24")
    assert Reader(site, address).comment(slug).status_code == 403


def test_a_range_of_ipv4_that_is_written_as_ipv6_is_one_of_ipv4(site, slug, moderator):
    for written in ("::ffff:203.0.113.0/120", "::ffff:127.0.0.1"):
        fields = fields_of(moderator, PATH, ".ban-form", by_address="y", address=written)
        moderator.post(PATH, fields)
    shown = moderator.page("/admin/bans/").one("main").words
    assert "203.0.113.0/24" in shown
    assert "127.0.0.1" not in shown
    assert Reader(site).comment(slug).status_code == 403


def test_a_name_that_begins_with_a_plus_sign_is_one_person_s(site, slug, moderator):
    fields = fields_of(moderator, PATH, ".ban-form", by_email="y", email="+win@example.org")
    assert moderator.post(PATH, fields).status_code == 303
    assert Reader(site).comment(slug, email="ada@example.org").status_code == 303
    assert Reader(site).comment(slug, email="+win@example.org").status_code == 403


def test_an_author_is_known_by_their_browser_and_cannot_change_what_stands_either(site, slug):
    reader = Reader(site)
    reader.comment(slug)
    own = all_comments(site)[0]
    form = reader.form(f"/comments/{own.id}/edit", ".form")
    ban(site, Kind.AUTHOR, own.reader_key)
    assert reader.comment(slug, "Another").status_code == 403
    response = reader.post(f"/comments/{own.id}/edit", {**form, "body": "Other words"})
    assert response.status_code == 403
    assert "Other words" in response.text
    assert Reader(site).comment(slug, "Somebody else").status_code == 303


def test_a_ban_ends_by_itself(site, slug, clock):
    ban(site, Kind.EMAIL, "@example.org", until=clock.later(days=7))
    clock.later(days=-1)
    assert Reader(site).comment(slug, email="ada@example.org").status_code == 403
    clock.later(days=1)
    assert Reader(site).comment(slug, email="ada@example.org").status_code == 303


def test_a_moderator_is_not_shut_out(site, slug, moderator):
    ban(site, Kind.WORDS, "thought")
    assert moderator.comment(slug).status_code == 303


def test_the_form_is_filled_in_from_a_comment_and_bans_what_is_ticked(site, slug, moderator):
    reader = Reader(site)
    reader.comment(slug, email="Ada@example.org", author="Ada B.")
    cause = all_comments(site)[0].id
    for path in (f"{PATH}?comment={cause}", f"/admin/bans/form?comment={cause}"):
        fields = moderator.form(path, ".ban-form")
        assert fields["email"] == "Ada@example.org"
        assert fields["by_author"]
        assert "by_email" not in fields
    response = moderator.post(PATH, {**fields, "by_email": "y", "lasts": "for good", "reason": "Rude"})
    assert response.status_code == 303
    rows = [" ".join(row.text.split()) for row in page(moderator.get("/admin/bans/")).all("tr")]
    assert any("Ada B., known by their browser" in row and "for good" in row for row in rows)
    assert any("mod" in row and "banned e-mail ada@example.org" in row and "Rude" in row for row in rows)
    assert reader.comment(slug, "Again").status_code == 403
    assert Reader(site).comment(slug, "Again", email="ada@example.org").status_code == 403


def test_a_ban_is_made_in_place_too(site, moderator):
    fields = fields_of(moderator, PATH, ".ban-form", by_words="y", words="casino")
    response = moderator.post(PATH, fields, htmx=True)
    assert response.status_code == 200
    assert "The ban is in force." in response.text


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({}, "choose whom or what"),
        ({"by_email": "y", "email": "nowhere"}, "neither an e-mail address"),
        ({"by_address": "y", "address": "203.0.113"}, "not an address or a range"),
        ({"by_address": "y", "address": "0.0.0.0/0"}, "wider than /12"),
        ({"by_address": "y", "address": "2001::/16"}, "wider than /24"),
        ({"by_address": "y", "address": "127.0.0.1"}, "this machine itself"),
        ({"by_words": "y", "words": ""}, "give a word"),
        ({"by_words": "y", "words": "**"}, "no word or phrase"),
        ({"by_words": "y", "words": "x", "lasts": "an age"}, "Not a valid choice"),
        ({"by_words": "y", "words": "x", "reason": "x" * 501}, "too long"),
        ({"by_author": "y", "comment": "1"}, "Of this author nothing is known"),
    ],
)
def test_a_ban_that_makes_no_sense_is_refused_with_what_was_typed(site, slug, moderator, filled, said):
    add_comment(site, slug)
    before = everything_in(site)
    given = {"reason": "Because", **filled}
    for htmx in (False, True):
        response = moderator.post(PATH, fields_of(moderator, PATH, ".ban-form", **given), htmx=htmx)
        assert response.status_code == 422
        assert said in page(response).text
        assert page(response).one(".ban-form").fields()["reason"] == given["reason"]
    assert everything_in(site) == before


def test_a_stale_form_comes_back(moderator):
    response = moderator.post(PATH, fields_of(moderator, PATH, ".ban-form", csrf_token="", words="casino"))
    assert response.status_code == 403
    assert page(response).one(".ban-form").fields()["words"] == "casino"


def test_a_ban_of_no_such_comment_is_not_there(moderator):
    assert moderator.get(f"{PATH}?comment=999").status_code == 404
    assert moderator.get(f"{PATH}?comment=x").status_code == 400


def test_a_ban_is_lifted_once_and_the_log_says_both(site, slug, moderator):
    made = ban(site, Kind.WORDS, "thought")
    token = {"csrf_token": moderator.token()}
    fragment = moderator.post(f"/admin/bans/{made}/lift", token, htmx=True)
    assert "lifted" in fragment.text
    assert Reader(site).comment(slug).status_code == 303
    assert moderator.post(f"/admin/bans/{made}/lift", token).status_code == 409
    assert moderator.post("/admin/bans/99/lift", token).status_code == 404
    shown = page(moderator.get("/admin/bans/"))
    assert "Nobody is banned." in shown.text
    deeds = [" ".join(row.text.split()) for row in shown.all("tr")][1:]
    assert ["lifted the ban on words: thought" in deeds[0], "banned words: thought" in deeds[1]] == [True, True], deeds


def test_a_ban_can_be_lifted_by_a_plain_form(site, moderator):
    made = ban(site, Kind.WORDS, "thought")
    response = moderator.post(f"/admin/bans/{made}/lift", {"csrf_token": moderator.token()})
    assert (response.status_code, response.location) == (303, "/admin/bans/")
