"""What the desk and the log say of states and acts. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from blueprints.comments.models import State
from blueprints.moderation.models import Act

#: What the page says when an act is done.
SAID: Mapping[str, str] = {
    State.VISIBLE: "The comment is on the site.",
    State.PENDING: "The comment waits for approval.",
    State.REJECTED: "The comment is deleted. The log can undo it.",
    State.SPAM: "The comment is marked as spam. The log can undo it.",
    State.REPORTED: "The comment is hidden until somebody looks at it.",
    State.WITHDRAWN: "The comment is as its author left it: deleted.",
}

CHANGED = {
    Act.PIN: "The comment stands above the conversation.",
    Act.UNPIN: "The comment is no longer pinned.",
    Act.HOLD: "Whatever this author posts waits for a moderator.",
    Act.TRUST: "What this author posts no longer waits.",
}

#: Of a whole batch, after a number of comments.
MANY: Mapping[str, str] = {
    Act.APPROVE: "approved",
    Act.REJECT: "rejected",
    Act.SPAM: "marked as spam",
}

#: What somebody did, before what it was done to.
DEEDS: Mapping[str, str] = {
    Act.APPROVE: "approved",
    Act.RESTORE: "restored",
    Act.REJECT: "rejected",
    Act.DELETE: "deleted",
    Act.SPAM: "marked as spam",
    Act.HIDE: "hid",
    Act.WITHDRAW: "took back",
    Act.CATCH: "held, after an edit,",
    Act.EDIT: "changed the words of",
    Act.PIN: "pinned",
    Act.UNPIN: "unpinned",
    Act.HOLD: "always holds the author of",
    Act.TRUST: "no longer holds the author of",
    Act.CLOSE: "closed the conversation under",
    Act.OPEN: "opened the conversation under",
    Act.PUBLISH: "published",
    Act.UNPUBLISH: "unpublished",
    Act.BAN: "made a ban",
    Act.LIFT: "lifted a ban",
    Act.RULES: "changed the rules",
    Act.UNDO: "undid an act on",
}
