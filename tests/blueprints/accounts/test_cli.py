"""`flask moderators add`."""

from __future__ import annotations

import pytest

from blueprints.accounts import queries
from tests.builders import PASSWORD, Reader, add_account, within


@pytest.fixture
def run(site):
    def add(*given: str, typed: str = ""):
        return site.test_cli_runner().invoke(args=["moderators", "add", *given], input=typed)

    return add


def test_a_moderator_can_sign_in(site, run):
    result = run("  Ada   Lovelace ", "--password-stdin", typed=f"{PASSWORD}\n")
    assert (result.exit_code, result.output) == (0, "Ada Lovelace can sign in at /sign-in\n")
    assert Reader(site).sign_in("Ada Lovelace").location == "/admin/"


def test_a_password_is_asked_for_twice(site, run):
    result = run("Ada", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert within(site, queries.named, "Ada").is_moderator


@pytest.mark.parametrize("typed", ["", "short\n", "x" * 201 + "\n"])
def test_a_password_that_does_not_do_is_refused(site, run, typed):
    result = run("Ada", "--password-stdin", typed=typed)
    assert result.exit_code == 1
    assert result.stderr == "Error: The password must have 8 to 200 characters.\n"
    assert within(site, queries.named, "Ada") is None


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 65, "a\x1bb", "a\u202eb", "a\udcffb"])
def test_a_name_that_does_not_do_is_refused(run, name):
    result = run(name, "--password-stdin", typed=f"{PASSWORD}\n")
    assert result.exit_code == 2
    assert "1 to 64 printable characters" in result.stderr


def test_a_name_that_is_taken_is_refused(site, run):
    add_account(site, "Ada")
    result = run("ADA", "--password-stdin", typed="another password\n")
    assert result.exit_code == 1
    assert result.stderr == "Error: There is an account named ADA already.\n"
    assert Reader(site).sign_in("Ada").status_code == 303


@pytest.mark.parametrize("words", [["role", "a\udcff", "admin"], ["password", "a\udcff"], ["unlock", "a\udcff"]])
def test_a_name_in_no_utf_8_is_refused_by_each_command(site, words):
    result = site.test_cli_runner().invoke(args=["moderators", *words])
    assert result.exit_code == 2
    assert "printable characters" in result.stderr


@pytest.mark.parametrize("typed", [b"a password \xff\n", b"\xff" * 20])
def test_a_password_in_no_utf_8_is_refused(site, run, typed):
    result = run("Ada", "--password-stdin", typed=typed)
    assert (result.exit_code, result.stderr) == (1, "Error: The password is not text in UTF-8.\n")
    assert within(site, queries.named, "Ada") is None
