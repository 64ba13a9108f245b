"""Processes that write to one SQLite file take turns, and nobody waits for ever."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders import add_article, add_comment
from understory.engines import _turns
from understory.errors import Unavailable
from understory.turns import Turns


def in_another_process(act) -> int:
    """Start it beside this test; gives its number."""
    child = os.fork()
    if child:
        return child
    try:
        act()
        os._exit(0)
    finally:
        os._exit(1)


def test_two_processes_write_in_turn(tmp_path):
    """Each goes on as soon as it may, and still neither has two turns more than the other while both want one."""
    database, log = str(tmp_path / "site.db"), tmp_path / "log"
    log.touch()

    def write(name: str) -> None:
        turns = Turns(database)
        for _ in range(40):
            assert turns.take(time.monotonic() + 10)
            with log.open("a") as file:
                file.write(f"{name}<")
                file.flush()
                time.sleep(0.002)
                file.write(f"{name}>\n")
            turns.give()

    children = [in_another_process(lambda name=name: write(name)) for name in "ab"]
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    lines = log.read_text().split()
    assert all(line in ("a<a>", "b<b>") for line in lines)
    written = "".join(line[0] for line in lines)
    both = written[max(written.index("a"), written.index("b")) : min(written.rindex("a"), written.rindex("b"))]
    assert "aaa" not in both
    assert "bbb" not in both


def test_a_turn_that_does_not_come_is_waited_for_only_so_long(tmp_path):
    mine = Turns(str(tmp_path / "site.db"))
    read, write = os.pipe()

    def hold() -> None:
        theirs = Turns(str(tmp_path / "site.db"))
        theirs.take(time.monotonic() + 10)
        os.write(write, b"!")
        time.sleep(30)

    child = in_another_process(hold)
    try:
        os.read(read, 1)
        assert not mine.take(time.monotonic() + 0.1)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    # Whoever dies lets go.
    assert mine.take(time.monotonic() + 5)


@pytest.mark.sqlite
def test_a_site_of_several_processes_writes_in_turn(make_site, monkeypatch):
    site = make_site(workers=2)
    slug = add_article(site)
    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(lambda number: add_comment(site, slug, f"comment {number}"), range(20)))
    monkeypatch.setattr(Turns, "take", lambda _turns, _until: False)
    with pytest.raises(Unavailable):
        add_comment(site, slug, "one more")
    assert len(_turns) >= 1
