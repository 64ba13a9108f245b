"""Comments as readers see them in a thread: partials that repeat, filled in at a page's pace."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

from flask import Flask, render_template

from blueprints.accounts.guard import moderator_here
from blueprints.comments.places import Branch
from blueprints.comments.threads import Group
from understory.db import AnyRow
from understory.stencils import Filled, Hole, Stencil
from understory.templating import filters

#: Depths that look different; deeper ones look like the last.
DEEPEST_LOOK = 4

#: What a comment may lack; its shape depends on whether it does.
_OPTIONAL = ("parent_id", "edited_at", "parent_author")

#: What is no column of a comment.
_GIVEN = ("slug", "replies", "more_query", "more_count")

Shape = tuple[object, ...]


class Cards:
    """The shapes of one application's comments. They are few: states, depths, and what may be lacking."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stencils: dict[Shape, Stencil] = {}

    def comment(self, comment: AnyRow | Holes | Hole, slug: str, focus: bool) -> Filled:
        """The comment's article element. Moderators get tools with it, which are rendered for them alone."""
        if isinstance(comment, Hole):
            return Filled(comment)
        if isinstance(comment, Holes) or moderator_here():
            return Filled(render_template("comments/_comment.html", comment=comment, slug=slug, focus=focus))
        return Filled(self._comment(comment, slug, focus).decode())

    def group(self, group: Group | Hole, slug: str, focus: bool) -> Filled:
        """A top-level comment with its replies."""
        if isinstance(group, Hole):
            return Filled(group)
        if group.earlier or group.parent or moderator_here():
            return Filled(render_template("comments/_group.html", group=group, slug=slug, focus=focus))
        return Filled(self._group(group, slug, focus).decode())

    def groups(self, groups: Sequence[Group], slug: str, focus: bool) -> bytes:
        """The groups of a page of a thread, for somebody who is no moderator; asks nothing of the request."""
        return b"\n".join([self._group(group, slug, focus and not at) for at, group in enumerate(groups)])

    def _comment(self, comment: AnyRow, slug: str, focus: bool) -> bytes:
        stencil = self._stencils.get(shape := shape_of(comment, focus))
        if stencil is None:
            hole = holes(comment)
            stencil = self._cut(shape, "comments/_comment.html", comment=hole, slug=Hole("slug"), focus=focus)
        return stencil.text(comment, {"slug": slug})

    def _group(self, group: Group, slug: str, focus: bool) -> bytes:
        root = group.root
        shape = ("group", *shape_of(root, focus), bool(group.replies), group.more is not None)
        stencil = self._stencils.get(shape)
        if stencil is None:
            more = cast("Branch", SimpleNamespace(query=Hole("more_query")))
            count = cast("int", Hole("more_count"))
            replies = [cast("AnyRow", Hole("replies|safe"))] if group.replies else []
            open_group = Group(cast("AnyRow", holes(root)), replies, more if group.more else None, count)
            stencil = self._cut(shape, "comments/_group.html", group=open_group, slug=Hole("slug"), focus=focus)
        given: dict[str, object] = {"slug": slug}
        if group.replies:
            given["replies"] = b"\n".join([self._comment(reply, slug, False) for reply in group.replies])
        if group.more is not None:
            given["more_query"], given["more_count"] = group.more.query, group.more_count
        return stencil.text(root, given)

    def _cut(self, shape: Shape, template: str, **context: object) -> Stencil:
        """As a reader without any cookie sees it, whoever is the first to need it."""
        with self._app.test_request_context():
            text = render_template(template, **context)
        stencil = self._stencils[shape] = Stencil(text, filters, _GIVEN)
        return stencil


def shape_of(comment: AnyRow, focus: bool) -> Shape:
    """What two comments have in common that differ only in what their holes are filled with."""
    return (
        comment.state,
        min(comment.depth, DEEPEST_LOOK),
        comment.edited_at is None,
        comment.parent_id is None,
        comment.parent_author is None,
        focus,
    )


class Holes(SimpleNamespace):
    """Stands in for a row while a stencil is cut."""


def holes(comment: AnyRow) -> Holes:
    """A comment of the same shape, with a hole for each value that the shape leaves open."""
    values = {
        name: None if value is None and name in _OPTIONAL else Hole(name, is_there=name in _OPTIONAL)
        for name, value in comment._asdict().items()
    }
    return Holes(**{**values, "state": comment.state, "depth": min(comment.depth, DEEPEST_LOOK)})


def cards_of(app: Flask) -> Cards:
    """The cards of a site."""
    if __name__ not in app.extensions:
        app.extensions[__name__] = Cards(app)
    return cast("Cards", app.extensions[__name__])


def init_app(app: Flask) -> None:
    cards = cards_of(app)
    app.jinja_env.globals.update(comment_card=cards.comment, group_card=cards.group)
