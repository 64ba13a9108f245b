"""What an operator can set: UNDERSTORY_* in the environment over instance/understory.toml over the defaults.

A name that is not here or a value that does not fit stops the start with one line that names the setting.
"""

from __future__ import annotations

import difflib
import os
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app
from sqlalchemy import URL

from understory import values

PREFIX = "UNDERSTORY_"
DEFAULT_INSTANCE = Path(__file__).resolve().parent.parent / "instance"


class SettingError(Exception):
    """A setting that cannot be used; its text is one line for the operator."""


def _setting(default: Any, parse: Callable[[str], Any], about: str) -> Any:
    return field(default=default, metadata={"parse": parse, "about": about})


@dataclass(frozen=True)
class Settings:
    """Every setting, checked. `about` of each field is its line in the README."""

    instance: Path = _setting(DEFAULT_INSTANCE, values.folder, "folder of the site's own data")
    database_url: str = _setting("", values.database, "where the data is kept; an SQLite file in INSTANCE by default")
    replica_url: str = _setting("", values.replica, "a replica that guests' pages are read from; none: the database")
    redis_url: str = _setting("", values.redis, "where all processes count limits; none: each its own")
    secret_key: str = _setting("", values.secret, "signs sessions; made once in INSTANCE by default")
    host: str = _setting("127.0.0.1", values.text, "address to listen on")
    port: int = _setting(8000, values.whole(1, 65535), "port to listen on")
    workers: int = _setting(1, values.whole(1, 64), "server processes; each has its own pages in memory")
    base_url: str = _setting("", values.address, "the site's public address, for links that leave the site")
    site_name: str = _setting("Understory", values.text, "name in titles and at the head of pages")
    trusted_proxies: values.Proxies = _setting(
        values.Proxies(), values.proxies, "proxies whose X-Forwarded-* count: addresses, networks or a number of hops"
    )
    premoderate: bool = _setting(False, values.switch, "hold every comment until a moderator approves it")
    edit_minutes: int = _setting(15, values.whole(0, 1440), "how long authors can change or delete their comments")
    reports_to_hide: int = _setting(3, values.whole(0, 1000), "reports that hide a comment until looked at; 0: none do")
    public_log: bool = _setting(False, values.switch, "show at /moderation what moderators did, with their reasons")
    public_log_names: bool = _setting(False, values.switch, "say there which moderator it was")
    comments_per_page: int = _setting(20, values.whole(1, 200), "top-level comments on a page of a thread")
    page_cache: int = _setting(8, values.whole(0, 65536), "MiB of finished pages that a process keeps; 0: none")
    post_limit: str = _setting("10 per minute", values.limit, "comments from one address; off ends both post limits")
    thread_limit: str = _setting("120 per minute", values.limit, "comments in one thread, from all addresses together")
    act_limit: str = _setting("60 per minute", values.limit, "votes, reports and changes from one address")
    address_days: int = _setting(30, values.whole(0, 3650), "days for which traces of commenters' addresses are kept")
    sign_in_days: int = _setting(90, values.whole(1, 3650), "days for which sign-ins and changes of accounts are kept")
    sign_in_limit: str = _setting("10 per minute", values.limit, "attempts to sign in from one address or for one name")
    metrics_token: str = _setting("", values.secret, "opens /metrics to others than this machine")
    log_level: str = _setting("warning", values.choice(*values.LEVELS), "the least that is logged; info: each request")
    log_format: str = _setting("text", values.choice("text", "json"), "how lines of the log are written")
    slow_query_ms: int = _setting(500, values.whole(0, 60_000), "statements that take longer are logged; 0: none")
    sentry_dsn: str = _setting("", values.text, "where Sentry collects errors; none: nobody is told")
    akismet_key: str = _setting("", values.text, "key for a spam check by Akismet's protocol; none: nobody is asked")
    akismet_url: str = _setting("https://rest.akismet.com/1.1", values.address, "where that service is")

    @property
    def database(self) -> str:
        """The database address in force."""
        own = URL.create("sqlite", database=str(self.instance / "understory.db"))
        return self.database_url or own.render_as_string()


