"""What a reader fills in to post."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from flask import Flask, render_template
from wtforms import BooleanField, EmailField, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Optional

from blueprints.comments.models import AUTHOR_LENGTH, BODY_LENGTH, EMAIL_LENGTH, SUBMISSION_LENGTH
from blueprints.comments.submissions import Submission
from understory.forms import AtMost, Filled, Form, no_controls, one_line, unix_lines
from understory.stencils import Filled as Markup
from understory.stencils import Hole, Stencil
from understory.templating import filters
from understory.traces import kept_of

_SUBMISSION = re.compile(rf"[A-Za-z0-9_-]{{8,{SUBMISSION_LENGTH}}}")
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\".]+(\.[^\s@<>\".]+)+")
_ID = re.compile(r"[0-9]{1,9}")

#: What came with a form, by the names of its fields.
Values = Mapping[str, Any]


def new_submission_id() -> str:
    """A one-use key that nobody can guess."""
    return secrets.token_urlsafe(18)


def fresh_form(app: Flask, sent: Values, slug: str, token: str) -> Markup:
    """The form that follows a posted comment: empty, with its token, and the name and the e-mail where they were.

    Its template is rendered once, with holes for what differs between two of them.
    """
    remember = bool(sent["remember"])
    stencils: dict[bool, Stencil] = app.extensions.setdefault(__name__, {})
    stencil = stencils.get(remember) or stencils.setdefault(remember, _cut(app, remember))
    return stencil.fill(
        None,
        slug=slug,
        csrf_token=token,
        submission_id=new_submission_id(),
        author=sent["author"] or "",
        email=sent["email"] or "",
    )


def _cut(app: Flask, remember: bool) -> Stencil:
    open_fields = ("submission_id", "author", "email")
    nothing = {"parent": None, "notice": None, "earlier": None, "preview": None}
    with app.app_context(), app.test_request_context():
        blank = CommentForm(formdata=None, remember=remember, **{name: str(Hole(name)) for name in open_fields})
        blank.csrf_token.current_token = str(Hole("csrf_token"))
        html = render_template("comments/_form.html", article={"slug": Hole("slug")}, form=blank, **nothing)
    return Stencil(html, filters, (*open_fields, "csrf_token", "slug"))


def submission_of(sent: Values, article_id: int, reader_key: str, address: str) -> Submission:
    """What was sent, once it is found to be valid, and from where."""
    return Submission(
        article_id=article_id,
        submission_id=sent["submission_id"],
        author=sent["author"],
        body=sent["body"],
        email=sent["email"] or None,
        parent_id=int(sent["parent_id"]) if sent["parent_id"] else None,
        reader_key=reader_key,
        trace=kept_of(address),
    )


def _body() -> TextAreaField:
    return TextAreaField(
        "Comment",
        [Filled("Please write something first."), AtMost(BODY_LENGTH), no_controls],
        filters=[unix_lines],
        description="You can use **bold**, *italic*, `code`, > quotes, lists and links.",
    )


class EditForm(Form):
    body = _body()


class WithdrawForm(Form):
    """A button: nothing but the token."""


class CommentForm(Form):
    # In the order of the page: the first field in error takes the focus.
    body = _body()
    author = StringField(
        "Name",
        [Filled("Please give a name to post under."), AtMost(AUTHOR_LENGTH), no_controls],
        filters=[one_line],
        render_kw={"autocomplete": "nickname"},
    )
    email = EmailField(
        "E-mail",
        [Optional(), AtMost(EMAIL_LENGTH), no_controls],
        filters=[one_line],
        description="Never shown.",
        render_kw={"autocomplete": "email"},
    )
    #: Left empty by people, who do not see it, and filled in by programs that fill in everything.
    website = StringField("Website", [])
    remember = BooleanField("Remember my name and e-mail in this browser")
    parent_id = HiddenField()
    submission_id = HiddenField()

    def validate_email(self, field: EmailField) -> None:
        if not _EMAIL.fullmatch(field.data or ""):
            raise ValidationError("This does not look like an e-mail address. You can also leave it empty.")

    def validate_website(self, field: StringField) -> None:
        if field.data:
            field.data = ""
            raise ValidationError("A field that nobody sees was filled in. Nothing is lost: please send it once more.")

    def validate_parent_id(self, field: HiddenField) -> None:
        if field.data and not _ID.fullmatch(field.data):
            raise ValidationError("The comment you answer cannot be found. Sent once more, yours stands on its own.")

    def validate_submission_id(self, field: HiddenField) -> None:
        field.data = field.data or new_submission_id()
        if not _SUBMISSION.fullmatch(field.data):
            raise ValidationError("This form was damaged on its way. Nothing is lost: please send it once more.")

    @property
    def asked_parent(self) -> int | None:
        """The comment to be answered, when the form names one that could exist."""
        return int(self.parent_id.data) if _ID.fullmatch(self.parent_id.data or "") else None

    def renew(self, *, parent_id: int | None = None) -> None:
        """Make the form ready for another posting; the name and the e-mail stay."""
        self.submission_id.data = new_submission_id()
        self.parent_id.data = str(parent_id) if parent_id else ""
