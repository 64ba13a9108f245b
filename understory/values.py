"""How the text of a setting becomes its value. Each raises ValueError with the end of a sentence: "it is …"."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from limits import parse_many
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

#: What can be logged, from the most to the least.
LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True)
class Proxies:
    """Who may tell us a reader's address: named networks, or a number of hops nearest to us."""

    networks: tuple[str, ...] = ()
    hops: int = 0


def text(value: str) -> str:
    if not value.strip():
        raise ValueError("it is empty")
    return value.strip()


def folder(value: str) -> Path:
    return Path(text(value)).resolve()


def whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"\d{1,9}", value.strip()) or not low <= int(value) <= high:
            raise ValueError(f"it is not a whole number from {low} to {high}")
        return int(value)

    return parse


def switch(value: str) -> bool:
    words = {"1": True, "true": True, "on": True, "yes": True, "0": False, "false": False, "off": False, "no": False}
    try:
        return words[value.strip().lower()]
    except KeyError:
        raise ValueError("it is neither on nor off") from None


def limit(value: str) -> str:
    if value.strip().lower() == "off":
        return ""
    try:
        if not all(one.amount for one in parse_many(value)):
            raise ValueError
    except ValueError:
        raise ValueError('it is not a limit such as "5 per minute", nor "off"; nothing may be 0') from None
    return value.strip()


def database(value: str) -> str:
    try:
        url = make_url(value.strip())
    except ArgumentError:
        raise ValueError("it is not a database address such as sqlite:////srv/understory.db") from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        if not url.database:
            raise ValueError("it names no database: postgresql://NAME:PASSWORD@HOST/DATABASE")
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise ValueError(f"{url.drivername} is not a database that this version knows; sqlite and postgresql are")
    if url.database in (None, "", ":memory:"):
        raise ValueError("it names no file, and what is kept in memory no other connection sees")
    return value.strip()


def replica(value: str) -> str:
    known = database(value)
    if make_url(known).get_backend_name() != "postgresql":
        raise ValueError("it is not a PostgreSQL server, and nothing else has replicas here")
    return known


def choice(*names: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.strip().lower() not in names:
            raise ValueError(f"it is none of {', '.join(names)}")
        return value.strip().lower()

    return parse


def redis(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("redis", "rediss") or not _names_a_host(parts):
        raise ValueError("it is not an address such as redis://127.0.0.1:6379/0")
    return value.strip()


def address(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not _names_a_host(parts) or parts.query or parts.fragment:
        raise ValueError("it is not an address such as https://comments.example.org")
    return value.strip().rstrip("/")


def _names_a_host(parts: SplitResult) -> bool:
    try:
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def proxies(value: str) -> Proxies:
    if re.fullmatch(r"\s*\d\s*", value):
        return Proxies(hops=int(value))
    try:
        networks = (ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())
        return Proxies(networks=tuple(str(network) for network in networks))
    except ValueError:
        raise ValueError("it is neither addresses such as 127.0.0.1, 10.0.0.0/8 nor a number of hops") from None


def secret(value: str) -> str:
    if len(value) < 16:
        raise ValueError("it is shorter than 16 characters")
    return value
