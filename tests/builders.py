"""Makes what a test is about in one line: articles, comments, moderators, and people with browsers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from blueprints.accounts import operations as accounts
from blueprints.accounts.models import Account, Role
from blueprints.articles import operations as articles
from blueprints.articles.models import Article
from blueprints.articles.operations import Draft
from blueprints.comments import submissions
from blueprints.comments.models import Comment, State
from blueprints.comments.submissions import Submission
from blueprints.moderation import operations as moderation
from blueprints.moderation.models import Act, By, LogEntry
from tests.reading import Element, page
from understory.db import db

HTMX = {"HX-Request": "true"}
PASSWORD = "correct horse battery"

Result = TypeVar("Result")

_fresh = itertools.count(1)


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def later(self, **step: float) -> datetime:
        self.now += timedelta(**step)
        return self.now

    def read(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()


def within(site: Flask, act: Callable[..., Result], *given: Any, **named: Any) -> Result:
    """What an operation or a query gives when the site calls it."""
    with site.app_context():
        return act(*given, **named)


def add_article(site: Flask, title: str = "A title", source: str = "Some text.", **more: Any) -> str:
    """An article's slug; published now unless `published_at` says when."""
    return within(site, articles.write, Draft(title=title, source=source, **more))


def article(site: Flask, slug: str) -> Article:
    return within(site, lambda: db.session.scalars(select(Article).where(Article.slug == slug)).one())


def submission(site: Flask, slug: str, body: str = "A thought.", **more: Any) -> Submission:
    given = {"submission_id": f"submission-{next(_fresh)}", "author": "Ada", **more}
    return Submission(article_id=article(site, slug).id, body=body, **given)


def add_comment(site: Flask, slug: str, body: str = "A thought.", state: State = State.VISIBLE, **more: Any) -> int:
    """A comment's id."""
    return within(site, submissions.post, submission(site, slug, body, **more), state).comment_id


def comment(site: Flask, comment_id: int) -> Comment:
    return within(site, lambda: db.session.get_one(Comment, comment_id))


def all_comments(site: Flask) -> list[Comment]:
    return within(site, lambda: list(db.session.scalars(select(Comment).order_by(Comment.id))))


def add_account(site: Flask, name: str = "mod", role: Role = Role.MODERATOR, password: str = PASSWORD) -> Account:
    return within(site, accounts.add, name, password, role)


def add_moderator(site: Flask, name: str = "mod") -> By:
    return By(add_account(site, name).id, name)


def moderate(site: Flask, act: Act, comment_id: int, by: By, reason: str = "") -> int:
    """Does one act and gives the id of its entry in the log."""
    within(site, moderation.act, act, comment_id, by, reason)
    return log(site)[-1].id


def log(site: Flask) -> list[LogEntry]:
    return within(site, lambda: list(db.session.scalars(select(LogEntry).order_by(LogEntry.id))))


def everything_in(site: Flask) -> dict[str, list[tuple]]:
    """Every row of every table."""

    def read() -> dict[str, list[tuple]]:
        tables = db.metadata.sorted_tables
        return {
            table.name: [tuple(row) for row in db.session.execute(select(table).order_by(*table.primary_key))]
            for table in tables
        }

    return within(site, read)


