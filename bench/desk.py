"""Pages of the moderators' desk with 100,000 comments in its queues, and a search through all of them.

    .venv/bin/python bench/desk.py 1000000

measures on a site of so many comments, made for it in a folder that is gone afterwards: the answer of Flask alone.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from flask_migrate import upgrade
from sqlalchemy import insert, text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app import create_app
from bench.seed import fill
from blueprints.accounts import operations as accounts
from blueprints.accounts.models import Role
from blueprints.moderation.models import Report
from understory import clock
from understory.db import db, transaction
from understory.settings import Settings

#: Comments in the four queues together.
QUEUED = 100_000
PASSWORD = "four words and more"

PATHS = {
    "all": "/admin/",
    "pending": "/admin/?queue=pending",
    "pending, deep": "/admin/?queue=pending&before={deep}",
    "reported": "/admin/?queue=reported",
    "spam": "/admin/?queue=spam",
    "rejected": "/admin/?queue=rejected",
    "a common word": "/admin/?q=river",
    "a common word in spam": "/admin/?queue=spam&q=river",
    "a rare word": "/admin/?q=toadstool",
    "two days long ago": "/admin/?since=2000-01-01&until={day}",
    "one article": "/admin/?article=thread-{count}&queue=pending",
    "one author": "/admin/?by=1",
    "news": "/admin/news?log=0&newest={count}&new=0",
}


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(instance=Path(folder), secret_key="a key for measuring", sign_in_limit=""))
        with app.app_context():
            upgrade()
            fill(count)
            _queue(count)
            accounts.add("mod", PASSWORD, Role.MODERATOR)
        browser = app.test_client()
        token = browser.get("/form-token").text
        browser.post("/sign-in", data={"name": "mod", "password": PASSWORD, "csrf_token": token})
        day = clock.now().date().isoformat()
        for name, path in PATHS.items():
            waits = _waits(browser, path.format(deep=count // 2, count=count, day=day))
            print(f"{name:24} {median(waits):7.1f} ms, worst {max(waits):7.1f} ms")


def _queue(count: int) -> None:
    """A quarter of what is queued in each state, all over the site; reported ones have a report each."""
    chosen = random.Random(1).sample(range(1, count + 1), min(QUEUED, count // 2))
    quarter = len(chosen) // 4
    with transaction() as session:
        for place, state in enumerate(("pending", "spam", "rejected", "reported")):
            ids = ",".join(map(str, chosen[place * quarter : (place + 1) * quarter]))
            session.execute(text(f"UPDATE comments SET state = '{state}' WHERE id IN ({ids})"))
        session.execute(text("UPDATE comments SET reader_key = printf('%022d', id % 2000)"))
        rows = [
            {"comment_id": one, "reader_key": "r" * 22, "grounds": "spam", "words": "", "at": clock.now()}
            for one in chosen[3 * quarter :]
        ]
        session.execute(insert(Report), rows)
    db.session.execute(text("PRAGMA optimize"))


def _waits(browser, path: str) -> list[float]:
    """Milliseconds of each of twenty answers after a first."""
    waits = []
    for _ in range(21):
        began = time.perf_counter()
        status = browser.get(path).status_code
        waits.append(1000 * (time.perf_counter() - began))
        if status not in (200, 204):
            raise RuntimeError(f"{path}: {status}")
    return waits[1:]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
