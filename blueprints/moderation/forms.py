"""What a moderator fills in to act on comments, and a reader to report one."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from blueprints.comments.models import BODY_LENGTH, State
from blueprints.moderation.models import REASON_LENGTH, Grounds
from understory.forms import AtMost, Filled, Form, no_controls, one_line, unix_lines


class ActForm(Form):
    """`seen` is the state that the moderator saw; `on` says that the answer stands on the desk."""

    reason = StringField("Reason", [AtMost(REASON_LENGTH), no_controls], filters=[one_line])
    next = HiddenField()
    seen = HiddenField()
    on = HiddenField()

    @property
    def seen_state(self) -> State | None:
        return State(self.seen.data) if self.seen.data in list(State) else None

    @property
    def is_on_desk(self) -> bool:
        return bool(self.on.data == "desk")


class EditForm(ActForm):
    """The words of a comment, for moderators."""

    body = TextAreaField(
        "Comment",
        [Filled("A comment needs words. To take it off the site, reject it."), AtMost(BODY_LENGTH), no_controls],
        filters=[unix_lines],
    )


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
