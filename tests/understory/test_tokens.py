"""Tokens that are made and checked without a request: Flask-WTF's own, in both directions."""

from __future__ import annotations

import pytest
from flask import session
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms import ValidationError

from understory import tokens
from understory.security import TOKEN_SECONDS

HELD = "a secret of one session"


@pytest.fixture
def key(site) -> str:
    return site.secret_key


def is_taken_by_the_library(site, token: str, held: str = HELD) -> bool:
    with site.test_request_context():
        session[tokens.FIELD] = held
        try:
            validate_csrf(token)
        except ValidationError:
            return False
        return True


def is_taken_here(token: str, held: str, key: str, most: int) -> bool:
    return tokens.age(token, held, key, most) is not None


def of_the_library(site, held: str = HELD) -> str:
    with site.test_request_context():
        session[tokens.FIELD] = held
        return generate_csrf()


def test_either_takes_what_the_other_made(site, key):
    assert is_taken_by_the_library(site, tokens.made(HELD, key))
    assert is_taken_here(of_the_library(site), HELD, key, TOKEN_SECONDS)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "ImEi.x.y"])
def test_neither_takes_what_is_none(site, key, token):
    assert not is_taken_here(token, HELD, key, TOKEN_SECONDS)
    assert not is_taken_by_the_library(site, token)


def test_neither_takes_another_sessions_nor_another_sites(site, key):
    for token in (tokens.made("another secret", key), tokens.made(HELD, "another key")):
        assert not is_taken_here(token, HELD, key, TOKEN_SECONDS)
        assert not is_taken_by_the_library(site, token)


def test_a_token_has_its_time(site, key, clock):
    token = tokens.made(HELD, key)
    clock.later(seconds=TOKEN_SECONDS)
    assert tokens.age(token, HELD, key, TOKEN_SECONDS) == TOKEN_SECONDS
    assert is_taken_here(token, HELD, key, TOKEN_SECONDS)
    assert is_taken_by_the_library(site, token)
    clock.later(seconds=1)
    assert not is_taken_here(token, HELD, key, TOKEN_SECONDS)
    assert not is_taken_by_the_library(site, token)
