"""What all forms share: a token that can go stale without loss, and text fields that take no control characters."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, ValidationError

from understory.sanitize import is_blank

#: A token that has expired is answered with a new form; the words say that nothing was lost.
STALE = "This form had lain open for a while. Nothing is lost: please send it once more."

#: The same for one that came without any cookie: they may be off, and then no second time helps.
NO_COOKIE = (
    "Your browser sent no cookie along. Nothing is lost: please send it once more, and if this comes again, "
    "let this site set cookies."
)

#: An article's form may be this large, in bytes, and none is larger: 200,000 characters of any script, each byte as
#: "%e6".
LARGEST_FORM = 2_500_000

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ufffe\uffff\ud800-\udfff]")


class Form(FlaskForm):
    """A form whose view answers a stale token with the same text and a fresh token."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """The fields that were sent, unless others are given. No form here takes files or JSON, whose values are
            not the texts that filters and validators expect."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return (request.form or None) if form.is_submitted() else None

    @property
    def is_stale(self) -> bool:
        """True when, after `validate`, the token was the trouble."""
        return bool(self.csrf_token.errors)

    @property
    def first_in_error(self) -> str | None:
        """Name of the field that takes the focus after a refusal."""
        return next((f.name for f in self if f.errors and f.name != "csrf_token"), None)


def stale() -> str:
    """What is said of a stale token to whoever sent it."""
    return STALE if request.cookies else NO_COOKIE


def unix_lines(text: str | None) -> str:
    """Text as it is stored: Unix newlines, composed letters, no blank lines around it."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip("\n").rstrip()


def one_line(text: str | None) -> str:
    """A name or a title: one line, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text or "").split())


class Filled:
    """Refuses what nobody could see."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: Any, field: Field) -> None:
        if is_blank(field.data or ""):
            raise ValidationError(self.message)


class AtMost:
    """Refuses more than `length` characters and says by how many.

    It sets no maxlength on the page: a browser would cut what is pasted without a word.
    """

    def __init__(self, length: int) -> None:
        self.length = length

    def __call__(self, _form: Any, field: Field) -> None:
        over = len(field.data or "") - self.length
        if over > 0:
            few = f"{over:,} character{'s' if over > 1 else ''}"
            raise ValidationError(f"This is {few} too long; there is room for {self.length:,}.")


def no_controls(_form: Any, field: Field) -> None:
    """Refuses characters that are not text, NUL above all."""
    if _CONTROLS.search(field.data or ""):
        raise ValidationError("This holds a control character that cannot be kept. Please remove it.")
