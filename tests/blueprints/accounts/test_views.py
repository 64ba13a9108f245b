"""Signing in and out, and the one-time link."""

from __future__ import annotations

import pytest

from blueprints.accounts import operations, queries, sessions
from blueprints.accounts.models import Role
from blueprints.accounts.views import NO_MATCH
from tests.builders import PASSWORD, Reader, add_account, signed_in, within
from tests.reading import page


@pytest.fixture
def mod(site):
    return add_account(site)


@pytest.fixture
def claim(site) -> str:
    return f"/claim/{within(site, operations.offer_claim)}"


def typed(response) -> dict[str, str]:
    return page(response).one("form").fields()


def is_signed_in(reader) -> bool:
    return reader.get("/admin/").status_code == 200


def test_the_right_password_leads_to_the_desk(mod, reader):
    response = reader.sign_in()
    assert (response.status_code, response.location) == (303, "/admin/")
    assert page(reader.follow(response)).has("form[action=/sign-out]")


@pytest.mark.parametrize(("name", "password"), [("mod", "wrong password"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(mod, reader, name, password):
    response = reader.sign_in(name, password)
    assert response.status_code == 422
    assert page(response).one(".notice").text == NO_MATCH
    assert typed(response)["name"] == name
    assert password not in response.text
    assert not is_signed_in(reader)


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("mod", ""), ("x" * 65, PASSWORD), ("mod", "x" * 201)])
def test_what_does_not_fit_is_said_at_its_field(mod, reader, name, password):
    response = reader.sign_in(name, password)
    assert response.status_code == 422
    assert page(response).has(".error")


def test_an_expired_form_is_one_press_from_signing_in(clock, mod, reader):
    sent = {**reader.form("/sign-in?next=/admin/log"), "name": "mod", "password": PASSWORD}
    clock.later(hours=13)
    response = reader.post("/sign-in", sent)
    assert response.status_code == 403
    assert (typed(response)["name"], typed(response)["next"]) == ("mod", "/admin/log")
    assert PASSWORD not in response.text
    assert reader.post("/sign-in", {**typed(response), "password": PASSWORD}).location == "/admin/log"


def test_a_guest_comes_back_to_where_they_were_going(mod, reader):
    response = reader.get("/admin/log?before=7")
    assert response.status_code == 302
    sent = {**page(reader.follow(response)).one("form").fields(), "name": "mod", "password": PASSWORD}
    assert reader.post("/sign-in", sent).location == "/admin/log?before=7"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
    ],
)
def test_nobody_is_sent_elsewhere(site, mod, reader, target):
    assert reader.sign_in(next=target).location == "/admin/"
    assert reader.browser.get("/sign-in", query_string={"next": target}).location == "/admin/"


def test_who_is_signed_in_already_is_sent_on(mod, reader):
    reader.sign_in()
    assert reader.get("/sign-in?next=/admin/log").location == "/admin/log"


@pytest.mark.parametrize("spread", ["one address", "one name"])
def test_guessing_is_slowed_down(make_site, spread):
    site = make_site(sign_in_limit="3 per minute")
    add_account(site)
    guesses = [
        (Reader(site, "203.0.113.7"), f"mod{n}") if spread == "one address" else (Reader(site, f"203.0.113.{n}"), "MOD")
        for n in range(4)
    ]
    answers = [reader.sign_in(name, "wrong password") for reader, name in guesses]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert "a little fast" in page(answers[-1]).one(".notice").text
    assert typed(answers[-1])["name"] == guesses[-1][1]


def test_the_right_password_does_not_help_while_slowed_down(make_site):
    site = make_site(sign_in_limit="1 per minute")
    add_account(site)
    reader = Reader(site)
    reader.sign_in("mod", "wrong password")
    assert reader.sign_in().status_code == 429
    assert not is_signed_in(reader)


def test_signing_in_takes_nothing_of_the_session_before(mod, reader):
    reader.get("/sign-in")
    before = reader.cookies()["understory"]
    token = reader.form("/sign-in")["csrf_token"]
    reader.sign_in()
    assert reader.cookies()["understory"] != before
    assert reader.post("/sign-out", {"csrf_token": token}).status_code == 403


def test_signing_out_ends_the_session(site):
    moderator = signed_in(site)
    response = moderator.post("/sign-out", {"csrf_token": moderator.token()})
    assert (response.status_code, response.location) == (303, "/")
    assert not is_signed_in(moderator)
    moderator.sign_in()
    assert not moderator.page("/admin/").has(".flash")


def test_ending_the_sessions_of_an_account_ends_them_at_once(site):
    here = signed_in(site)
    there = Reader(site)
    there.sign_in()

    assert is_signed_in(here)
    assert is_signed_in(there)
    within(site, sessions.end, within(site, queries.named, "mod").id, "somebody")
    assert not is_signed_in(here)
    assert not is_signed_in(there)


def test_a_session_lasts_thirty_days(clock, site):
    moderator = signed_in(site)
    clock.later(days=29)
    assert is_signed_in(moderator)
    clock.later(days=31)
    assert not is_signed_in(moderator)


def test_a_reader_who_signs_in_has_no_desk(site):
    somebody = signed_in(site, Role.READER, "Ada")
    assert somebody.get("/admin/").status_code == 403
    assert not somebody.page("/").has("form[action=/sign-out]")
    assert somebody.get("/").cache_control.public


def test_the_one_time_link_makes_the_first_admin(site, claim, reader):
    sent = {**reader.form(claim), "name": "Ada", "password": PASSWORD}
    response = reader.post(claim, sent)
    assert (response.status_code, response.location) == (303, "/admin/")
    assert "Welcome." in page(reader.follow(response)).one(".flash").text
    assert Reader(site).get(claim).status_code == 410
    assert Reader(site).post(claim, sent).status_code == 410
    assert Reader(site).sign_in("Ada").location == "/admin/"


@pytest.mark.parametrize(
    ("name", "password", "status"),
    [("", PASSWORD, 422), ("Ada", "short", 422), ("Ada", "", 422), ("x" * 65, PASSWORD, 422)],
)
def test_a_claim_that_does_not_fit_can_be_mended(claim, reader, name, password, status):
    response = reader.post(claim, {**reader.form(claim), "name": name, "password": password})
    assert response.status_code == status
    assert page(response).has(".error")
    assert reader.post(claim, {**typed(response), "name": "Ada", "password": PASSWORD}).status_code == 303


def test_a_claim_by_a_taken_name_can_be_mended(site, claim, reader):
    add_account(site, "Ada", Role.READER)
    response = reader.post(claim, {**reader.form(claim), "name": "ada", "password": PASSWORD})
    assert response.status_code == 409
    assert page(response).one(".notice").text == "There is an account named ada already."
    assert reader.post(claim, {**typed(response), "name": "Grace", "password": PASSWORD}).status_code == 303


def test_an_expired_claim_form_can_be_sent_again(clock, claim, reader):
    sent = {**reader.form(claim), "name": "Ada", "password": PASSWORD}
    clock.later(hours=13)
    response = reader.post(claim, sent)
    assert response.status_code == 403
    assert reader.post(claim, {**typed(response), "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("token", ["x", "x" * 500, "%00", "..", "é"])
def test_a_link_that_was_never_printed_is_gone(reader, token):
    assert reader.get(f"/claim/{token}").status_code in (404, 410)


def test_forms_of_accounts_are_kept_by_no_cache(claim, reader):
    for path in ("/sign-in", claim):
        assert reader.get(path).cache_control.no_store
