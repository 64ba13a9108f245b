"""Comments as readers see them in a thread: partials that repeat, filled in at a page's pace."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from flask import Flask, render_template

from blueprints.accounts.guard import moderator_here
from blueprints.comments.threads import Group
from understory.db import AnyRow
from understory.stencils import Filled, Hole, Stencil
from understory.templating import filters

#: Depths that look different; deeper ones look like the last.
DEEPEST_LOOK = 4

#: What a comment may lack; its shape depends on whether it does.
_OPTIONAL = ("parent_id", "edited_at", "parent_author")

Shape = tuple[object, ...]


class Cards:
    """The shapes of one application's comments. They are few: states, depths, and what may be lacking."""

    def __init__(self) -> None:
        self._stencils: dict[Shape, Stencil] = {}

    def comment(self, comment: AnyRow | _Holes, slug: str, focus: bool) -> Filled:
        """The comment's article element. Moderators get tools with it, which are rendered for them alone."""
        if isinstance(comment, _Holes) or moderator_here():
            return Filled(render_template("comments/_comment.html", comment=comment, slug=slug, focus=focus))
        stencil = self._stencils.get(shape := _shape(comment, focus))
        if stencil is None:
            text = render_template("comments/_comment.html", comment=_holes(comment), slug=Hole("slug"), focus=focus)
            stencil = self._stencils[shape] = Stencil(text, filters.known)
        return stencil.fill(comment, slug=slug)

    def group(self, group: Group, slug: str, focus: bool) -> Filled:
        """A top-level comment with its replies. One that nobody has answered, as most are, is filled in at once."""
        root = group.root
        if group.replies or root.branch_size or group.earlier or moderator_here():
            return Filled(render_template("comments/_group.html", group=group, slug=slug, focus=focus))
        stencil = self._stencils.get(shape := ("alone", *_shape(root, focus)))
        if stencil is None:
            alone = Group(cast("AnyRow", _holes(root, branch_size=0)))
            text = render_template("comments/_group.html", group=alone, slug=Hole("slug"), focus=focus)
            stencil = self._stencils[shape] = Stencil(text, filters.known)
        return stencil.fill(root, slug=slug)


def _shape(comment: AnyRow, focus: bool) -> Shape:
    lacks = comment.edited_at is None, comment.parent_id is None, comment.parent_author is None
    return comment.state, min(comment.depth, DEEPEST_LOOK), *lacks, focus


class _Holes(SimpleNamespace):
    """Stands in for a comment while a stencil is cut."""


def _holes(comment: AnyRow, **known: object) -> _Holes:
    """A comment of the same shape, with a hole for each value that the shape leaves open."""
    values = {
        name: None if value is None and name in _OPTIONAL else Hole(name, is_there=name in _OPTIONAL)
        for name, value in comment._asdict().items()
    }
    return _Holes(**{**values, "state": comment.state, "depth": min(comment.depth, DEEPEST_LOOK), **known})


def init_app(app: Flask) -> None:
    cards = Cards()
    app.jinja_env.globals.update(comment_card=cards.comment, group_card=cards.group)
