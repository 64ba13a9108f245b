"""Text as it comes out of forms."""

from __future__ import annotations

import pytest
from wtforms import HiddenField, IntegerField, PasswordField, StringField, ValidationError
from wtforms.fields.core import UnboundField

from blueprints.accounts.unsent import SECRETS
from understory.errors import KEPT_FIELDS
from understory.forms import AtMost, Filled, Form, no_controls, one_line, unix_lines


class Field:
    def __init__(self, data: str | None) -> None:
        self.data = data


def said(check, text: str | None) -> str | None:
    try:
        check(None, Field(text))
    except ValidationError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("\r\n\r\na\r\n\r\n", "a"),
        ("    code\n", "    code"),
        ("a  \nb", "a  \nb"),
        ("e\u0301", "é"),
    ],
)
def test_text_is_kept_with_unix_lines(typed, kept):
    assert unix_lines(typed) == kept


@pytest.mark.parametrize(("typed", "kept"), [(None, ""), (" Ada \n\t King\u00a0", "Ada King"), ("e\u0301", "é")])
def test_a_name_is_one_line(typed, kept):
    assert one_line(typed) == kept


@pytest.mark.parametrize(
    "control", ["\0", "\x08", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\x9f", "\ufffe", "\uffff", "\ud800"]
)
def test_control_characters_are_refused(control):
    assert said(no_controls, f"a{control}b") is not None


@pytest.mark.parametrize("text", [None, "", "a\tb\nc\r", "é😀\u200d\u202e\ufeff\U0001ffff"])
def test_other_characters_are_text(text):
    assert said(no_controls, text) is None


def test_what_is_too_long_is_told_by_how_much():
    check = AtMost(3)
    assert said(check, "abc") is None
    assert said(check, None) is None
    assert said(check, "abcd") == "This is 1 character too long; there is room for 3."
    assert said(check, "a" * 2003) == "This is 2,000 characters too long; there is room for 3."


@pytest.mark.parametrize("text", [None, "", " \n", "\u200b\u202e"])
def test_what_nobody_could_see_does_not_fill_a_field(text):
    assert said(Filled("Say something."), text) == "Say something."


def test_whatever_is_typed_into_any_form_can_be_given_back():
    """A field that is new has to be given a label there, or what it held is lost where a form is refused as a whole."""
    forms, waiting = [], [Form]
    while waiting:
        forms += (below := waiting.pop().__subclasses__())
        waiting += below
    assert len(forms) > 15
    typed = {
        name
        for form in forms
        for name, field in vars(form).items()
        if isinstance(field, UnboundField) and issubclass(field.field_class, StringField | IntegerField)
        if not issubclass(field.field_class, HiddenField | PasswordField)
    }
    assert typed - {"website"} - SECRETS <= KEPT_FIELDS.keys()
