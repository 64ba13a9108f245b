"""Accounts: made, checked, claimed."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from blueprints.accounts import operations, queries
from blueprints.accounts.models import Account, Claim, Role
from blueprints.accounts.operations import NameTaken
from tests.builders import PASSWORD, add_account, at_once, within
from understory.db import db, transaction
from understory.errors import Missing


def number_of(site, table) -> int:
    return within(site, lambda: db.session.scalar(select(func.count()).select_from(table)))


def test_a_password_is_kept_as_an_argon2id_hash(site, clock, monkeypatch, the_hasher):
    monkeypatch.setattr(operations, "_hasher", the_hasher)
    account = add_account(site, "Ada")
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert within(site, operations.check, "Ada", PASSWORD).id == account.id
    assert PASSWORD not in account.password_hash
    assert (account.name, account.folded_name, account.created_at) == ("Ada", "ada", clock.now)


def test_a_name_and_its_password_open_an_account(site):
    account = add_account(site, "Ada")
    assert within(site, operations.check, "ADA", PASSWORD).id == account.id
    assert within(site, operations.check, "Ada", PASSWORD + " ") is None
    assert within(site, operations.check, "Grace", PASSWORD) is None


@pytest.mark.parametrize("name", ["Ada", "ADA", "ada"])
def test_a_name_is_taken_in_any_case_of_letters(site, name):
    add_account(site, "Ada")
    with pytest.raises(NameTaken, match=f"There is an account named {name} already."):
        add_account(site, name)
    assert number_of(site, Account) == 1


def test_of_two_who_take_a_name_at_the_same_moment_one_gets_it(site):
    results = at_once(*[lambda: add_account(site, "Ada")] * 4)
    assert sum(isinstance(result, NameTaken) for result in results) == 3
    assert number_of(site, Account) == 1


def test_a_hash_of_older_strength_is_made_anew_at_sign_in(site, monkeypatch, the_hasher):
    monkeypatch.setattr(operations, "_hasher", the_hasher)
    account = add_account(site, "Ada")
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

    def weaken() -> None:
        with transaction() as session:
            session.execute(update(Account).values(password_hash=weak))

    within(site, weaken)
    assert within(site, operations.check, "Ada", PASSWORD).id == account.id
    assert within(site, queries.named, "Ada").password_hash not in (weak, account.password_hash)
    assert within(site, operations.check, "Ada", PASSWORD).id == account.id


def test_a_hash_that_cannot_be_read_opens_nothing(site):
    add_account(site, "Ada")

    def damage() -> None:
        with transaction() as session:
            session.execute(update(Account).values(password_hash="damaged"))

    within(site, damage)
    assert within(site, operations.check, "Ada", PASSWORD) is None


def test_a_claim_makes_the_first_admin_once(site):
    token = within(site, operations.offer_claim)
    assert within(site, operations.claim, token, "Ada", PASSWORD).role == Role.ADMIN
    with pytest.raises(Missing):
        within(site, operations.claim, token, "Grace", PASSWORD)
    assert number_of(site, Account) == 1


def test_of_many_who_claim_at_the_same_moment_one_becomes_admin(site):
    token = within(site, operations.offer_claim)
    names = [f"Ada {n}" for n in range(6)]
    results = at_once(*[lambda name=name: within(site, operations.claim, token, name, PASSWORD) for name in names])
    assert sum(isinstance(result, Missing) for result in results) == 5
    assert number_of(site, Account) == 1


def test_a_claim_by_a_taken_name_stays_open(site):
    add_account(site, "Ada", Role.READER)
    token = within(site, operations.offer_claim)
    with pytest.raises(NameTaken):
        within(site, operations.claim, token, "ada", PASSWORD)
    assert within(site, queries.is_open, token)
    assert within(site, operations.claim, token, "Grace", PASSWORD).role == Role.ADMIN


def test_a_newer_claim_ends_the_one_before(site):
    old, new = within(site, operations.offer_claim), within(site, operations.offer_claim)
    assert not within(site, queries.is_open, old)
    with pytest.raises(Missing):
        within(site, operations.claim, old, "Ada", PASSWORD)
    assert within(site, queries.is_open, new)
    assert number_of(site, Claim) == 1


def test_a_claim_ends_when_somebody_moderates(site):
    token = within(site, operations.offer_claim)
    add_account(site)
    assert not within(site, queries.is_open, token)
    with pytest.raises(Missing):
        within(site, operations.claim, token, "Ada", PASSWORD)
    assert number_of(site, Account) == 1


def test_a_token_is_not_kept(site):
    token = within(site, operations.offer_claim)
    claim = within(site, lambda: db.session.scalars(select(Claim)).one())
    assert token not in (claim.token_hash, "")
    assert len(token) >= 32


@pytest.mark.parametrize("session_id", ["", "1", "1:", ":", "x:y", "1:wrong", "999999:key", "-1:key"])
def test_a_session_that_is_not_the_accounts_own_opens_nothing(site, session_id):
    add_account(site)
    assert within(site, queries.of_session, session_id) is None


def test_only_moderators_and_admins_moderate(site):
    assert not within(site, queries.has_moderator)
    add_account(site, "Reader", Role.READER)
    assert not within(site, queries.has_moderator)
    add_account(site, "Admin", Role.ADMIN)
    assert within(site, queries.has_moderator)
