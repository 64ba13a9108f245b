"""The rules by which a site holds comments, and what they make of one. Pure."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from functools import cached_property

from blueprints.spam.phrases import Phrases, folded
from blueprints.spam.signs import Signs, Text
from blueprints.spam.weighing import Weighed

#: Tokens that a verdict names.
NAMED = 4


class Outcome(enum.StrEnum):
    """Where a comment goes. The values are those of a comment's states; the later one is the stricter."""

    VISIBLE = "visible"
    PENDING = "pending"
    SPAM = "spam"
    REJECTED = "rejected"


_STRICTER = {outcome: place for place, outcome in enumerate(Outcome)}


@dataclass(frozen=True)
class Rules:
    """Each field is a rule; None, 0, False or an empty list turns it off."""

    premoderate: bool = False
    first_timers: int = 0
    links_over: int | None = None
    old_after_days: int | None = None
    banned_words: list[str] = field(default_factory=list)
    suspect_words: list[str] = field(default_factory=list)
    email_domains: list[str] = field(default_factory=list)
    learned: bool = True
    hold_at: int = 80
    spam_at: int = 98

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Rules:
        """Rules as they were saved; a rule that this version does not know is left out."""
        known = {known.name for known in fields(cls)}
        return cls(**{name: value for name, value in json.loads(text).items() if name in known})

    @cached_property
    def banned(self) -> Phrases:
        return Phrases(self.banned_words)

    @cached_property
    def suspect(self) -> Phrases:
        return Phrases(self.suspect_words)

    @cached_property
    def domains(self) -> frozenset[str]:
        return frozenset(folded(domain) for domain in self.email_domains)


@dataclass(frozen=True)
class Verdict:
    """Where a comment goes, and why in words for moderators, strictest first; its author is not told."""

    outcome: Outcome = Outcome.VISIBLE
    reasons: tuple[str, ...] = ()

    @property
    def held_for(self) -> str | None:
        """The reasons as they are kept with the comment, one a line."""
        return "\n".join(self.reasons) or None

    def and_also(self, outcome: Outcome, reason: str) -> Verdict:
        """The verdict with a further reason; the stricter outcome counts."""
        if _STRICTER[outcome] > _STRICTER[self.outcome]:
            return Verdict(outcome, (reason, *self.reasons))
        return Verdict(self.outcome, (*self.reasons, reason))


@dataclass(frozen=True)
class Case:
    """A comment that is judged: its text, when it and its article came, and how many of its author's stand.

    `approved` counts comments of this author on the site, as far as the number given. It and the article's date
    are asked for only where a rule needs them.
    """

    text: Text
    at: datetime
    article_at: Callable[[], datetime]
    approved: Callable[[int], int]


def judge(rules: Rules, case: Case) -> Verdict:
    """What the rules make of a comment; what was learned from decisions is told by `by_learning`."""
    verdict, text = Verdict(), case.text
    if rules.premoderate:
        verdict = verdict.and_also(Outcome.PENDING, "Every comment waits for a moderator")
    if rules.first_timers and (stand := case.approved(rules.first_timers)) < rules.first_timers:
        verdict = verdict.and_also(Outcome.PENDING, f"A newcomer: {stand} of {rules.first_timers} comments approved")
    if rules.links_over is not None and (number := len(text.links)) > rules.links_over:
        verdict = verdict.and_also(Outcome.PENDING, f"{number} link{_s(number)}, more than {rules.links_over}")
    if rules.old_after_days is not None and (age := case.at - case.article_at()) > timedelta(rules.old_after_days):
        verdict = verdict.and_also(Outcome.PENDING, f"The article is {age.days:,} day{_s(age.days)} old")
    if rules.banned and (found := rules.banned.in_words(text.words)):
        verdict = verdict.and_also(Outcome.REJECTED, f"Banned words: {_quoted(found)}")
    if rules.suspect and (found := rules.suspect.in_words(text.words)):
        verdict = verdict.and_also(Outcome.PENDING, f"Suspect words: {_quoted(found)}")
    if rules.domains and (domain := _in_domains(text.mail_domain, rules.domains)):
        verdict = verdict.and_also(Outcome.PENDING, f"An e-mail address at {domain}")
    return verdict


def by_learning(rules: Rules, verdict: Verdict, weighed: Weighed, read: Signs) -> Verdict:
    """The verdict with what moderators' decisions say of the text, where they say it clearly enough."""
    percent = 100 * weighed.share
    if not rules.learned or percent < rules.hold_at:
        return verdict
    outcome = Outcome.SPAM if percent >= rules.spam_at else Outcome.PENDING
    return verdict.and_also(outcome, f"Looks like spam ({min(99.9, percent):.3g} %): {_told(weighed, read.said)}")


def _told(weighed: Weighed, said: dict[int, str]) -> str:
    telling = [one for one in weighed.evidence if one.share > 0.5][:NAMED]
    return "; ".join(_seen(said[one.token], one.seen.spam, one.seen.ham) for one in telling)


def _seen(what: str, spam: int, ham: int) -> str:
    return f"{what} seen in {spam:,} spam, {ham:,} ham" if spam or ham else what


def _in_domains(domain: str, domains: frozenset[str]) -> str:
    """The domain or the parent of it that is listed; "" for none."""
    while domain and domain not in domains:
        domain = domain.partition(".")[2]
    return domain


def _quoted(words: list[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _s(number: int) -> str:
    return "" if number == 1 else "s"
