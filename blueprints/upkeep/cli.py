"""`flask backup`, `flask restore`, `flask check`."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.engine import URL, make_url

from blueprints.upkeep import backups, doctor, readiness
from understory import checks, serve, settings
from understory.db import db

#: Lines about one check that are printed; how many more there are is said.
MOST_LINES = 20


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Copy the database into FILE, as it is at one moment; the site may run meanwhile."""
    try:
        url = make_url(settings.current().database)
        path = _file(url)
        size = backups.back_up(path, file, _show) if path else _dumps().back_up(url, file, _show)
    except backups.Unfit as trouble:
        sys.exit(f"understory: {trouble}")
    instance = settings.current().instance
    click.echo(f"\r{file}: {size:,} bytes, checked. Keep {instance}/secret_key with it: no copy holds a secret.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Check FILE and put it in the place of the database, which is kept. The site must not run."""
    lock = serve.lock_of(settings.current())
    # A file that is open cannot be made whole by itself.
    db.session.remove()
    db.engine.dispose()
    try:
        url, known = make_url(settings.current().database), readiness.revisions()[1]
        path = _file(url)
        former = backups.restore(file, path, known, lock) if path else _dumps().restore(file, url, known, lock)
    except backups.Unfit as trouble:
        sys.exit(f"understory: {trouble}")
    click.echo(f"{file} is in place. The next start brings its tables up to date.")
    if former:
        click.echo(f"To undo: flask --app app restore {former}")


@click.command("check")
@click.option("--mend", is_flag=True, help="Put right what can be put right.")
@with_appcontext
def check(*, mend: bool) -> None:
    """Prove that all that is stored agrees. Ends with 1 when something does not."""
    wrong = 0
    known = checks.of(current_app)
    for number, one in enumerate(known, 1):
        click.echo(f"[{number}/{len(known)}] {one.name}", err=True)
        wrong += _look(one, mend=mend)
    click.echo("All is well." if not wrong else f"{wrong:,} {'fault' if wrong == 1 else 'faults'} left.")
    sys.exit(1 if wrong else 0)


@click.command("doctor")
@with_appcontext
def tell() -> None:
    """Say in words what is wrong with this installation. Ends with 1 when something is."""
    faults = 0
    for finding in doctor.examine():
        mark = "WRONG" if finding.is_fault else "look" if finding.advice else "ok"
        click.echo(f"{mark:<6}{finding.what}: {finding.said}")
        if finding.advice:
            click.echo(f"      {finding.advice}")
        faults += finding.is_fault
    click.echo("Nothing is wrong." if not faults else f"{faults} {'thing is' if faults == 1 else 'things are'} wrong.")
    sys.exit(1 if faults else 0)


def _look(one: checks.Check, *, mend: bool) -> int:
    found = _count(one)
    if not found or not mend:
        return found
    if one.mend is None:
        click.echo("  nothing mends this by itself")
        return found
    click.echo(f"  mended: {one.mend():,}")
    return _count(one)


def _count(one: checks.Check) -> int:
    found = 0
    for found, line in enumerate(one.faults(), 1):
        if found <= MOST_LINES:
            click.echo(f"  {line}")
    if found > MOST_LINES:
        click.echo(f"  and {found - MOST_LINES:,} more")
    return found


def _show(done: int, all_: int) -> None:
    click.echo(f"\r{100 * done // max(1, all_)} %", nl=False, err=True)


def _dumps() -> ModuleType:
    """A site on SQLite does without the other database's driver."""
    from blueprints.upkeep import dumps  # noqa: PLC0415  # only where it is needed

    return dumps


def _file(url: URL) -> Path | None:
    """The database's file; None where a server keeps the data."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
