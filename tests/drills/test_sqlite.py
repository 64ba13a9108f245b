"""SQLite and the machine below it: power cuts, locks, full and read-only disks. Reads go on, nothing is lost."""

from __future__ import annotations

import os
import resource
import secrets
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.reading import read
from tests.served import Served, serving

from .conftest import IS_LONG, Note
from .crowd import Answer, Crowd, Poster, agrees

ARTICLE = "/articles/welcome-to-understory"
#: 99 of 100 reads while nothing can be written, in seconds; beside other tests the machine has its own pauses.
READS_WITHIN = 0.2 if IS_LONG else 2.0

BODY = 'Words that took a while, with <brackets> & "quotes".'

#: How soon posts are taken again once the cause has ended, in seconds.
WELL_AGAIN = 10


@pytest.mark.parametrize(
    ("end", "times", "what"),
    [
        (Served.kill, 20 if IS_LONG else 2, "kill -9 of the server and its workers while 4 readers post"),
        (Served.stop, 10 if IS_LONG else 1, "a stop and a start, as at an update"),
    ],
    ids=["power cut", "stop"],
)
def test_whatever_ends_the_server_in_a_stream_of_posts_loses_none(site, note: Note, end, times, what):
    waits = []
    with Crowd(site) as crowd:
        for _ in range(times):
            crowd.wait_for(15)
            end(site)
            began = time.monotonic()
            site.start()
            crowd.wait_for(1)
            waits.append(time.monotonic() - began)
    agrees(site, crowd.acknowledged)
    note(what, times, waits, len(crowd.acknowledged))


def test_a_database_that_somebody_else_locks(site, note: Note):
    with closing(sqlite3.connect(site.instance / "understory.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = _survives(site, seconds=30 if IS_LONG else 0)
        other.execute("ROLLBACK")
    _well_again(site, refused, note, "the database locked by another program")


def test_a_disk_that_is_full(site, note: Note):
    with _no_file_may_grow(site):
        refused = _survives(site, seconds=10 if IS_LONG else 0)
    _well_again(site, refused, note, "no room to write")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk")
def test_a_small_disk_that_is_really_full(tmp_path, note: Note):
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], check=False).returncode:
        pytest.skip("this container may not mount a disk")
    try:
        with serving(folder, thread_limit="off") as site:
            ballast = folder / "ballast"
            with ballast.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(b"x" * 4096):
                    pass
            # What the log has room for already is taken first.
            refused = _until_refused(site)
            assert "disk" in Poster(site).ask("GET", "/readyz").text
            ballast.unlink()
            _well_again(site, refused, note, "a disk of 24 MiB, full")
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _until_refused(site: Served) -> Answer:
    poster = Poster(site)
    for _ in range(500):
        answer = poster.send(BODY + secrets.token_hex(500), secrets.token_urlsafe(16))
        if answer.status != 303:
            return answer
    raise AssertionError("the disk is never full")


@contextmanager
def _no_file_may_grow(site: Served) -> Iterator[None]:
    """For every process of the server: what is written beyond the first byte of a file is refused."""
    processes = _processes(site.process_id)
    for process in processes:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for process in processes:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _processes(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(process for child in children for process in _processes(int(child)))]


def _survives(site: Served, seconds: float) -> Answer:
    """Reads go on and a post is refused with its text in the form, for that long; gives the last refusal."""
    poster, ended = Poster(site), time.monotonic() + seconds
    reads: list[float] = []
    while True:
        refused = poster.send(BODY, secrets.token_urlsafe(16))
        _is_kind(refused)
        reads += [_read(poster) for _ in range(50)]
        if time.monotonic() >= ended:
            assert sorted(reads)[len(reads) * 99 // 100] < READS_WITHIN, "a read waits for the database"
            return refused


def _read(poster: Poster) -> float:
    page = poster.ask("GET", f"{ARTICLE}?before={1 + secrets.randbelow(10**6)}")
    assert page.status == 200
    return page.seconds


def _is_kind(refused: Answer) -> None:
    assert refused.status == 503, refused.text[:300]
    assert refused.headers["retry-after"].isdigit()
    form = read(refused.text).one("#comment-form")
    assert form.fields()["body"].startswith(BODY)
    assert "Nothing is lost" in form.one("[role=alert]").text


def _well_again(site: Served, refused: Answer, note: Note, what: str) -> None:
    """The form that came with the refusal is sent as it is, without a restart, and posts once."""
    _is_kind(refused)
    fields = read(refused.text).one("#comment-form").fields()
    began, poster = time.monotonic(), Poster(site)
    while (answer := poster.send(fields["body"], fields["submission_id"])).status != 303:
        assert time.monotonic() - began < WELL_AGAIN, f"{answer.status} after {WELL_AGAIN} seconds"
    seconds = time.monotonic() - began
    acknowledged = {fields["submission_id"]: fields["body"].replace("\r\n", "\n")}
    assert poster.send(fields["body"], fields["submission_id"]).status == 303
    _agree(site, acknowledged)
    note(what, 1, [seconds], len(acknowledged))


def _agree(site: Served, acknowledged: dict[str, str]) -> None:
    with closing(sqlite3.connect(site.instance / "understory.db")) as database:
        for submission, body in acknowledged.items():
            found = database.execute("SELECT source FROM comments WHERE submission_id = ?", [submission]).fetchall()
            assert found == [(body,)]
    assert site.flask("check").endswith("All is well.\n")