def at_once(*acts: Callable[[], Result]) -> list[Result | Exception]:
    """Runs the acts in threads that start together; gives what each returned or raised."""
    together = Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Result]) -> None:
        together.wait()
        try:
            results[place] = act()
        except Exception as error:  # noqa: BLE001  # it is a result like any other here
            results[place] = error

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class Reader:
    """Somebody with a browser: it keeps cookies, fills in forms and has an address."""

    def __init__(self, site: Flask, address: str = "203.0.113.7") -> None:
        self.browser = site.test_client()
        self.browser.environ_base["REMOTE_ADDR"] = address

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.browser.get(path, headers=_named(headers))

    def post(self, path: str, fields: dict[str, str], *, htmx: bool = False, **headers: str) -> TestResponse:
        # The form of a comment says that it is sent in parts.
        kind, data = in_parts(fields) if "submission_id" in fields else (None, fields)
        headers = {**_named(headers), **(HTMX if htmx else {})}
        return self.browser.post(path, data=data, content_type=kind, headers=headers)

    def follow(self, response: TestResponse) -> TestResponse:
        """Where an answer sends this browser."""
        assert 300 <= response.status_code < 400, response.status
        return self.get(response.location)

    def form(self, path: str, selector: str = "form") -> dict[str, str]:
        """The fields of a form as its page brings them."""
        return self.page(path).one(selector).fields()

    def page(self, path: str) -> Element:
        response = self.get(path)
        assert response.status_code == 200, response.status
        return page(response)

    def comment_form(self, slug: str, body: str = "A thought.", **more: Any) -> dict[str, str]:
        """The form under an article, filled in."""
        query = f"?parent_id={more['parent_id']}" if "parent_id" in more else ""
        fields = self.form(f"/articles/{slug}/comments/form{query}", "#comment-form")
        return {**fields, "author": "Ada", "body": body, **{name: str(value) for name, value in more.items()}}

    def comment(self, slug: str, body: str = "A thought.", *, htmx: bool = False, **more: Any) -> TestResponse:
        """Open the form, fill it in, send it."""
        return self.post(f"/articles/{slug}/comments", self.comment_form(slug, body, **more), htmx=htmx)

    def token(self) -> str:
        """A token that the forms of somebody who is signed in carry."""
        return self.form("/", "form[action=/sign-out]")["csrf_token"]

    def sign_in(self, name: str = "mod", password: str = PASSWORD, **more: str) -> TestResponse:
        fields = {**self.form("/sign-in"), "name": name, "password": password, **more}
        return self.post("/sign-in", fields)

    def cookies(self) -> dict[str, str]:
        with suppress(AttributeError):
            return {name: cookie.value for (_, _, name), cookie in self.browser._cookies.items()}
        raise AssertionError("the test client keeps its cookies elsewhere now")


def signed_in(site: Flask, role: Role = Role.MODERATOR, name: str = "mod") -> Reader:
    """Somebody with an account of that role, signed in."""
    add_account(site, name, role)
    somebody = Reader(site)
    assert somebody.sign_in(name).status_code == 303
    return somebody


def in_parts(fields: dict[str, str]) -> tuple[str, bytes]:
    """A form as browsers send it in parts, with its type; test clients end an empty part otherwise."""
    edge = "----AsBrowsersDo7MA4YWxkTrZu0gW"
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{v}\r\n' for name, v in fields.items()]
    return f"multipart/form-data; boundary={edge}", f"{''.join(parts)}--{edge}--\r\n".encode(errors="surrogatepass")


def path_of(location: str) -> str:
    """An address without its host and its anchor."""
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@contextmanager
def queries_of(site) -> Iterator[list[str]]:
    """What the database is asked meanwhile, without the marks that begin and end a transaction."""
    asked: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SET LOCAL lock_timeout")):
            asked.append(statement)

    def listen(connection, _record, _proxy) -> None:
        connection.set_trace_callback(note)

    def leave(connection, _record) -> None:
        if connection is not None:
            connection.set_trace_callback(None)

    def note_text(_connection, _cursor, statement, *_) -> None:
        note(statement)

    with site.app_context():
        engine = db.engine
    if engine.dialect.name != "sqlite":
        event.listen(engine, "before_cursor_execute", note_text)
        yield asked
        event.remove(engine, "before_cursor_execute", note_text)
        return
    event.listen(engine, "checkout", listen)
    event.listen(engine, "checkin", leave)
    yield asked
    event.remove(engine, "checkout", listen)
    event.remove(engine, "checkin", leave)
