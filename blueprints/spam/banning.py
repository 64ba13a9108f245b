"""Who and what may not post: bans as they are looked up for each comment. Pure."""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from blueprints.spam.phrases import Phrases, folded
from blueprints.spam.signs import Text

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


#: Bits before an IPv4 address that is written as IPv6 (RFC 4291, 2.5.5.2).
_MAPPED = 96


class Kind(enum.StrEnum):
    """What a ban is about."""

    AUTHOR = "author"
    EMAIL = "email"
    ADDRESS = "address"
    WORDS = "words"


@dataclass(frozen=True)
class Banned:
    """A ban in force: `value` is a reader's key, an e-mail or @domain, a range of addresses, or a phrase a line."""

    id: int
    kind: Kind
    value: str
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.until is None or at < self.until


@dataclass(frozen=True)
class Sender:
    """Who posts: the key of the reader, the address, and what the browser calls itself."""

    reader_key: str | None = None
    address: str = ""
    browser: str = ""


class Bans:
    """Bans that can be looked up without reading all of them."""

    def __init__(self, bans: Iterable[Banned] = ()) -> None:
        self._by_key: dict[tuple[Kind, str], list[Banned]] = {}
        self._ranges: list[tuple[Network, Banned]] = []
        self._words: list[tuple[Phrases, Banned]] = []
        for ban in bans:
            if ban.kind == Kind.ADDRESS:
                self._ranges.append((network_of(ban.value), ban))
            elif ban.kind == Kind.WORDS:
                self._words.append((Phrases(ban.value.splitlines()), ban))
            else:
                self._by_key.setdefault((ban.kind, ban.value), []).append(ban)

    def on(self, sender: Sender, text: Text, at: datetime) -> list[Banned]:
        """The bans that are about this comment now."""
        found: list[Banned] = []
        if self._by_key:
            for key in _keys(sender, text):
                found += self._by_key.get(key, ())
        if self._ranges and (address := _parsed(sender.address)) is not None:
            found += [ban for network, ban in self._ranges if address in network]
        if self._words:
            words = text.words
            found += [ban for phrases, ban in self._words if phrases.in_words(words)]
        return [ban for ban in found if ban.holds(at)]


def mailbox(email: str) -> str:
    """An e-mail address as it is compared: one case, and without what some write behind a plus sign. Where nothing
    stands before that sign it stays, because no name is everybody of the domain."""
    name, _, domain = folded(email.strip()).rpartition("@")
    return f"{name.partition('+')[0] or name}@{domain.rstrip('.')}"


def network_of(written: str) -> Network:
    """A range of addresses; IPv4 written as IPv6 is IPv4. Raises ValueError."""
    network = ipaddress.ip_network(written, strict=False)
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) else None
    if mapped is None or network.prefixlen < _MAPPED:
        return network
    return ipaddress.IPv4Network((mapped, network.prefixlen - _MAPPED))


def _keys(sender: Sender, text: Text) -> list[tuple[Kind, str]]:
    keys = [(Kind.AUTHOR, sender.reader_key)] if sender.reader_key else []
    if text.email:
        keys.append((Kind.EMAIL, mailbox(text.email)))
        domain = text.mail_domain
        while domain:
            keys.append((Kind.EMAIL, f"@{domain}"))
            domain = domain.partition(".")[2]
    return keys


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """IPv4 written as IPv6 is IPv4; None for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
