"""The log: one line an event, told apart by the request's id, and nothing about a person in it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest
import sentry_sdk
from sqlalchemy import text

from tests.builders import Reader, add_article, within
from tests.drills.crowd import SLUG, Poster
from tests.served import ROOT, serving
from understory import logs
from understory.db import db
from understory.settings import SettingError, Settings


@pytest.fixture(scope="module")
def logged(tmp_path_factory) -> list[str]:
    """What a real site wrote while a reader read and posted."""
    folder = tmp_path_factory.mktemp("logged")
    with serving(folder, log_level="info", log_format="json", trusted_proxies="127.0.0.1") as site:
        poster = Poster(site)
        poster.send("My secret thought", "a-submission-of-some-length")
        poster.more_headers = lambda: {"X-Request-ID": "given-by-the-proxy", "X-Forwarded-For": "203.0.113.9"}
        poster.ask("GET", "/claim/a-token-that-is-secret?q=looked-for")
        poster.more_headers = lambda: {"X-Request-ID": "not one, with spaces"}
        poster.ask("GET", "/nowhere")
    return [line for line in site.log.read_text().splitlines() if line.startswith("{")]


def test_each_line_is_an_object_that_says_what_when_and_for_which_request(logged):
    entries = [json.loads(line) for line in logged]
    posted = next(one for one in entries if one["event"] == "answered" and one["method"] == "POST")
    assert posted["route"] == "/articles/<slug:slug>/comments"
    assert posted["status"] == 303
    assert posted["ms"] > 0
    assert len(posted["request"]) == 16
    assert posted["timestamp"].endswith("Z")
    assert posted["level"] == "info"


def test_the_proxy_s_id_is_taken_where_it_is_one(logged):
    entries = {one["request"]: one for one in map(json.loads, logged) if "request" in one}
    assert entries["given-by-the-proxy"]["route"] == "/claim/<token>"
    assert not any("spaces" in one for one in entries)


def test_no_line_holds_what_somebody_wrote_looked_for_or_was_given(logged):
    written = "\n".join(logged)
    for secret in ("secret thought", "Grace", "a-token-that-is-secret", "looked-for", "203.0.113.9", SLUG):
        assert secret not in written


def test_only_answers_that_no_cache_keeps_carry_the_id(site):
    slug, ada = add_article(site), Reader(site)
    assert "X-Request-ID" not in ada.get(f"/articles/{slug}").headers
    assert len(ada.get("/sign-in").headers["X-Request-ID"]) == 16


def test_a_slow_statement_is_told_without_its_values(make_site, caplog):
    site = make_site(slow_query_ms=1)
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :much) SELECT count(*) FROM n"
    within(site, lambda: db.session.execute(text(count), {"much": 300_123}).scalar_one())
    (told,) = [one for one in caplog.records if one.name == "understory.slow" and "RECURSIVE" in one.statement]
    assert told.ms >= 1
    assert "300123" not in told.statement


def test_an_error_of_the_database_is_told_without_what_was_bound(site):
    with site.app_context(), pytest.raises(Exception, match="nothing_there") as trouble:
        db.session.execute(text("SELECT :said FROM nothing_there"), {"said": "a private word"})
    assert "a private word" not in str(trouble.value)


def test_a_report_holds_nothing_of_who_asked(site):
    sent = []
    sentry_sdk.init(
        "https://key@sentry.example/1", before_send=lambda report, hint: sent.append(logs.bare(report, hint))
    )
    try:
        with site.test_request_context("/sign-in", data={"password": "hidden treasure"}, method="POST"):
            sentry_sdk.set_user({"ip_address": "203.0.113.9"})
            sentry_sdk.capture_exception(ValueError("it broke\nDETAIL: Key (name)=(Ada) is there"))
    finally:
        sentry_sdk.init()
    assert sent[0]["exception"]["values"][0]["value"] == "it broke"
    assert not {"request", "user", "server_name"} & sent[0].keys()


def test_a_wrong_address_of_sentry_stops_the_start(tmp_path):
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        with pytest.raises(SettingError, match="UNDERSTORY_SENTRY_DSN"):
            logs.configure(Settings(instance=tmp_path, sentry_dsn="not-one"))
    finally:
        root.handlers[:] = before
        root.setLevel(level)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_an_unforeseen_error_is_told_without_what_variables_held(tmp_path, log_format):
    fails = f"""
import logging
import subprocess
import sys
from pathlib import Path
from understory import logs
from understory.settings import Settings
logs.configure(Settings(instance=Path({str(tmp_path)!r}), log_format={log_format!r}))
def fail(said):
    raise RuntimeError("unforeseen")
try:
    fail("a private" + " word")
except RuntimeError:
    logging.getLogger("site").exception("it failed")
"""
    done = subprocess.run([sys.executable, "-c", fails], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "RuntimeError: unforeseen" in done.stderr
    assert "a private word" not in done.stderr
