"""Who counts as one, and what is said to somebody who is too fast."""

from __future__ import annotations

import pytest

from understory import limits
from understory.errors import TooMany


def client_at(site, address: str | None) -> str:
    with site.test_request_context(environ_base={"REMOTE_ADDR": address} if address else {}):
        return limits.client()


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (None, "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_a_household_counts_as_one(site, address, counted):
    assert client_at(site, address) == counted


def test_a_limit_counts_each_one_alone(site):
    with site.app_context():
        limits.take("2 per minute", "post", "a")
        limits.take("2 per minute", "post", "a")
        limits.take("2 per minute", "post", "b")
        limits.take("2 per minute", "sign in", "a")
        with pytest.raises(TooMany) as refusal:
            limits.take("2 per minute", "post", "a")
    assert 1 <= refusal.value.seconds <= 60
    assert refusal.value.message.startswith("That was a little fast. Please try again in ")


def test_no_rule_is_no_limit(site):
    with site.app_context():
        for _ in range(1000):
            limits.take("", "post", "a")


def test_the_narrowest_of_several_rules_holds(site):
    with site.app_context():
        limits.take("100 per minute; 1 per hour", "post", "a")
        with pytest.raises(TooMany, match="60 minutes"):
            limits.take("100 per minute; 1 per hour", "post", "a")


def test_whether_there_is_room_can_be_asked_without_counting(site):
    assert all(limits.has_room(site, "1 per minute", "post", "a") for _ in range(3))
    with site.app_context():
        limits.take("1 per minute", "post", "a")
    assert not limits.has_room(site, "1 per minute", "post", "a")
    assert limits.has_room(site, "1 per minute", "post", "b")
    assert limits.has_room(site, "", "post", "a")
