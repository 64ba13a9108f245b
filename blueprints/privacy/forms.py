"""What is filled in to find a person's data, to hand it out and to erase it."""

from __future__ import annotations

import re

from wtforms import BooleanField, HiddenField, RadioField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired

from blueprints.comments import persons
from blueprints.comments.models import EMAIL_LENGTH
from blueprints.comments.persons import Whose
from blueprints.privacy.models import REASON_LENGTH
from understory.forms import AtMost, Filled, Form, no_controls, one_line
from understory.paging import FURTHEST
from understory.readers import KEY_LENGTH

_KEY = re.compile(rf"[A-Za-z0-9_-]{{{KEY_LENGTH}}}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_BEST_KNOWN = [("email", "E-mail address"), ("comment", "One of their comments"), ("key", "Key of their browser")]


class FindForm(Form):
    by = RadioField(
        "Found by",
        [InputRequired("Please choose one.")],
        choices=[SelectChoice(value, label) for value, label in _BEST_KNOWN],
        default="email",
    )
    of = StringField(
        "Address, number or key",
        [Filled("Please say whom."), AtMost(EMAIL_LENGTH), no_controls],
        filters=[one_line],
        description="An e-mail address, the number of a comment (it is in its link), or a browser's key.",
    )

    def whose(self) -> Whose | None:
        """Whom the valid form means; None for a comment that was never here."""
        given = self.of.data or ""
        if self.by.data == "comment":
            return persons.author_of(int(given))
        return Whose(email=given) if self.by.data == "email" else Whose(reader_key=given)

    def validate_of(self, field: StringField) -> None:
        given = field.data or ""
        if self.by.data == "comment" and not (re.fullmatch(r"[0-9]{1,10}", given) and int(given) <= FURTHEST):
            raise ValidationError("This is not the number of a comment.")
        if self.by.data == "email" and not _EMAIL.fullmatch(given):
            raise ValidationError("This is not an e-mail address.")
        if self.by.data == "key" and not _KEY.fullmatch(given):
            raise ValidationError("This is not the key of a browser.")


class DeedForm(FindForm):
    """What is done with what was found: the same person, found again."""

    by = HiddenField(validators=[AnyOf([value for value, _ in _BEST_KNOWN])])
    of = HiddenField(validators=[InputRequired()])
    reason = StringField(
        "Reason", [AtMost(REASON_LENGTH), no_controls], filters=[one_line], description="For the record."
    )


class EraseForm(DeedForm):
    sure = BooleanField("Erase it all. This cannot be undone.", [InputRequired("Please tick this to erase.")])


class OwnEraseForm(Form):
    sure = BooleanField("Erase it all. This cannot be undone.", [InputRequired("Please tick this to erase.")])


class OwnForm(Form):
    """A button: nothing but the token."""
