"""Signing in, and claiming the first account."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, StringField, ValidationError

from blueprints.accounts.models import NAME_LENGTH
from understory.forms import AtMost, Filled, Form, no_controls, one_line

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200


class SignInForm(Form):
    name = StringField(
        "Name",
        [Filled("Please give your name."), AtMost(NAME_LENGTH), no_controls],
        filters=[one_line],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(
        "Password",
        [Filled("Please give your password."), AtMost(LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class ClaimForm(Form):
    name = StringField(
        "Name",
        [Filled("Please choose a name."), AtMost(NAME_LENGTH), no_controls],
        filters=[one_line],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(
        "Password",
        [Filled("Please choose a password."), AtMost(LONGEST_PASSWORD)],
        description=f"{SHORTEST_PASSWORD} characters or more; several words make a good one.",
        render_kw={"autocomplete": "new-password"},
    )

    def validate_password(self, field: PasswordField) -> None:
        if len(field.data or "") < SHORTEST_PASSWORD:
            raise ValidationError(f"This is shorter than {SHORTEST_PASSWORD} characters.")


class SignOutForm(Form):
    """A button: nothing but the token."""
