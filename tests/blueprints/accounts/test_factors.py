"""The second factor: codes from a telephone, and recovery codes."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import select

from blueprints.accounts import factors, queries
from blueprints.accounts.models import Account, Role
from tests.builders import PASSWORD, Reader, add_account, signed_in, within
from tests.reading import page
from understory.db import db


class Telephone:
    """Keeps a secret and shows its codes."""

    def __init__(self, secret: str, clock) -> None:
        self.totp, self.clock = pyotp.TOTP(secret), clock

    def code(self) -> str:
        return self.totp.at(self.clock.now)


def turn_on(somebody, clock) -> tuple[Telephone, list[str]]:
    """Has a telephone show codes; gives it, and the recovery codes."""
    form = somebody.page("/account/telephone").one("form[action=/account/telephone]")
    telephone = Telephone(form.one("code").text, clock)
    sent = {**form.fields(), "code": telephone.code(), "password": PASSWORD}
    response = somebody.post("/account/telephone", sent)
    assert (response.status_code, response.location) == (303, "/account/codes")
    return telephone, [code.text for code in page(somebody.follow(response)).all("code")]


def second_step(reader, code: str):
    return reader.post("/sign-in/second", {**reader.form("/sign-in/second"), "code": code})


@pytest.fixture
def half(site, clock):
    """Somebody whose password was right, with a telephone and recovery codes."""
    telephone, codes = turn_on(signed_in(site), clock)
    clock.later(minutes=2)
    reader = Reader(site)
    assert reader.sign_in(next="/admin/log").location == "/sign-in/second"
    return reader, telephone, codes


def test_a_password_alone_opens_nothing(half):
    reader, _, _ = half
    assert reader.get("/admin/").status_code == 302
    assert reader.get("/account").status_code == 302


def test_password_and_code_lead_to_where_one_wanted_to_go(half):
    reader, telephone, _ = half
    response = second_step(reader, telephone.code())
    assert (response.status_code, response.location) == (303, "/admin/log")
    assert reader.get("/admin/").status_code == 200


def test_a_code_opens_once(site, half):
    reader, telephone, _ = half
    code = telephone.code()
    assert second_step(reader, code).status_code == 303
    other = Reader(site)
    other.sign_in()
    assert second_step(other, code).status_code == 422


@pytest.mark.parametrize("off", [-30, 30])
def test_a_telephone_s_clock_may_be_half_a_minute_off(clock, half, off):
    reader, telephone, _ = half
    code = telephone.totp.at(int(clock.now.timestamp()) + off)
    assert second_step(reader, code).status_code == 303


@pytest.mark.parametrize("code", ["", "000000", "é23456", "x" * 41, "12345", "abcd-abcd-abcd-abcd"])
def test_a_wrong_code_is_told_and_opens_nothing(half, code):
    reader, _, _ = half
    assert second_step(reader, code).status_code == 422
    assert reader.get("/admin/").status_code == 302


def test_a_recovery_code_opens_once(site, half):
    reader, _, codes = half
    assert len(codes) == factors.RECOVERY_CODES
    assert second_step(reader, codes[0].upper()).status_code == 303
    other = Reader(site)
    other.sign_in()
    assert second_step(other, codes[0]).status_code == 422
    assert second_step(other, codes[1]).status_code == 303
    assert within(site, queries.codes_left, 1) == factors.RECOVERY_CODES - 2


def test_one_s_recovery_codes_open_nobody_else_s_account(site, clock, half):
    _, _, codes = half
    turn_on(signed_in(site, Role.MODERATOR, "Grace"), clock)
    other = Reader(site)
    other.sign_in("Grace")
    assert second_step(other, codes[0]).status_code == 422


def test_guessing_codes_is_slowed_down(make_site, clock):
    site = make_site(sign_in_limit="5 per minute")
    turn_on(signed_in(site), clock)
    reader = Reader(site)
    reader.sign_in()
    statuses = [second_step(reader, "000000").status_code for _ in range(6)]
    assert statuses[0] == 422
    assert statuses[-1] == 429


def test_the_second_step_waits_ten_minutes(clock, half):
    reader, telephone, _ = half
    clock.later(minutes=11)
    response = reader.post("/sign-in/second", {"code": telephone.code()})
    assert (response.status_code, response.location) == (303, "/sign-in")


def test_codes_are_shown_once_and_kept_as_hashes(site, clock):
    somebody = signed_in(site)
    _, codes = turn_on(somebody, clock)
    assert "shown once" in somebody.page("/account/codes").one("main").words
    kept = within(site, lambda: db.session.execute(select(Account.totp_secret)).scalar_one())
    assert kept not in codes


def test_the_secret_is_not_in_the_database(site, clock):
    telephone, _ = turn_on(signed_in(site), clock)
    kept = within(site, lambda: db.session.execute(select(Account.totp_secret)).scalar_one())
    assert telephone.totp.secret not in kept


def test_turning_it_on_needs_the_password_and_a_code_of_this_moment(site, clock):
    somebody = signed_in(site)
    form = somebody.page("/account/telephone").one("form[action=/account/telephone]")
    code = Telephone(form.one("code").text, clock).code()
    for wrong in ({"code": "000000", "password": PASSWORD}, {"code": code, "password": "wrong"}):
        response = somebody.post("/account/telephone", {**form.fields(), **wrong})
        assert response.status_code == 422
        assert form.one("code").text in response.text
    assert Reader(site).sign_in().location == "/admin/"


def test_turning_it_off_needs_the_password(site, clock):
    somebody = signed_in(site)
    turn_on(somebody, clock)
    path = "/account/second-factor/off"
    fields = somebody.form(path, f"form[action={path}]")
    assert somebody.post(path, {**fields, "password": "wrong"}).status_code == 422
    assert Reader(site).sign_in().location == "/sign-in/second"
    assert somebody.post(path, {**fields, "password": PASSWORD}).status_code == 303
    assert Reader(site).sign_in().location == "/admin/"


def test_new_recovery_codes_end_the_old_ones(site, clock, half):
    reader, telephone, codes = half
    second_step(reader, telephone.code())
    path = "/account/codes/new"
    response = reader.post(path, {**reader.form(path, f"form[action={path}]"), "password": PASSWORD})
    fresh = [code.text for code in page(reader.follow(response)).all("code")]
    other = Reader(site)
    other.sign_in()
    assert second_step(other, codes[5]).status_code == 422
    assert second_step(other, fresh[0]).status_code == 303


def test_an_admin_helps_somebody_who_lost_both(site, clock):
    grace = signed_in(site, Role.MODERATOR, "Grace")
    turn_on(grace, clock)
    admin = signed_in(site, Role.ADMIN, "Ada")
    account = within(site, queries.named, "Grace")
    admin.post(f"/admin/people/{account.id}/second-factor/off", {"csrf_token": admin.token()})
    assert grace.get("/admin/").status_code == 302
    assert Reader(site).sign_in("Grace").location == "/admin/"


def test_the_shell_helps_when_nobody_can(site, clock):
    turn_on(signed_in(site), clock)
    run = site.test_cli_runner().invoke
    assert run(args=["moderators", "unlock", "MOD"]).output == "mod signs in with the password alone\n"
    assert run(args=["moderators", "password", "mod", "--password-stdin"], input="a fresh password\n").exit_code == 0
    assert Reader(site).sign_in(password="a fresh password").location == "/admin/"
    assert run(args=["moderators", "role", "mod", "admin"]).output == "mod is admin\n"
    result = run(args=["moderators", "role", "mod", "reader"])
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: This is the last admin. Make somebody else an admin first.\n",
    )
    assert run(args=["moderators", "unlock", "nobody"]).exit_code == 1


def test_an_admin_can_be_made_from_the_shell(site):
    run = site.test_cli_runner().invoke
    assert run(args=["moderators", "add", "Ada", "--admin", "--password-stdin"], input=f"{PASSWORD}\n").exit_code == 0
    assert within(site, queries.named, "Ada").is_admin
    assert add_account(site, "Grace").role == Role.MODERATOR
