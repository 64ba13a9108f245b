"""The figures of several processes are those of all of them, and a worker that died holds nothing any more."""

from __future__ import annotations

import hashlib
import http.client
import os
import signal
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tests.served import Served, serving

from .crowd import SLUG, Poster


def figure(site: Served, name: str) -> float:
    text = Poster(site).ask("GET", "/metrics").text
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


def reaches(site: Served, name: str, wanted: float) -> None:
    """Processes tell what they counted within a second or so."""
    deadline, found = time.monotonic() + 20, -1.0
    while found != wanted:
        assert time.monotonic() < deadline, f"{name} is {found}, not {wanted}"
        # Between two workers nobody answers.
        with suppress(OSError, http.client.HTTPException):
            found = figure(site, name)


@contextmanager
def a_stream(site: Served):
    port = int(site.address.rpartition(":")[2])
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", f"/articles/{SLUG}/live")
        assert connection.getresponse().status == 200
        yield


def test_two_processes_are_added_up(tmp_path):
    with serving(tmp_path, workers=2, thread_limit="off") as site:
        poster = Poster(site)
        for number in range(6):
            assert poster.send(f"Comment {number}", f"submission-number-{number}").status == 303
        reaches(site, 'understory_posts_total{outcome="visible"}', 6)
        for _ in range(20):
            with urllib.request.urlopen(f"{site.address}/articles/{SLUG}", timeout=30) as page:
                assert page.status == 200
        reaches(site, "understory_pages_total", 20)
        with a_stream(site), a_stream(site), a_stream(site):
            reaches(site, "understory_streams", 3)
            children = Path(f"/proc/{site.process_id}/task/{site.process_id}/children").read_text().split()
            for child in map(int, children):
                if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(child, signal.SIGKILL)
            reaches(site, "understory_streams", 0)


def test_nothing_of_it_is_left_when_the_server_has_ended(tmp_path):
    with serving(tmp_path) as site:
        site.kill()
        site.start()
        assert _folder_of(site).is_dir()
    assert not _folder_of(site).exists()


def _folder_of(site: Served) -> Path:
    named = f"{os.getuid()} {site.instance} {site.environment['UNDERSTORY_PORT']}"
    return Path("/dev/shm") / f"understory-{hashlib.sha256(named.encode()).hexdigest()[:16]}"
