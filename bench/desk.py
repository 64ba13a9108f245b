"""Part desk: the moderators' desk with 100,000 comments in its queues, in milliseconds an answer, one moderator."""

from __future__ import annotations

import http.client
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.parse
from functools import partial
from pathlib import Path

from bench import threads
from bench.figures import Part
from bench.servers import ROOT, Site, clean_environ, seed

#: Comments of the site; every second one is in a queue.
ALL = int(os.environ.get("DESK", "200000"))
HELD = ALL // 2
ASKED = 20
BAR = 100.0
NAME, PASSWORD = "bench", "a password for the bench"

#: What moderators open: `{deep}` is an id in the middle of the queues.
PAGES = {
    "pending": "/admin/?queue=pending",
    "pending, a place in the middle": "/admin/?queue=pending&before={deep}",
    "reported": "/admin/?queue=reported",
    "spam": "/admin/?queue=spam",
    "rejected": "/admin/?queue=rejected",
    "all": "/admin/",
    "search: a common word": "/admin/?q=river",
    "search: a common word among spam": "/admin/?q=river&queue=spam",
    "search: two words of an author": "/admin/?q=stones+reeds&author=Ada",
    "news for an open desk": "/admin/news?queue=pending&log=0&newest=1&new=0",
    "log": "/admin/log",
}


def desk(part: Part) -> None:
    """Every page that moderators wait for, turn by turn."""
    folder = _instance()
    with Site(folder, PAGE_CACHE="0") as site:
        cookie = _signed_in(site)
        paths = {name: path.format(deep=ALL // 2) for name, path in PAGES.items()}
        measures = {name: partial(_median, site, path, cookie) for name, path in paths.items()}
        for name, runs in part.interleaved(measures).items():
            part.add(name, "ms", runs, bar=BAR, at_most=True)
    part.notes.append(f"{HELD:,} of {ALL:,} comments are in the queues; medians of {ASKED} answers a run")


def _instance() -> Path:
    """A site of its own: comments in every state, as a month without moderators would leave it."""
    folder = threads.instance().with_name(threads.instance().name + f"-desk-{ALL}")
    marker = folder / "ready"
    if not marker.exists():
        seed(folder, (ALL,))
        add = [sys.executable, "-m", "flask", "--app", "app", "moderators", "add", NAME, "--password-stdin"]
        environ = clean_environ() | {"UNDERSTORY_INSTANCE": str(folder)}
        subprocess.run(
            add, cwd=ROOT, env=environ, input=f"{PASSWORD}\n".encode(), stdout=subprocess.DEVNULL, check=True
        )
        with sqlite3.connect(folder / "understory.db") as database:
            database.execute(
                "UPDATE comments SET state = CASE id % 8 WHEN 1 THEN 'pending' WHEN 3 THEN 'spam'"
                " WHEN 5 THEN 'rejected' ELSE 'reported' END, shown = shown_replies > 0, "
                " reader_key = 'reader' || (id % 5000),"
                " held_for = CASE id % 8 WHEN 1 THEN 'Suspect words: “river”' END WHERE id % 2 = 1"
            )
            database.execute(
                "INSERT INTO reports (comment_id, reader_key, grounds, words, settled, at) SELECT id, 'reporter',"
                " 'spam', 'Look', 0, created_at FROM comments WHERE state = 'reported'"
            )
        marker.touch()
    return folder


def _signed_in(site: Site) -> str:
    """The cookie of a moderator."""
    page, cookie = _ask(site, "GET", "/sign-in", "")
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    if token is None:
        raise RuntimeError("the sign-in form has no token")
    fields = urllib.parse.urlencode({"csrf_token": token[1].decode(), "name": NAME, "password": PASSWORD})
    return _ask(site, "POST", "/sign-in", cookie, fields)[1]


def _ask(site: Site, method: str, path: str, cookie: str, fields: str | None = None) -> tuple[bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    connection.request(method, path, fields, {"Cookie": cookie, **kind})
    answer = connection.getresponse()
    body, given = answer.read(), answer.headers.get_all("Set-Cookie") or []
    connection.close()
    return body, "; ".join(one.partition(";")[0] for one in given) or cookie


def _median(site: Site, path: str, cookie: str) -> float:
    """Milliseconds of the median answer."""
    waits = []
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    for _ in range(ASKED):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        waits.append(1000 * (time.perf_counter() - began))
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} was answered with {answer.status}")
    connection.close()
    return statistics.median(waits)
