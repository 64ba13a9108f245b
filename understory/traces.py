"""What is kept of an address, which is never kept itself: a keyed hash to know it again, and its range to ban."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

from flask import request

from understory.limits import household
from understory.sealing import HASH_LENGTH, keyed_hash
from understory.settings import current

#: "2001:db8:ffff::/48" is the longest.
RANGE_LENGTH = 20

#: Bits of an address that its range keeps: what a provider hands out as one block.
_KEPT_BITS = {4: 24, 6: 48}

__all__ = ["HASH_LENGTH", "NO_TRACE", "RANGE_LENGTH", "Trace", "kept_of", "trace_here", "trace_of"]


@dataclass(frozen=True)
class Trace:
    """Both are None where nothing is kept."""

    hash: str | None = None
    range: str | None = None

    @property
    def columns(self) -> dict[str, str | None]:
        """As tables keep it."""
        return {"address_hash": self.hash, "address_range": self.range}


#: Of somebody who has no address, or where none is to be kept.
NO_TRACE = Trace()


def trace_of(address: str) -> Trace:
    """What is kept of an address; nothing of one that is none."""
    home = household(address)
    network = _network(home)
    return Trace(keyed_hash(home, "address"), network) if network else NO_TRACE


@lru_cache(maxsize=1024)
def _network(home: str) -> str:
    """The range that an address lies in; "" for one that is none."""
    try:
        parsed = ipaddress.ip_address(home)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((home, _KEPT_BITS[parsed.version]), strict=False))


def trace_here() -> Trace:
    """What is kept of who is asking."""
    return kept_of(request.remote_addr or "")


def kept_of(address: str) -> Trace:
    """What this site keeps of an address, for as long as ADDRESS_DAYS says."""
    return NO_TRACE if current().address_days == 0 else trace_of(address)
