"""What open pages are told: fragments of HTML that find their own place on the page, made once for everybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask import Flask, render_template

from blueprints.articles.models import What
from blueprints.comments import queries as comments
from blueprints.live import queries
from understory.db import AnyRow
from understory.streams import Told

#: Changes that are told one by one; a page that missed more is asked to load anew.
MOST_CHANGES = 100


class Conversations:
    """The source of the streams: topics are articles, versions are theirs."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def topic(self, slug: str) -> int | None:
        """The topic of an article's stream."""
        with self._as_reader():
            return queries.topic(slug)

    def version(self, topic: int) -> int:
        """The version that a thread is at."""
        with self._as_reader():
            return queries.version(topic)

    def since(self, topic: int, version: int) -> Told:
        """One event that brings a page from a version to now."""
        with self._as_reader():
            article = queries.article(topic)
            if article is None or article.version <= version:
                return Told(version, b"")
            changes = queries.changes(topic, version, MOST_CHANGES + 1)
            if len(changes) > MOST_CHANGES:
                html = render_template("live/_reload.html", article=article)
            else:
                html = _told(article, changes)
            return Told(article.version, _event(article.version, html))

    @contextmanager
    def _as_reader(self) -> Iterator[None]:
        """As a reader without any cookie: what is rendered here goes to everybody."""
        with self._app.test_request_context():
            yield


def _told(article: AnyRow, changes: Sequence[AnyRow]) -> str:
    """Each comment once, as it is now, in the order in which they changed first."""
    arrived = {change.comment_id for change in changes if change.what == What.ARRIVED}
    touched = dict.fromkeys(change.comment_id for change in changes if change.comment_id is not None)
    parts = [_comment(comment_id, comment_id in arrived) for comment_id in touched]
    whole = any(change.what == What.THREAD for change in changes)
    parts.append(render_template("live/_thread.html", article=article, whole=whole))
    return "".join(parts)


def _comment(comment_id: int, has_arrived: bool) -> str:
    comment = comments.one(comment_id)
    if comment is None:
        return ""
    return render_template(
        "live/_comment.html",
        comment=comment,
        has_arrived=has_arrived,
        behind=comments.just_before(comment) if has_arrived and comment.depth else None,
        root=comments.root_of(comment),
    )


def _event(version: int, html: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in html.strip().split("\n"))
    return f"id: {version}\n{lines}\n".encode()
