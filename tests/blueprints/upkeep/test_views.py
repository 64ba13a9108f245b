"""What watchers are told."""

from __future__ import annotations

from sqlalchemy import text

from blueprints.upkeep import readiness
from tests.builders import Reader, within
from understory.db import db


def test_a_process_that_answers_is_healthy_and_asks_no_database(site, monkeypatch):
    monkeypatch.setattr(type(db), "engine", property(lambda _: 1 / 0))
    response = Reader(site).get("/healthz")
    assert (response.status_code, response.text, response.mimetype) == (200, "ok\n", "text/plain")
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_site_that_can_work_is_ready(site):
    response = Reader(site).get("/readyz")
    assert response.status_code == 200
    lines = dict(line.split(": ", 1) for line in response.text.splitlines())
    assert (lines["database"], lines["migrations"]) == ("answers", "newest")
    assert lines["disk"].endswith("MiB free")


def test_tables_of_another_version_are_told(site):
    def older():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'picture'"))
        db.session.commit()

    within(site, older)
    response = Reader(site).get("/readyz")
    assert response.status_code == 503
    assert f"migrations: at picture, this version needs {readiness.revisions()[0]}" in response.text


def test_a_database_that_does_not_answer_is_told(site):
    def gone():
        db.session.execute(text("DROP TABLE alembic_version"))
        db.session.commit()

    within(site, gone)
    response = Reader(site).get("/readyz")
    assert response.status_code == 503
    assert response.text.startswith("database: ")
    assert "alembic_version" in response.text.splitlines()[0]


def test_a_full_disk_is_told(site, monkeypatch):
    monkeypatch.setattr(readiness, "ROOM", 2**62)
    assert Reader(site).get("/readyz").status_code == 503
