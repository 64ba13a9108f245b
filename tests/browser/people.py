"""Readers and moderators who set the scene: they use the site's own forms, by HTTP and without a browser."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from itertools import count
from typing import Any

from playwright.sync_api import APIRequestContext, Playwright

from tests.served import Served

MODERATOR = "Morag Moderator"
PASSWORD = "four words and more"

_numbers = count(1)


@dataclass(frozen=True)
class Article:
    """An article that one test has for itself."""

    slug: str
    title: str

    @property
    def path(self) -> str:
        return f"/articles/{self.slug}"


class Person:
    """Somebody with cookies of their own. Forms are sent with the token of one page fetched before."""

    def __init__(self, playwright: Playwright, served: Served) -> None:
        self.http: APIRequestContext = playwright.request.new_context(base_url=served.address)
        self._token = ""

    def leave(self) -> None:
        self.http.dispose()

    def comment(self, article: Article, body: str = "As I see it.", author: str = "Ada", parent_id: int = 0) -> int:
        """Post a comment and give its id."""
        if not self._token:
            self._token = self._token_on(f"{article.path}/comments/form")
        sent = {
            "csrf_token": self._token,
            "submission_id": secrets.token_urlsafe(18),
            "author": author,
            "body": body,
            "parent_id": str(parent_id or ""),
        }
        answer = self.http.post(f"{article.path}/comments", form=sent, headers={"HX-Request": "true"})
        assert answer.status == 201, answer.text()
        return int(answer.headers["location"].rpartition("/")[2])

    def comments(self, article: Article, number: int) -> list[int]:
        """Post "Comment 1" to "Comment `number`" and give their ids in the order posted."""
        return [self.comment(article, f"Comment {n}", f"Reader {n}") for n in range(1, number + 1)]

    def _token_on(self, path: str) -> str:
        page = self.http.get(path).text()
        return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]


class Moderator(Person):
    """Somebody who is signed in."""

    def __init__(self, playwright: Playwright, served: Served, name: str = MODERATOR) -> None:
        super().__init__(playwright, served)
        token = self._token_on("/sign-in")
        answer = self.http.post("/sign-in", form={"csrf_token": token, "name": name, "password": PASSWORD})
        assert answer.url.endswith("/admin/"), answer.text()
        self._token = self._token_on("/admin/articles/new")

    @property
    def cookies(self) -> Any:
        """What a browser needs to go on as this person."""
        return self.http.storage_state()

    def article(self, title: str = "", source: str = "", **fields: str) -> Article:
        """Publish an article; each has an address of its own."""
        number = next(_numbers)
        slug = f"story-{number}-{secrets.token_hex(3)}"
        title = title or f"Story number {number}"
        sent = {"csrf_token": self._token, "slug": slug, "title": title, "source": source or "It was a quiet day."}
        answer = self.http.post("/admin/articles/new", form={**sent, **fields})
        assert answer.url.endswith(slug), answer.text()
        return Article(slug, title)

    def delete(self, comment_id: int, reason: str = "") -> None:
        """Take a comment off the site."""
        sent = {"csrf_token": self._token, "reason": reason}
        answer = self.http.post(f"/admin/comments/{comment_id}/delete", form=sent)
        assert answer.ok, answer.text()

    def close(self, article: Article) -> None:
        """Take no more comments under an article."""
        answer = self.http.post(f"/admin{article.path}/close", form={"csrf_token": self._token})
        assert answer.ok, answer.text()

    def reopen(self, article: Article) -> None:
        """Take comments again."""
        answer = self.http.post(f"/admin{article.path}/open", form={"csrf_token": self._token})
        assert answer.ok, answer.text()

    def approve(self, comment_id: int) -> None:
        """Let a waiting comment onto the site."""
        answer = self.http.post(f"/admin/comments/{comment_id}/approve", form={"csrf_token": self._token})
        assert answer.ok, answer.text()

    def restore(self, comment_id: int) -> None:
        """Put a deleted comment back."""
        answer = self.http.post(f"/admin/comments/{comment_id}/restore", form={"csrf_token": self._token})
        assert answer.ok, answer.text()
