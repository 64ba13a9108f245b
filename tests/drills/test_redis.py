"""Redis beside the site: counted together while it is there, each process alone while it is not, no limit ever off."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
import redis

from tests.reading import read
from tests.served import Served, free_port, serving

from .conftest import Note
from .crowd import FORM, Poster, agrees

#: Attempts that are let through, in posting and in signing in alike.
ALLOWED = 6

#: How soon all count together again once Redis is back, in seconds.
TOGETHER_AGAIN = 10


class Redis:
    """A server with nothing on its disk."""

    def __init__(self) -> None:
        self.port = free_port()

    def start(self) -> None:
        command = shutil.which("redis-server")
        assert command, "redis-server is missing: apt-get install redis-server"
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._server = subprocess.Popen([command, *words], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while True:
            try:
                self.client().ping()
            except redis.ConnectionError:
                assert time.monotonic() < deadline, "Redis does not come up"
            else:
                return

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port)

    def kill(self) -> None:
        self._server.kill()
        self._server.wait()


@pytest.fixture
def counter() -> Iterator[Redis]:
    server = Redis()
    server.start()
    yield server
    server.kill()


@contextmanager
def two_processes(folder: Path, counter: Redis, **more: object) -> Iterator[Served]:
    with serving(folder, workers=2, redis_url=f"redis://127.0.0.1:{counter.port}/0", **more) as site:
        yield site


def statuses(poster: Poster, number: int) -> list[int]:
    keys = [secrets.token_urlsafe(16) for _ in range(number)]
    return [poster.send(f"Comment {key}", key).status for key in keys]


def sign_ins(site: Served, number: int) -> list[int]:
    """Attempts with a wrong password, each on a connection of its own, so that both processes get some."""
    found = []
    for _ in range(number):
        poster = Poster(site)
        token = read(poster.ask("GET", "/sign-in").text).one("form").fields()["csrf_token"]
        sent = {"csrf_token": token, "name": "somebody", "password": "a wrong one"}
        found.append(poster.ask("POST", "/sign-in", urlencode(sent)).status)
    return found


def test_two_processes_count_together_and_alone_while_redis_is_gone(tmp_path, counter, note: Note):
    limit = f"{ALLOWED} per hour"
    with two_processes(tmp_path, counter, post_limit=limit, sign_in_limit=limit, thread_limit="off") as site:
        poster = Poster(site)
        assert statuses(poster, ALLOWED + 2) == [303] * ALLOWED + [429] * 2
        assert sign_ins(site, ALLOWED + 2).count(429) == 2

        counter.kill()
        reads = sorted(poster.ask("GET", FORM).seconds for _ in range(40))
        assert reads[-2] < 1
        # Each of the two counts alone: twice as many at most get through.
        assert 0 < statuses(poster, 3 * ALLOWED).count(303) <= 2 * ALLOWED
        assert sign_ins(site, 3 * ALLOWED).count(429) >= ALLOWED

        counter.start()
        began = time.monotonic()
        while not counter.client().dbsize():
            assert time.monotonic() - began < TOGETHER_AGAIN, "nobody counts together again"
            statuses(poster, 1)
        seconds = time.monotonic() - began
        agrees(site, {})
    note("Redis killed and started again under posts and sign-ins", 1, [seconds], ALLOWED)


def test_a_site_starts_without_its_redis(tmp_path):
    with serving(tmp_path, redis_url=f"redis://127.0.0.1:{free_port()}/0", post_limit="1 per hour") as site:
        assert statuses(Poster(site), 2) == [303, 429]
