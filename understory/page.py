"""A finished page: its bytes as they go over the wire, in each coding that somebody takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from understory import compression, outgoing
from understory.answers import Answer, Headers
from understory.compression import KEPT, Coding

#: What a page costs beside its bytes, roughly.
_OVERHEAD = 2048


@dataclass(frozen=True, slots=True)
class _Ready:
    """A page in one coding: `wire` holds its header lines and, from `start` on, its body."""

    headers: Headers
    wire: bytes
    start: int


class Page:
    """One address's bytes, ready to be sent in each coding that was asked for."""

    def __init__(self, answer: Answer, mark: int) -> None:
        self.note = answer.note
        self.mark = mark
        self.asked = 0
        #: The ETag's opaque part: two are compared by it, weakly (RFC 9110, 13.1.2).
        self.tag = next(value for name, value in answer.headers if name == "etag").removeprefix("W/")
        plain = [(name, value) for name, value in answer.headers if name not in ("content-length", "vary")]
        self._headers = [*plain, ("vary", "Accept-Encoding")]
        self._ready: dict[Coding, _Ready] = {}
        # Kept as a browser takes it, an eighth of the page; who takes it otherwise has it made of that.
        self._put(KEPT, compression.packed(answer.body) if answer.packed is None else answer.packed)
        #: What the page costs, in all codings together.
        self.size = self.counted = len(self._ready[KEPT].wire) + _OVERHEAD

    @cached_property
    def unchanged(self) -> Headers:
        """The headers of an answer that says: what you have is still good."""
        return [(name, value) for name, value in self._headers if name != "content-type"]

    @cached_property
    def unchanged_wire(self) -> bytes:
        """All that goes over the wire of it, from after the date on."""
        return outgoing.lines(self.unchanged) + b"\r\n"

    def in_coding(self, coding: Coding) -> tuple[Headers, bytes]:
        """The page's headers and body."""
        ready = self._in(coding)
        return ready.headers, ready.wire[ready.start :]

    def wire(self, coding: Coding) -> bytes:
        """All that goes over the wire of it, from after the date on."""
        return self._in(coding).wire

    def press_well(self) -> None:
        """Make the codings that were asked for smaller; takes milliseconds, so it is for another thread."""
        body = self._whole()
        for coding in list(self._ready):
            self._put(coding, compression.well(coding, body))

    def _in(self, coding: Coding) -> _Ready:
        ready = self._ready.get(coding)
        if ready is None:
            ready = self._put(coding, compression.quickly(coding, self._whole()))
            self.size += len(ready.wire)
        return ready

    def _whole(self) -> bytes:
        return compression.unpacked(self.in_coding(KEPT)[1])

    def _put(self, coding: Coding, data: bytes) -> _Ready:
        coded = [] if coding == "identity" else [("content-encoding", str(coding))]
        headers = [*self._headers, *coded, ("content-length", str(len(data)))]
        lines = outgoing.lines(headers) + b"\r\n"
        ready = self._ready[coding] = _Ready(headers, lines + data, len(lines))
        return ready
