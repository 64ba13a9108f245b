"""`flask spam`: how well the site tells spam."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from blueprints.spam import exams, judging, queries
from blueprints.spam.models import Label

#: Of the decisions, in the order made, the share that is learned from; the site is asked about the rest.
LEARNED = 0.8

#: With fewer decisions a figure would be an accident.
ENOUGH = 20

group = AppGroup("spam", help="Look after what is learned of spam.")


@group.command("evaluate")
def evaluate() -> None:
    """Learn from the older four fifths of moderators' decisions, and say how well that tells the newer fifth."""
    decisions = [
        (label == Label.SPAM, tokens) for label, tokens in queries.lessons() if label in (Label.SPAM, Label.HAM)
    ]
    if len(decisions) < ENOUGH:
        raise click.ClickException(
            f"Moderators have decided about {len(decisions)} comments so far; this takes {ENOUGH} at least."
        )
    middle = round(len(decisions) * LEARNED)
    asked = decisions[middle:]
    spam = sum(is_spam for is_spam, _ in asked)
    click.echo(f"learned from {middle:,} decisions; asked about {len(asked):,} newer ones, {spam:,} of them spam")
    rules = judging.rules_here()
    for what, marks in zip(
        ("held", "called spam"),
        exams.examine(decisions[:middle], asked, (rules.hold_at, rules.spam_at)),
        strict=True,
    ):
        click.echo(
            f"{what} from {marks.at} %: precision {marks.precision:.3f}, recall {marks.recall:.3f}"
            f" ({marks.caught:,} caught, {marks.missed:,} missed, {marks.mistaken:,} held by mistake)"
        )
