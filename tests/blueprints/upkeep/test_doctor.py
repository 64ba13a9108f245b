"""`flask doctor`: silent about what is well, clear about what is not."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from blueprints.accounts.models import Role
from blueprints.upkeep import readiness
from tests.builders import add_account
from tests.served import free_port
from understory import settings
from understory.db import db

WELL = {"sign_in_limit": "10 per minute", "post_limit": "10 per minute"}


def told(site) -> tuple[int, str]:
    result = site.test_cli_runner().invoke(args=["doctor"])
    return result.exit_code, result.output


@pytest.fixture
def make_well(make_site):
    """A site with nothing wrong but what a test adds."""

    def make(**more: object):
        site = make_site(**{**WELL, **more})
        settings.of(site).instance.chmod(0o700)
        add_account(site, role=Role.ADMIN)
        return site

    return make


def test_a_sound_site_is_called_so(make_well):
    status, output = told(make_well())
    assert status == 0
    assert output.endswith("Nothing is wrong.\n")
    assert "WRONG" not in output


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"sign_in_limit": ""}, "set them before strangers come"),
        ({"base_url": "https://talk.example.org"}, "UNDERSTORY_TRUSTED_PROXIES"),
        ({"redis_url": f"redis://127.0.0.1:{free_port()}/0"}, "see that it runs, and UNDERSTORY_REDIS_URL"),
    ],
)
def test_a_setting_that_harms_is_named(make_well, chosen, said):
    status, output = told(make_well(**chosen))
    assert (status, said in output) == (1, True)
    assert "1 thing is wrong" in output


def test_what_could_be_better_is_said_and_is_no_fault(make_well):
    status, output = told(make_well(workers=400, base_url=""))
    assert status == 0
    assert "only take memory" in output
    assert "set UNDERSTORY_BASE_URL" in output


def test_a_folder_that_others_can_write_is_named(make_well):
    site = make_well()
    settings.of(site).instance.chmod(0o777)
    assert "chmod go-w" in told(site)[1]


def test_a_key_that_others_can_read_is_named(make_well):
    site = make_well()
    key = settings.of(site).instance / "secret_key"
    key.write_text("x" * 64)
    key.chmod(0o644)
    assert "chmod 600" in told(site)[1]


def test_without_an_admin_the_way_to_one_is_told(make_site):
    site = make_site(**WELL)
    settings.of(site).instance.chmod(0o700)
    status, output = told(site)
    assert (status, "moderators add NAME --admin" in output) == (1, True)


def test_tables_of_another_version_and_a_full_disk_are_told(make_well, monkeypatch):
    site = make_well()
    monkeypatch.setattr(readiness, "ROOM", 2**62)
    with site.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
        db.session.commit()
    output = told(site)[1]
    assert "at older" in output
    assert "make room" in output
    assert "2 things are wrong" in output
