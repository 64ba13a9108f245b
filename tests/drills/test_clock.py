"""A clock that is set an hour or a day off, forward and back: order, places, sessions and limits stay as they are."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import Served, serving

from .conftest import Note
from .crowd import SLUG, Poster, agrees

PASSWORD = "correct horse battery staple"  # of an account that lives for a minute

#: The page in which the drill's posters meet; five comments are on a page.
PATH = f"/articles/{SLUG}"


def _library() -> Path:
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


class Clock:
    """What the site takes for the time, by libfaketime."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "time"
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds: int) -> None:
        """So far ahead of the right time."""
        self._file.write_text(f"{seconds:+d}s\n")


@pytest.fixture
def clock(tmp_path) -> Clock:
    return Clock(tmp_path)


@pytest.fixture
def site(tmp_path, clock) -> Iterator[Served]:
    with serving(tmp_path, thread_limit="off", post_limit="40 per minute", surroundings=clock.environment) as served:
        yield served


class Moderator(Poster):
    """Somebody with an account, signed in."""

    def __init__(self, site: Served) -> None:
        super().__init__(site)
        site.flask("moderators", "add", "mod", "--password-stdin", typed=PASSWORD)
        page = self.ask("GET", "/sign-in").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        answer = self.ask("POST", "/sign-in", f"csrf_token={token}&name=mod&password={PASSWORD.replace(' ', '+')}")
        assert answer.status == 303

    def is_signed_in(self) -> bool:
        return self.ask("GET", "/admin/").status == 200


def bodies(answer) -> list[str]:
    """The numbers of the comments in a page, in its order; linked data in it names them a second time."""
    return list(dict.fromkeys(re.findall(r"Comment (\d+) of this drill", answer.text)))


def send(poster: Poster, number: int) -> tuple[str, str, int]:
    submission, body = secrets.token_urlsafe(16), f"Comment {number} of this drill"
    answer = poster.send(body, submission)
    if answer.status == 403:
        # The form is older than a form may be: the same text comes back in a new one, which is sent as it stands.
        assert body in answer.text
        poster.take_form(answer.text)
        answer = poster.send(body, submission)
    return submission, body, answer.status


def test_a_clock_that_is_set(site: Served, clock: Clock, note: Note):
    moderator, poster = Moderator(site), Poster(site)
    acknowledged: dict[str, str] = {}
    number, waits = 0, []
    for offset in (0, 3600, -3600, 86400, -86400, 0):
        clock.set(offset)
        began = time.monotonic()
        assert moderator.is_signed_in()
        for who in (poster, Poster(site)):
            number += 1
            submission, body, status = send(who, number)
            assert status == 303
            acknowledged[submission] = body
            newest = [str(number - back) for back in range(min(number, 5))]
            assert bodies(poster.ask("GET", PATH))[: len(newest)] == newest
        waits.append(time.monotonic() - began)
        assert bodies(poster.ask("GET", f"{PATH}?before=3")) == ["2", "1"], "a link to a place has shifted"
    agrees(site, acknowledged)
    note("the clock an hour and a day off, forward and back", 5, waits, len(acknowledged))


def test_limits_hold_and_end_whatever_the_clock_says(site: Served, clock: Clock):
    poster = Poster(site)
    for offset in (86400, -86400):
        clock.set(offset)
        statuses = [send(poster, number)[2] for number in range(45)]
        assert statuses[:20] == [303] * 20, "what was counted before stands in nobody's way"
        assert 429 in statuses
