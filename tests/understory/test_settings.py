"""What an operator sets, and what is said when it cannot be used."""

from __future__ import annotations

import dataclasses
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import at_once
from tests.served import free_port
from understory import settings
from understory.settings import DEFAULT_INSTANCE, SettingError, Settings
from understory.values import Proxies

ROOT = Path(__file__).resolve().parents[2]


def load(tmp_path: Path, toml: str = "", **named: str) -> Settings:
    """The settings of an environment with these names, and a file with that text."""
    if toml:
        (tmp_path / "understory.toml").write_text(toml, encoding="utf-8")
    return settings.load({"UNDERSTORY_INSTANCE": str(tmp_path), **{f"UNDERSTORY_{n}": v for n, v in named.items()}})


def refusal(tmp_path: Path, toml: str = "", **named: str) -> str:
    with pytest.raises(SettingError) as caught:
        load(tmp_path, toml, **named)
    return str(caught.value)


def test_without_any_setting_the_defaults_hold(tmp_path):
    found = load(tmp_path)
    assert found == Settings(instance=tmp_path, secret_key=found.secret_key)
    assert found.database == f"sqlite:///{tmp_path / 'understory.db'}"


def test_the_file_goes_over_the_default_and_the_environment_over_the_file(tmp_path):
    found = load(tmp_path, 'port = 9000\nhost = "::1"', PORT="9001")
    assert (found.port, found.host, found.workers) == (9001, "::1", 1)


def test_names_of_others_in_the_environment_do_not_matter(tmp_path):
    given = {"PORT": "x", "FLASK_DEBUG": "1", "MY_UNDERSTORY_PORT": "x", "UNDERSTORY_INSTANCE": str(tmp_path)}
    assert settings.load(given).port == 8000


def test_the_instance_is_beside_the_program_when_nobody_says_where():
    assert Path(settings.__file__).resolve().parent.parent / "instance" == DEFAULT_INSTANCE


def test_the_instance_folder_is_made(tmp_path):
    load(tmp_path / "not" / "here")
    assert (tmp_path / "not" / "here" / "secret_key").exists()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PORT", " 80 ", 80),
        ("PREMODERATE", "On", True),
        ("PREMODERATE", "no", False),
        ("BASE_URL", "https://example.org/", "https://example.org"),
        ("TRUSTED_PROXIES", "2", Proxies(hops=2)),
        ("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8", Proxies(networks=("127.0.0.1/32", "10.0.0.0/8"))),
        ("TRUSTED_PROXIES", "::1", Proxies(networks=("::1/128",))),
        ("POST_LIMIT", "5 per minute; 20 per hour", "5 per minute; 20 per hour"),
        ("SIGN_IN_LIMIT", "OFF", ""),
        ("DATABASE_URL", "sqlite:////srv/understory.db", "sqlite:////srv/understory.db"),
    ],
)
def test_a_value_is_understood(tmp_path, name, text, value):
    assert getattr(load(tmp_path, **{name: text}), name.lower()) == value


def test_a_file_may_hold_numbers_and_switches(tmp_path):
    found = load(tmp_path, "premoderate = true\ncomments_per_page = 5")
    assert (found.premoderate, found.comments_per_page) == (True, 5)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", ""),
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "8000.0"),
        ("PORT", "9" * 400),
        ("WORKERS", "0"),
        ("COMMENTS_PER_PAGE", "201"),
        ("PREMODERATE", "maybe"),
        ("PREMODERATE", ""),
        ("HOST", " "),
        ("SITE_NAME", ""),
        ("INSTANCE", ""),
        ("BASE_URL", "example.org"),
        ("BASE_URL", "ftp://example.org"),
        ("BASE_URL", "http://["),
        ("BASE_URL", "https://example.org/?a=1"),
        ("POST_LIMIT", "many"),
        ("POST_LIMIT", "5 per fortnight"),
        ("POST_LIMIT", ""),
        ("SIGN_IN_LIMIT", "5"),
        ("THREAD_LIMIT", "-5 per minute"),
        ("TRUSTED_PROXIES", "localhost"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "127.0.0.1;::1"),
        ("DATABASE_URL", "a file"),
        ("DATABASE_URL", "mysql://example.org/understory"),
        ("DATABASE_URL", "postgresql+psycopg2://example.org/understory"),
        ("DATABASE_URL", "postgresql://example.org"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis:///0"),
        ("REPLICA_URL", "sqlite:////elsewhere.db"),
        ("PORT", "80\n00"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "0123456789abcdef\udcff"),
        ("SITE_NAME", "Caf\udce9"),
        ("HOST", "\udcff"),
        ("POST_LIMIT", "0 per minute"),
        ("POST_LIMIT", "5 per minute; 0 per hour"),
        ("BASE_URL", "https://:443"),
        ("BASE_URL", "https://example.org:99999"),
        ("BASE_URL", "https://example.org:eighty"),
        ("REDIS_URL", "redis://localhost:99999"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
    ],
)
def test_a_malformed_value_stops_the_start_with_one_line_that_names_it(tmp_path, name, text):
    said = refusal(tmp_path, **{name: text})
    assert said.startswith(f"UNDERSTORY_{name}:")
    assert "\n" not in said


def test_a_secret_is_never_said(tmp_path):
    assert "hunter2" not in refusal(tmp_path, SECRET_KEY="hunter2")


