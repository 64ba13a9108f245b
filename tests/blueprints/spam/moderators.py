"""What the tests of this folder do as moderators."""

from __future__ import annotations

from typing import Any

from blueprints.spam import judging, operations, queries
from blueprints.spam.banning import Kind
from blueprints.spam.operations import Grounds, Who
from blueprints.spam.rules import Rules
from tests.builders import Reader, within

SOMEBODY = Who(None, "mod")


def put_in_force(site, **rules: Any) -> None:
    """These rules, and no learning unless it is among them."""
    within(site, operations.save_rules, Rules(**{"learned": False, **rules}), SOMEBODY)


def ban(site, kind: Kind, value: str, **more: Any) -> int:
    return within(site, operations.ban, [Grounds(kind, value, **more)], SOMEBODY)[0]


def in_force(site) -> Rules:
    return within(site, judging.rules_here)


def learned(site) -> tuple[int, int]:
    """How many comments the site has learned from, as spam and as good ones."""
    read = within(site, queries.known, []).read
    return read.spam, read.ham


def fields_of(moderator: Reader, path: str, selector: str, **filled: str) -> dict[str, str]:
    """A form as its page brings it, filled in."""
    return {**moderator.form(path, selector), **filled}
