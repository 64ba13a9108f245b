"""What a moderator fills in to act on a comment."""

from __future__ import annotations

from wtforms import HiddenField, StringField

from blueprints.moderation.models import REASON_LENGTH
from understory.forms import AtMost, Form, no_controls, one_line


class ActForm(Form):
    reason = StringField("Reason", [AtMost(REASON_LENGTH), no_controls], filters=[one_line])
    next = HiddenField()