def test_a_password_in_a_database_address_is_never_said(tmp_path):
    assert "hunter2" not in refusal(tmp_path, DATABASE_URL="mysql://ada:hunter2@example.org/understory")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_meant_by_any_of_its_names(tmp_path, scheme):
    address = f"{scheme}://ada:hunter2@db.example/understory"
    chosen = settings.load({"UNDERSTORY_INSTANCE": str(tmp_path), "UNDERSTORY_DATABASE_URL": address})
    assert chosen.database == "postgresql+psycopg://ada:hunter2@db.example/understory"


def test_an_unknown_name_is_refused_with_the_one_that_was_meant(tmp_path):
    assert refusal(tmp_path, PROT="80") == "UNDERSTORY_PROT is not a setting; did you mean UNDERSTORY_PORT?"
    assert (
        refusal(tmp_path, "post_limits = 5")
        == "understory.toml: post_limits is not a setting; did you mean post_limit?"
    )


def test_an_unknown_name_like_no_other_is_refused_all_the_same(tmp_path):
    assert refusal(tmp_path, ZZZZZZZZ="1") == "UNDERSTORY_ZZZZZZZZ is not a setting"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("port = 'x'", "understory.toml: port: 'x': it is not a whole number from 1 to 65535"),
        ("port = 80.5", "understory.toml: port cannot be set to 80.5 here"),
        ("port = [80]", "understory.toml: port cannot be set to [80] here"),
        ("[port]\na = 1", "understory.toml: port cannot be set to {'a': 1} here"),
        ("instance = '/srv'", "understory.toml: instance cannot be set to '/srv' here"),
        ("post_limit = false", "understory.toml: post_limit: 'False': it is not a limit"),
        ("port = ", "understory.toml: "),
        ("port 80", "understory.toml: "),
        ("port = 80\nport = 81", "understory.toml: "),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, toml, said):
    found = refusal(tmp_path, toml)
    assert found.startswith(said)
    assert "\n" not in found


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / "understory.toml").write_bytes(b"host = '\xff'")
    assert refusal(tmp_path).startswith("understory.toml: ")


def test_a_file_that_is_a_folder_is_named(tmp_path):
    (tmp_path / "understory.toml").mkdir()
    assert refusal(tmp_path).startswith("understory.toml: ")


def test_an_instance_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    said = refusal(tmp_path / "file" / "folder")
    assert "folder" in said
    assert "\n" not in said


def test_post_limit_off_turns_the_thread_limit_off_too(tmp_path):
    assert load(tmp_path, POST_LIMIT="off").thread_limit == ""
    assert load(tmp_path, POST_LIMIT="1 per minute").thread_limit == Settings().thread_limit
    assert load(tmp_path, POST_LIMIT="off", THREAD_LIMIT="9 per hour").thread_limit == "9 per hour"
    assert load(tmp_path, "thread_limit = '9 per hour'", POST_LIMIT="off").thread_limit == "9 per hour"


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    key = load(tmp_path).secret_key
    file = tmp_path / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(key) == 64
    assert load(tmp_path).secret_key == key
    assert file.read_text() == key


def test_a_given_key_leaves_no_file(tmp_path):
    assert load(tmp_path, SECRET_KEY="sixteen letters!").secret_key == "sixteen letters!"
    assert not (tmp_path / "secret_key").exists()


def test_starts_at_the_same_moment_agree_on_one_key(tmp_path):
    keys = {found.secret_key for found in at_once(*[lambda: load(tmp_path)] * 16)}
    assert keys == {(tmp_path / "secret_key").read_text()}
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_key_that_another_start_made_meanwhile_is_kept(tmp_path, monkeypatch):
    def meanwhile(_bytes: int) -> str:
        (tmp_path / "secret_key").write_text("the key of another start")
        return "0" * 64

    monkeypatch.setattr(settings.secrets, "token_hex", meanwhile)
    assert load(tmp_path).secret_key == "the key of another start"


def test_processes_that_start_at_the_same_moment_agree_on_one_key(tmp_path):
    program = "from understory import settings; print(settings.load().secret_key)"
    given = {"cwd": ROOT, "env": {"UNDERSTORY_INSTANCE": str(tmp_path)}, "stdout": subprocess.PIPE, "text": True}
    starts = [subprocess.Popen([sys.executable, "-c", program], **given) for _ in range(3)]
    keys = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert keys == {(tmp_path / "secret_key").read_text()}


def test_a_damaged_key_is_not_used(tmp_path):
    (tmp_path / "secret_key").write_text("half")
    assert refusal(tmp_path) == "secret_key in the instance folder is damaged: remove it to have a new one made"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("PORT", "x", "UNDERSTORY_PORT: 'x': it is not a whole number from 1 to 65535"),
        ("HOST", ".example", "UNDERSTORY_PORT: .example port 8000 cannot be used: that is no host's name"),
        (
            "DATABASE_URL",
            f"sqlite:///{__file__}",
            "UNDERSTORY_DATABASE_URL: the database cannot be used: file is not a database",
        ),
    ],
)
def test_a_bad_setting_ends_the_start_with_one_line(tmp_path, name, text, said):
    start = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={"UNDERSTORY_INSTANCE": str(tmp_path), "UNDERSTORY_PORT": str(free_port()), f"UNDERSTORY_{name}": text},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert start.returncode == 1
    assert start.stdout == ""
    assert re.sub(r"port \d+", "port 8000", start.stderr) == f"understory: {said}\n"


def test_every_setting_says_what_it_is_about():
    for known in dataclasses.fields(Settings):
        assert known.metadata["about"], known.name


def test_the_readme_tells_of_every_setting():
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [
        known.name for known in dataclasses.fields(Settings) if f"`UNDERSTORY_{known.name.upper()}`" not in told
    ] == []
