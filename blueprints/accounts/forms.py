"""What people fill in to come in and to look after their accounts, and admins to look after people."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from blueprints.accounts.models import NAME_LENGTH, Role
from understory.forms import AtMost, Filled, Form, no_controls, one_line

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200

ROLES = [
    SelectChoice(Role.MODERATOR.value, "Moderator: the desk"),
    SelectChoice(Role.ADMIN.value, "Admin: the desk and the people"),
    SelectChoice(Role.READER.value, "Reader: neither"),
]


def _name(message: str) -> StringField:
    return StringField(
        "Name",
        [Filled(message), AtMost(NAME_LENGTH), no_controls],
        filters=[one_line],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )


def _password(label: str, message: str) -> PasswordField:
    """One that is there already."""
    return PasswordField(
        label, [Filled(message), AtMost(LONGEST_PASSWORD)], render_kw={"autocomplete": "current-password"}
    )


def _new_password(label: str) -> PasswordField:
    return PasswordField(
        label,
        [Filled("Please choose a password."), AtMost(LONGEST_PASSWORD), _long_enough],
        description=f"{SHORTEST_PASSWORD} characters or more; several words make a good one.",
        render_kw={"autocomplete": "new-password"},
    )


def _code(description: str) -> StringField:
    return StringField(
        "Code",
        [Filled("Please type the code."), AtMost(40), no_controls],
        filters=[one_line],
        description=description,
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )


def _long_enough(_form: Form, field: PasswordField) -> None:
    if len(field.data or "") < SHORTEST_PASSWORD:
        raise ValidationError(f"This is shorter than {SHORTEST_PASSWORD} characters.")


class SignInForm(Form):
    name = _name("Please give your name.")
    password = _password("Password", "Please give your password.")
    next = HiddenField()


class SecondForm(Form):
    code = _code("Six digits from your telephone, or one of your recovery codes.")


class ProofForm(Form):
    """What a browser says of a passkey, put in by script."""

    credential = HiddenField()
    next = HiddenField()


class ClaimForm(Form):
    name = _name("Please choose a name.")
    password = _new_password("Password")


class PasswordForm(Form):
    password = _password("Password until now", "Please give your password until now.")
    fresh = _new_password("New password")


class ConfirmForm(Form):
    """Who does this knows the password: an open browser is not enough."""

    password = _password("Your password", "Please give your password.")


class TelephoneForm(ConfirmForm):
    code = _code("The six digits that your telephone shows now.")


class PasskeyForm(ConfirmForm):
    name = StringField(
        "Name for it",
        [Filled("Please name it, so that you know it again."), AtMost(NAME_LENGTH), no_controls],
        filters=[one_line],
        description="For example: office laptop.",
    )
    credential = HiddenField()


class RoleForm(Form):
    role = SelectField("Role", [InputRequired("Please choose one.")], choices=ROLES)


class InviteForm(RoleForm):
    meant_for = StringField(
        "For whom",
        [AtMost(NAME_LENGTH), no_controls],
        filters=[one_line],
        description="To remember which link went to whom.",
    )


class ActForm(Form):
    """A button: nothing but the token."""