_KNOWN: Mapping[str, Field[Any]] = {known.name: known for known in fields(Settings)}

#: What is left of bytes that are not UTF-8 (PEP 383), and NUL.
_NO_TEXT = re.compile("[\ud800-\udfff\0]")

#: Whose values are never printed.
_SECRETS = frozenset(
    {"secret_key", "database_url", "replica_url", "redis_url", "metrics_token", "sentry_dsn", "akismet_key"}
)


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings and make the instance folder and the secret key where they are missing.

    Raises SettingError with one line.
    """
    found = _from_environment(environ)
    instance = _parsed("instance", found.pop("instance")) if "instance" in found else DEFAULT_INSTANCE
    found = {**_from_file(instance / "understory.toml"), **found}
    values_of = {name: _parsed(name, given) for name, given in found.items()}
    if values_of.get("post_limit") == "":
        values_of.setdefault("thread_limit", "")
    if values_of.get("replica_url") and not values_of.get("database_url", "").startswith("postgresql"):
        raise SettingError(f"{PREFIX}REPLICA_URL: without a PostgreSQL server in {PREFIX}DATABASE_URL nothing fills it")
    _make_folder(instance)
    values_of["secret_key"] = values_of.get("secret_key") or _secret_key(instance / "secret_key")
    return Settings(instance=instance, **values_of)


def current() -> Settings:
    """The settings of the running site."""
    return of(current_app)


def of(app: Flask) -> Settings:
    """The settings that a site was made with."""
    return cast("Settings", app.extensions[__name__])


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions[__name__] = settings


@dataclass(frozen=True)
class _Given:
    """A value as it was written, and the words that lead an operator to it."""

    text: str
    label: str


def _parsed(name: str, given: _Given) -> Any:
    if _NO_TEXT.search(given.text):
        raise SettingError(f"{given.label}: it is not text in UTF-8")
    try:
        return _KNOWN[name].metadata["parse"](given.text)
    except ValueError as error:
        shown = "" if name in _SECRETS else f" {given.text!r}:"
        raise SettingError(f"{given.label}:{shown} {error}") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, _Given]:
    found = {k.removeprefix(PREFIX).lower(): _Given(v, k) for k, v in environ.items() if k.startswith(PREFIX)}
    _refuse_unknown(found, lambda name: PREFIX + name.upper())
    return found


def _from_file(path: Path) -> dict[str, _Given]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingError(f"{path.name}: {' '.join(str(error).split())}") from None
    for name, value in table.items():
        if name == "instance" or not isinstance(value, str | int | bool):
            raise SettingError(f"{path.name}: {name} cannot be set to {value!r} here")
    found = {name: _Given(str(value), f"{path.name}: {name}") for name, value in table.items()}
    _refuse_unknown(found, str)
    return found


def _refuse_unknown(found: Mapping[str, _Given], spelled: Callable[[str], str]) -> None:
    for name, given in found.items():
        if name not in _KNOWN:
            near = difflib.get_close_matches(name, _KNOWN, n=1)
            hint = f"; did you mean {spelled(near[0])}?" if near else ""
            raise SettingError(f"{given.label} is not a setting{hint}")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"{PREFIX}INSTANCE: {folder} cannot be made: {error.strerror}") from None


def _secret_key(path: Path) -> str:
    """The key in the file, made with mode 0600 on the first call."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            # A link appears whole or not at all, so a process that starts beside this one never reads half a key.
            with suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        except OSError as error:
            raise SettingError(f"{PREFIX}INSTANCE: {path} cannot be written: {error.strerror}") from None
    key = path.read_text().strip()
    if len(key) < 16:
        raise SettingError(f"{path.name} in the instance folder is damaged: remove it to have a new one made")
    return key
