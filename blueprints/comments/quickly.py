"""Posts a comment past Flask, in one transaction with others, where nothing is to be said against it.

The form's own filters and validators read it, the operation of the view posts it, and the view's own fragment tells
of it. Whatever else becomes of it is the view's to tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from flask import Flask

from blueprints.articles import queries as articles
from blueprints.comments import submissions
from blueprints.comments.arriving import Origin
from blueprints.comments.forms import CommentForm, Values, fresh_form, submission_of
from blueprints.comments.models import State
from blueprints.comments.origins import BROWSER_LENGTH
from blueprints.comments.posted import Placed, fragments_of, placed
from blueprints.moderation import queries as moderation
from blueprints.spam.signs import Text
from understory import figures, limits, readers, settings
from understory.answers import Answer
from understory.direct import Errand, Sent
from understory.errors import Missing
from understory.reading import values_of
from understory.sanitize import comment_html

#: Longer texts, and such as are full of markup, take milliseconds to become HTML: the loop would do nothing else.
LONGEST, MOST_MARKS = 2000, 200
_MARK = re.compile(r"[\[\]*_`<>&\\\n\"]")


@dataclass(frozen=True)
class _Comment:
    """A comment that is about to be posted, all of it read that can be read without the database."""

    slug: str
    values: Values
    text: Text
    reader_key: str
    cookie: str
    sent: Sent


class Posting:
    """Posts for one application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._fragments = fragments_of(app)
        chosen = settings.of(app)
        self._limit = chosen.post_limit
        # Who may have to be waited for is not asked from here.
        self._is_open = not (chosen.redis_url or chosen.akismet_key)

    def plan(self, sent: Sent) -> Errand | None:
        """How to post what was sent; None for what its view has to look at."""
        values = values_of(CommentForm, sent.fields) if self._is_open and "preview" not in sent.fields else None
        # A name that is to be remembered changes the session.
        if values is None or values["remember"] or not self._is_at_once(values["body"], sent.address):
            return None
        text = Text(values["author"], values["email"] or None, comment_html(values["body"]))
        # Nobody else has to wait while it is read.
        _ = text.signs
        comment = _Comment(sent.path.split("/")[2], values, text, *self._reader(sent), sent)
        return Errand(partial(self._post, comment), partial(self._tell, comment))

    def _is_at_once(self, body: str, address: str) -> bool:
        """Whether a text takes little work, and work that is not for nothing because its sender was too fast."""
        is_little = len(body) <= LONGEST and len(_MARK.findall(body)) <= MOST_MARKS
        return is_little and limits.has_room(self._app, self._limit, "post", limits.household(address))

    def _reader(self, sent: Sent) -> tuple[str, str]:
        """The sender's key, a new one for a stranger, and the cookie that brings it back."""
        secret, cookie = self._app.secret_key or "", sent.cookies.get(readers.COOKIE, "")
        if key := readers.key_in(cookie, secret):
            return key, cookie
        key = readers.new_key()
        return key, readers.cookie_of(key, secret)

    def _post(self, comment: _Comment) -> Placed:
        article_id = articles.id_of(comment.slug)
        if article_id is None:
            raise Missing("There is no such article.")
        sent, key = comment.sent, comment.reader_key
        submission = submission_of(comment.values, article_id, key, sent.address)
        origin = Origin(sent.address, sent.browser[:BROWSER_LENGTH], is_held=moderation.is_held(key))
        place = placed(submissions.receive(submission, origin, comment.text))
        if place is None:
            raise Missing("There is no such comment.")
        return place

    def _tell(self, comment: _Comment, place: Placed) -> Answer | None:
        if place.posted.state != State.VISIBLE or place.comment.state != State.VISIBLE or not comment.sent.is_htmx:
            return None
        sent = comment.sent
        figures.of(self._app).posts.labels(place.posted.outcome).inc()
        body = self._fragments.text(place, fresh_form(self._app, comment.values, comment.slug, sent.token))
        headers = [
            ("content-type", "text/html; charset=utf-8"),
            ("location", f"/comments/{place.comment.id}"),
            ("hx-trigger", "acted"),
            ("set-cookie", readers.cookie_line(comment.cookie, is_secure=sent.is_secure)),
        ]
        if place.comment.depth:
            headers.append(("hx-reswap", "delete"))
        return Answer(201 if place.posted.is_new else 200, headers, body)
