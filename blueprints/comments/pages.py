"""An article's page, and the pages below it, as everybody gets them who is no moderator.

The frame around the comments is a stencil too, so a page is two queries and the filling of holes. It asks nothing of
a request, which is why the front can have it made without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import cast

from flask import Flask, g, render_template
from werkzeug.exceptions import BadRequest

from blueprints.articles import queries
from blueprints.comments import threads
from blueprints.comments.cards import Holes, cards_of
from blueprints.comments.places import Branch, asked_in
from blueprints.comments.threads import Thread
from blueprints.feeds.linked_data import of_page
from understory import settings
from understory.answers import Answer
from understory.db import AnyRow
from understory.shortcut import Asking
from understory.stencils import Hole, Stencil
from understory.templating import filters

#: What an article may lack; the shape of its page depends on whether it does.
_OPTIONAL = ("author", "summary", "previous_slug", "previous_title", "next_slug", "next_title")

#: What there is one way of only, or two.
_KNOWN = ("closed", "published")

#: What is no column of an article.
_GIVEN = ("site", "linked_data", "asked", "above", "below")

#: Where the comments come in; without any, the frame is whole.
_GROUPS = Hole("groups")

Shape = tuple[object, ...]

#: What stands before the comments of a page, and what after them.
Frame = list[Stencil]


class Pages:
    """The frames of one application's pages, and what fills them."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._size = settings.of(app).comments_per_page
        self._cards = cards_of(app)
        self._frames: dict[Shape, Frame] = {}

    def article(self, asking: Asking) -> Answer | None:
        """The page of an article; None for what is not to be had this way, and is for its view to say."""
        return self._answer(asking, self.whole, with_pinned=False)

    def fragment(self, asking: Asking) -> Answer | None:
        """A page of its conversation, to be put below what a reader sees already."""
        return self._answer(asking, self.part, with_pinned=True)

    def whole(self, article: AnyRow, thread: Thread, site: str) -> bytes:
        """The page of an article without a pinned comment, with the address that the site has for who asks."""
        given = {"linked_data": of_page(article, thread.groups, site), "site": site}
        return self._fill("articles/show.html", article, thread, given, focus=False)

    def part(self, article: AnyRow, thread: Thread, _site: str = "") -> bytes:
        """The fragment, whose first comment takes the focus."""
        return self._fill("comments/_thread.html", article, thread, {}, focus=True)

    def _answer(
        self, asking: Asking, render: Callable[[AnyRow, Thread, str], bytes], *, with_pinned: bool
    ) -> Answer | None:
        try:
            asked = asked_in(asking.query)
        except BadRequest:
            return None
        if isinstance(asked, Branch):
            return None
        article = queries.published(asking.path.split("/")[2])
        if article is None or (article.pinned_id is not None and not with_pinned):
            return None
        thread = threads.page(article.id, asked, self._size)
        return Answer.shared(render(article, thread, asking.site), article.id, article.version)

    def _fill(
        self, template: str, article: AnyRow, thread: Thread, given: Mapping[str, object], *, focus: bool
    ) -> bytes:
        frame = self._frames.get(shape := _shape(template, article, thread))
        if frame is None:
            frame = self._frames[shape] = self._cut(template, article, thread)
        places = {
            name: place.query
            for name, place in (("asked", thread.asked), ("above", thread.above), ("below", thread.below))
            if place is not None
        }
        given = {**given, **places}
        parts = [part.text(article, given) for part in frame]
        return self._cards.groups(thread.groups, article.slug, focus).join(parts)

    def _cut(self, template: str, article: AnyRow, thread: Thread) -> Frame:
        with self._app.test_request_context():
            g.site = Hole("site")
            text = render_template(
                template,
                article=_article_holes(article),
                thread=_thread_holes(thread),
                linked_data=Hole("linked_data"),
                pinned=None,
                is_first=False,
            )
        return [Stencil(part, filters, _GIVEN) for part in text.split(str(_GROUPS))]


def _shape(template: str, article: AnyRow, thread: Thread) -> Shape:
    lacks = [not getattr(article, name) for name in _OPTIONAL]
    has = thread.above is None, thread.below is None, thread.is_head, not thread.groups, thread.starts_with_newest
    return template, thread.sort, article.closed, *lacks, *has


def _article_holes(article: AnyRow) -> Holes:
    values: dict[str, object] = {}
    for name, value in article._asdict().items():
        is_open = name not in _KNOWN and (bool(value) or name not in _OPTIONAL)
        values[name] = Hole(name, is_there=name in _OPTIONAL) if is_open else value
    return Holes(**values)


def _thread_holes(thread: Thread) -> SimpleNamespace:
    return SimpleNamespace(
        sort=thread.sort,
        is_branch=False,
        is_head=thread.is_head,
        starts_with_newest=thread.starts_with_newest,
        groups=[_GROUPS] if thread.groups else [],
        asked=SimpleNamespace(query=Hole("asked")),
        above=SimpleNamespace(query=Hole("above")) if thread.above else None,
        below=SimpleNamespace(query=Hole("below")) if thread.below else None,
    )


def pages_of(app: Flask) -> Pages:
    """The pages of a site."""
    if __name__ not in app.extensions:
        app.extensions[__name__] = Pages(app)
    return cast("Pages", app.extensions[__name__])
