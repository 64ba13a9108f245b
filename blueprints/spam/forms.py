"""What a moderator fills in: rules, and bans."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import TextInput

from blueprints.spam.banning import Kind, mailbox, network_of
from blueprints.spam.models import BAN_LENGTH, REASON_LENGTH
from blueprints.spam.operations import Grounds
from blueprints.spam.phrases import folded, words_of
from blueprints.spam.rules import Rules
from understory.forms import AtMost, Form, no_controls, one_line, unix_lines

#: Of a list of words; a longer one would cost every comment time.
LONGEST_LIST, LONGEST_ENTRY = 20_000, 100

#: The widest ranges that a ban takes: a wider one shuts out whole countries.
WIDEST = {4: 12, 6: 24}

_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,20}[^\W\d_][\w-]{0,61}")
_NUMBER = re.compile(r"[0-9]{1,9}")

FOR_GOOD = "for good"
_DURATIONS = {"a day": timedelta(days=1), "a week": timedelta(days=7), "thirty days": timedelta(days=30)}


class Whole(IntegerField):
    """A whole number between bounds; empty is None where that is allowed."""

    #: A browser's field for numbers throws away what is none, and with it what a refusal gives back.
    widget = TextInput()

    def __init__(self, label: str, low: int, high: int, *, empty: bool = False, **more: Any) -> None:
        given = {"inputmode": "numeric", **more.pop("render_kw", {})}
        super().__init__(label, render_kw=given, **more)
        self.low, self.high, self.empty = low, high, empty
        self.flags.required = not empty

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if typed or not self.empty:
            if not _NUMBER.fullmatch(typed) or not self.low <= int(typed) <= self.high:
                raise ValueError(f"This is not a whole number from {self.low:,} to {self.high:,}.")
            self.data = int(typed)


class Lines(TextAreaField):
    """Entries, one a line, each once."""

    def __init__(self, label: str, about: str, **more: Any) -> None:
        checks = [AtMost(LONGEST_LIST), no_controls]
        super().__init__(label, checks, filters=[unix_lines], description=about, **more)

    @property
    def entries(self) -> list[str]:
        lines = (one_line(line) for line in (self.data or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class RulesForm(Form):
    premoderate = BooleanField("Hold every comment")
    first_timers = Whole(
        "Hold newcomers until so many of their comments are on the site", 0, 100, description="0: no such rule."
    )
    links_over = Whole(
        "Hold comments with more links than", 0, 100, empty=True, description="0 holds any link. Empty: no such rule."
    )
    old_after_days = Whole(
        "Hold comments on articles older than so many days", 0, 36500, empty=True, description="Empty: no such rule."
    )
    banned_words = Lines(
        "Banned words",
        "Comments with one of these are rejected. One word or phrase a line; a star at the end stands for any ending.",
    )
    suspect_words = Lines("Suspect words", "Comments with one of these are held. Written as above.")
    email_domains = Lines(
        "E-mail domains", "Comments with an address at one of these, or below it, are held. One a line: example.com"
    )
    learned = BooleanField("Judge by what moderators' decisions have taught")
    hold_at = Whole("Hold from this likelihood of spam on, in per cent", 51, 100)
    spam_at = Whole("Call it spam from this likelihood on, in per cent", 51, 100)
    seen = HiddenField()

    def validate_banned_words(self, field: Lines) -> None:
        _check_phrases(field.entries)

    def validate_suspect_words(self, field: Lines) -> None:
        _check_phrases(field.entries)

    def validate_email_domains(self, field: Lines) -> None:
        for entry in field.entries:
            if not _DOMAIN.fullmatch(entry.removeprefix("@")):
                raise ValidationError(f"“{entry[:60]}” is not a domain such as example.com.")

    def validate_spam_at(self, field: Whole) -> None:
        if field.data is not None and self.hold_at.data is not None and field.data < self.hold_at.data:
            raise ValidationError("This is below the likelihood that holds a comment.")

    @property
    def rules(self) -> Rules:
        """The rules as filled in."""
        return Rules(
            premoderate=bool(self.premoderate.data),
            first_timers=self.first_timers.data or 0,
            links_over=self.links_over.data,
            old_after_days=self.old_after_days.data,
            banned_words=self.banned_words.entries,
            suspect_words=self.suspect_words.entries,
            email_domains=[domain.removeprefix("@") for domain in self.email_domains.entries],
            learned=bool(self.learned.data),
            hold_at=self.hold_at.data or 0,
            spam_at=self.spam_at.data or 0,
        )

    @classmethod
    def showing(cls, rules: Rules, seen: int) -> RulesForm:
        """The form as it stands for rules in force; `seen` is the newest version that there is."""
        lists = {name: "\n".join(getattr(rules, name)) for name in ("banned_words", "suspect_words", "email_domains")}
        return cls(formdata=None, data={**asdict(rules), **lists, "seen": str(seen)})


class BanForm(Form):
    by_author = BooleanField("Its author, known by their browser")
    by_email = BooleanField("An e-mail address")
    email = StringField(
        "Address", [AtMost(254), no_controls], filters=[one_line], description="@example.com: all there."
    )
    by_address = BooleanField("A range of internet addresses")
    address = StringField("Range", [AtMost(60), no_controls], filters=[one_line], description="Such as 203.0.113.0/24.")
    by_words = BooleanField("Words")
    words = TextAreaField(
        "Words or phrases", [AtMost(BAN_LENGTH), no_controls], filters=[unix_lines], description="One a line."
    )
    lasts = RadioField(
        "How long",
        [InputRequired("Please choose one.")],
        choices=[SelectChoice(name, name.capitalize()) for name in (*_DURATIONS, FOR_GOOD)],
        default="a week",
    )
    reason = StringField(
        "Reason", [AtMost(REASON_LENGTH), no_controls], filters=[one_line], description="For the other moderators."
    )
    comment = HiddenField()

    def validate_by_words(self, field: BooleanField) -> None:
        if not any(one.data for one in (self.by_author, self.by_email, self.by_address, self.by_words)):
            raise ValidationError("Please choose whom or what to ban.")

    def validate_email(self, field: StringField) -> None:
        if self.by_email.data:
            name, at, domain = (field.data or "").rpartition("@")
            if not at or not _DOMAIN.fullmatch(domain) or re.search(r"[\s@<>\"]", name):
                raise ValidationError("This is neither an e-mail address nor @ and a domain.")

    def validate_address(self, field: StringField) -> None:
        if self.by_address.data:
            _network(field.data or "")

    def validate_words(self, field: TextAreaField) -> None:
        if self.by_words.data:
            entries = [line for line in (field.data or "").splitlines() if line.strip()]
            if not entries:
                raise ValidationError("Please give a word.")
            _check_phrases(entries)

    @property
    def comment_id(self) -> int | None:
        """The comment that gave cause, when the form names one that could exist."""
        return int(self.comment.data) if _NUMBER.fullmatch(self.comment.data or "") else None

    def grounds(self, author: tuple[str | None, str], now: datetime) -> list[Grounds]:
        """A ban for each thing that was chosen; the author is a key, if there is one, and a name."""
        until = None if self.lasts.data == FOR_GOOD else now + _DURATIONS[self.lasts.data]
        reader_key, name = author
        chosen: list[tuple[Kind, str]] = []
        if self.by_author.data and reader_key:
            chosen.append((Kind.AUTHOR, reader_key))
        if self.by_email.data:
            chosen.append((Kind.EMAIL, mailbox(self.email.data or "")))
        if self.by_address.data:
            chosen.append((Kind.ADDRESS, _network(self.address.data or "")))
        if self.by_words.data:
            chosen.append((Kind.WORDS, "\n".join(one_line(line) for line in (self.words.data or "").splitlines())))
        return [Grounds(kind, value, name, until, self.reason.data or "", self.comment_id) for kind, value in chosen]


def _check_phrases(entries: list[str]) -> None:
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise ValidationError(f"“{entry[:30]}…” is longer than {LONGEST_ENTRY} characters.")
        if not words_of(folded(entry)) or "*" in entry.strip().removesuffix("*"):
            raise ValidationError(f"“{entry}” is no word or phrase; a star can stand at its end.")


def _network(typed: str) -> str:
    try:
        network = network_of(typed)
    except ValueError:
        raise ValidationError("This is not an address or a range such as 203.0.113.0/24.") from None
    if network.is_loopback:
        raise ValidationError("That is this machine itself: a proxy that UNDERSTORY_TRUSTED_PROXIES does not name.")
    if network.prefixlen < WIDEST[network.version]:
        raise ValidationError(f"That is wider than /{WIDEST[network.version]}: it would ban far too many.")
    return str(network)
