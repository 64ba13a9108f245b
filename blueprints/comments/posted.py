"""What htmx is told of a comment that was just posted: itself in its place, the count, an empty form for the next."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple, cast

from flask import Flask, render_template

from blueprints.comments import queries
from blueprints.comments.cards import Holes, holes, shape_of
from blueprints.comments.submissions import Posted
from understory.db import AnyRow
from understory.stencils import Filled, Hole, Stencil
from understory.templating import filters

#: What is no column of the comment.
_GIVEN = ("form", "behind", "root_id", "root_size")


class Placed(NamedTuple):
    """A comment that was posted, as a page shows it; of a reply, its `root`, and the reply `behind` which it stands."""

    posted: Posted
    comment: AnyRow
    root: AnyRow | None = None
    behind: int | None = None


def placed(posted: Posted) -> Placed | None:
    """Where a comment came to stand; None when it is gone again."""
    comment = queries.one(posted.comment_id)
    if comment is None:
        return None
    if not comment.depth:
        return Placed(posted, comment)
    return Placed(posted, comment, queries.root_of(comment), queries.just_before(comment))


class Fragments:
    """The shapes of one application's answers, each rendered once with holes."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stencils: dict[tuple[object, ...], Stencil] = {}

    def text(self, place: Placed, form: Filled) -> bytes:
        """The fragment for whoever is no moderator, of a comment that is visible; it asks nothing of the request."""
        comment, root, behind = place.comment, place.root, place.behind
        shape = *shape_of(comment, True), root is None, behind is None
        stencil = self._stencils.get(shape)
        if stencil is None:
            stencil = self._stencils[shape] = self._cut(place)
        given = {"form": form, "behind": behind}
        if root is not None:
            given |= {"root_id": root.id, "root_size": root.branch_size}
        return stencil.text(comment, given)

    def _cut(self, place: Placed) -> Stencil:
        root = place.root and cast("AnyRow", SimpleNamespace(id=Hole("root_id"), branch_size=Hole("root_size")))
        behind = place.behind and cast("int", Hole("behind", is_there=True))
        article = Holes(slug=Hole("slug"), comment_count=Hole("comment_count"))
        open_place = Placed(place.posted, cast("AnyRow", holes(place.comment)), root, behind)
        # As a stranger sees it, whoever is the first to need it.
        with self._app.app_context(), self._app.test_request_context():
            text = render_template(
                "comments/_posted.html",
                article=article,
                comment=open_place.comment,
                form=Filled(Hole("form|safe")),
                **_at(open_place),
            )
        return Stencil(text, filters, _GIVEN)


def _at(place: Placed) -> dict[str, object]:
    return {"root": place.root, "behind": place.behind}


def rendered(place: Placed, form: Filled) -> str:
    """The fragment for who asks, whoever that is, and whatever became of the comment."""
    return render_template(
        "comments/_posted.html", article=place.comment, comment=place.comment, form=form, **_at(place)
    )


def fragments_of(app: Flask) -> Fragments:
    """The fragments of a site."""
    if __name__ not in app.extensions:
        app.extensions[__name__] = Fragments(app)
    return cast("Fragments", app.extensions[__name__])
