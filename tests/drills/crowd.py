"""Posters who never give up: each sends a comment until somebody acknowledges it, as a browser's retry does."""

from __future__ import annotations

import http.client
import re
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Self
from urllib.parse import urlencode

from tests.served import Served

SLUG = "welcome-to-understory"
FORM = f"/articles/{SLUG}/comments/form"
POST = f"/articles/{SLUG}/comments"

#: How long a poster waits for an answer, in seconds: longer than the site waits for its database.
PATIENCE = 30


@dataclass
class Answer:
    """What came back, and after how many seconds."""

    status: int
    text: str
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)


class Poster:
    """A browser with a form open."""

    def __init__(self, site: Served) -> None:
        self._port = int(site.address.rpartition(":")[2])
        self._cookies: dict[str, str] = {}
        self.take_form(self.ask("GET", FORM).text)

    def take_form(self, page: str) -> None:
        """Go on with the form in this page."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
        self._token = found[1]

    def send(self, body: str, submission: str) -> Answer:
        fields = {"csrf_token": self._token, "author": "Grace", "body": body, "submission_id": submission}
        return self.ask("POST", POST, urlencode(fields))

    def more_headers(self) -> dict[str, str]:
        """What this browser sends beside the rest."""
        return {}

    def guest(self, method: str, path: str) -> Answer:
        """What somebody gets who was never here."""
        cookies, self._cookies = self._cookies, {}
        try:
            return self.ask(method, path)
        finally:
            self._cookies = cookies

    def ask(self, method: str, path: str, sent: str | None = None) -> Answer:
        """One request on a connection of its own. Raises OSError and HTTPException where nobody answers."""
        began = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)) as connection:
            headers = self.more_headers() | {
                "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            }
            if sent is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            return Answer(answer.status, text, time.monotonic() - began, dict(answer.headers))


class Working:
    """Visitors at work in threads until the block ends; `acknowledged` holds what was sent under each submission that
    was answered for. What troubles one of them is raised where the block is."""

    def __init__(self, site: Served, works: Sequence[Callable[[Poster], None]]) -> None:
        self.acknowledged: dict[str, str] = {}
        self._site = site
        self._ended = Event()
        self._troubles: list[BaseException] = []
        self._threads = [Thread(target=self._work, args=(work,)) for work in works]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        assert self._troubles == []

    def wait_for(self, more: int) -> None:
        """Until so many more comments are acknowledged than are now."""
        wanted, deadline = len(self.acknowledged) + more, time.monotonic() + 120
        while len(self.acknowledged) < wanted:
            assert self._troubles == [], self._troubles
            assert time.monotonic() < deadline, f"{len(self.acknowledged)} of {wanted} are acknowledged"
            self._ended.wait(0.02)

    def _work(self, work: Callable[[Poster], None]) -> None:
        try:
            visitor = Poster(self._site)
            while not self._ended.is_set():
                work(visitor)
        except BaseException as trouble:  # noqa: BLE001  # it is told by `__exit__`, in the thread that looks
            self._troubles.append(trouble)


class Crowd(Working):
    """Several posters who never give up."""

    def __init__(self, site: Served, posters: int = 4) -> None:
        super().__init__(site, [self._post] * posters)
        self.refused = 0

    def _post(self, poster: Poster) -> None:
        self._insist(poster, f"A comment, {secrets.token_hex(8)}")

    def _insist(self, poster: Poster, body: str) -> None:
        submission = secrets.token_urlsafe(16)
        while True:
            try:
                answer = poster.send(body, submission)
            except (OSError, http.client.HTTPException):
                # Nobody is there, or nobody is there any more: what became of it only another try can tell.
                if self._ended.wait(0.05):
                    return
                continue
            if answer.status == 303:
                self.acknowledged[submission] = body
                return
            assert answer.status == 503, f"{answer.status}: {answer.text[:500]}"
            self.refused += 1
            if self._ended.wait(0.1):
                return


def agrees(site: Served, acknowledged: dict[str, str]) -> None:
    """Every acknowledged comment is there once and whole, and all that is stored agrees."""
    rows = site.rows("SELECT submission_id, source FROM comments WHERE author = 'Grace'")
    stored = dict(rows)
    assert {submission: stored.get(submission) for submission in acknowledged} == acknowledged
    assert len(rows) == len(stored) == len({source for _, source in rows})
    assert site.flask("check").endswith("All is well.\n")
