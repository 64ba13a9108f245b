"""What a moderator fills in to act on a comment."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from blueprints.moderation.models import REASON_LENGTH, Grounds
from understory.forms import AtMost, Form, no_controls, one_line, unix_lines


class ActForm(Form):
    reason = StringField("Reason", [AtMost(REASON_LENGTH), no_controls], filters=[one_line])
    next = HiddenField()


class ReportForm(Form):
    grounds = RadioField(
        "What is wrong with it?",
        [InputRequired("Please choose one.")],
        choices=[
            SelectChoice(Grounds.SPAM.value, "It is advertising or spam"),
            SelectChoice(Grounds.ABUSE.value, "It attacks or insults somebody"),
            SelectChoice(Grounds.OFF_TOPIC.value, "It has nothing to do with the article"),
            SelectChoice(Grounds.OTHER.value, "Something else"),
        ],
    )
    words = TextAreaField("In your words", [AtMost(REASON_LENGTH), no_controls], filters=[unix_lines])
