"""Making the site ready: once, in order, by one process at a time."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select

from app import create_app, create_front
from blueprints.articles.models import Article
from tests.builders import add_account, at_once, within
from understory import serve
from understory.db import db
from understory.settings import SettingError

ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture
def empty(make_site, tmp_path):
    """A site without a database, as it is at its very first start."""

    def make():
        (tmp_path / "instance").mkdir(exist_ok=True)
        (tmp_path / "instance" / "understory.db").touch()
        return make_site()

    return make


def ready(site) -> list[str]:
    return serve.make_ready(site, site.extensions["understory.settings"], ADDRESS)


def articles(site) -> int:
    return within(site, lambda: db.session.scalar(select(func.count(Article.id))))


def test_the_first_start_brings_articles_and_prints_a_claim(empty):
    site = empty()
    lines = ready(site)
    assert articles(site) == 3
    assert "3 articles were added to begin with" in lines
    (claim,) = [line for line in lines if "/claim/" in line]
    path = claim.rpartition(ADDRESS)[2]
    assert site.test_client().get(path).status_code == 200


def test_the_next_start_adds_nothing_and_renews_the_claim(empty):
    first, second = ready(empty()), ready(empty())
    assert len(second) == 1
    assert "/claim/" in second[0]
    assert second[0] not in first


def test_once_somebody_moderates_a_start_prints_nothing(empty):
    site = empty()
    ready(site)
    add_account(site)
    assert ready(empty()) == []


def test_starts_at_the_same_moment_do_not_disturb_each_other(empty):
    sites = [empty() for _ in range(4)]
    results = at_once(*[lambda site=site: ready(site) for site in sites])
    assert [result for result in results if isinstance(result, Exception)] == []
    assert articles(sites[0]) == 3


def test_a_port_that_is_taken_stops_the_start(make_site, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        chosen = make_site(port=taken.getsockname()[1]).extensions["understory.settings"]
        with (
            ExitStack() as held,
            pytest.raises(SettingError, match=r"UNDERSTORY_PORT: 127\.0\.0\.1 port .* cannot be used: "),
        ):
            serve._listen(chosen, held)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("example.org", "example.org")],
)
def test_the_printed_address_is_one_to_open(host, shown):
    assert serve._in_url(host) == shown


def test_a_database_that_is_not_there_stops_the_start_with_one_line(monkeypatch, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody_here = probe.getsockname()[1]
    monkeypatch.setenv("UNDERSTORY_INSTANCE", str(tmp_path))
    monkeypatch.setenv("UNDERSTORY_PORT", str(nobody_here))
    # The start says by this where processes count together, which the tests after this one do not.
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.setenv("UNDERSTORY_DATABASE_URL", f"postgresql://ada:hunter2@127.0.0.1:{nobody_here}/site")
    with pytest.raises(SystemExit) as refusal:
        serve.main(create_app, create_front)
    said = str(refusal.value)
    assert said.startswith("understory: UNDERSTORY_DATABASE_URL: the database cannot be used: ")
    assert "\n" not in said
    assert "hunter2" not in said
