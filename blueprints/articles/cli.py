"""`flask articles`: what an operator does with articles from the shell."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from blueprints.articles import files, operations
from blueprints.articles.models import AUTHOR_LENGTH
from understory.errors import Refused
from understory.shell import OneLine

group = AppGroup("articles", help="Add and update articles.")


@group.command("add")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--author", default="", type=OneLine(AUTHOR_LENGTH), help="Author of files that name none.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="Date (UTC) of files that name none.")
def add(paths: tuple[Path, ...], author: str, date: datetime | None) -> None:
    """Add articles from FILEs, or bring those with the same slug up to date.

    Without a slug of its own a file updates only the article with the very same title.

    A FILE is plain text (title on the first line, paragraphs between blank lines) or Markdown with front
    matter (title, slug, date, author, summary).
    """
    failed = False
    for path in paths:
        try:
            draft = files.read(path)
        except files.Unreadable as error:
            failed = True
            place = f", line {error.line}" if error.line else ""
            click.echo(f"not added: {path}{place}: {error.reason}", err=True)
            continue
        moment = draft.published_at or (date.replace(tzinfo=UTC) if date else None)
        try:
            slug, outcome = operations.save(replace(draft, author=draft.author or author, published_at=moment))
        except Refused as refusal:
            failed = True
            click.echo(f"not added: {path}: {refusal.message}", err=True)
            continue
        click.echo(f"{outcome}: {slug} ({draft.title})")
    sys.exit(1 if failed else 0)
