"""All pages of a thread become old at once while a crowd reads them: each is rendered once, whoever many wait."""

from __future__ import annotations

import random
import re
import time

from tests.served import Served

from .conftest import IS_LONG, Note
from .crowd import SLUG, Crowd, Poster, Working, agrees

FLUSHES = 40 if IS_LONG else 4
READERS = 8
PAGES = [f"/articles/{SLUG}", *(f"/articles/{SLUG}?before={number}" for number in range(2, 41))]


class Readers(Working):
    """Readers of all the pages, in no order, without a pause."""

    def __init__(self, site: Served) -> None:
        super().__init__(site, [self._read] * READERS)
        self.seconds: list[float] = []

    def _read(self, reader: Poster) -> None:
        answer = reader.guest("GET", random.choice(PAGES))
        assert answer.status == 200
        self.seconds.append(answer.seconds)

    def wait_for_reads(self, more: int) -> None:
        """Until so many more pages have been read than have been now."""
        wanted = len(self.seconds) + more
        while len(self.seconds) < wanted:
            assert self._troubles == [], self._troubles
            time.sleep(0.01)


def made(reader: Poster) -> int:
    """Pages rendered since the start; the processes tell it within a second or so."""
    time.sleep(2.5)
    found = re.search(
        r'^understory_pages_total\{given="made"\} ([0-9.e+]+)$', reader.guest("GET", "/metrics").text, re.M
    )
    return int(float(found[1]))


def test_a_flush_under_load_renders_each_page_once(site: Served, note: Note):
    with Crowd(site) as crowd:
        crowd.wait_for(50)
    poster, acknowledged = Poster(site), crowd.acknowledged
    before = made(poster)
    with Readers(site) as readers:
        for number in range(FLUSHES):
            readers.wait_for_reads(5 * len(PAGES))
            submission, body = f"flush-number-{number}", f"Flush number {number}"
            assert poster.send(body, submission).status == 303
            acknowledged[submission] = body
    # Before the first flush, and after each of them, once.
    assert made(poster) - before <= len(PAGES) * (FLUSHES + 1)
    slowest = sorted(readers.seconds)[int(0.99 * len(readers.seconds))]
    assert slowest < 2
    agrees(site, acknowledged)
    note(
        f"{len(PAGES)} pages old at once, {READERS} readers; after: slowest 1 % of reads",
        FLUSHES,
        [slowest],
        len(acknowledged),
    )
