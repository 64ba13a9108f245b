"""Pages kept in memory as they go over the wire, and never given out when anything they show has changed.

A page is what readers without a session all get alike. Before it is given from memory, the database is asked
whether anything was committed since it was last found good; if so, whether what it was made of is still at the
version that it was made at. Whoever asks after a commit was answered therefore sees it, whichever process wrote.
One miss renders once, however many ask for it meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from understory import compression, outgoing
from understory.answers import Answer, Headers
from understory.compression import Coding
from understory.ears import Ear, Heard

Key = tuple[object, ...]

#: Readers of one page as it is before it is worth compressing well.
POPULAR = 4

#: How a page is kept: nearly every browser takes it.
KEPT_CODING: Coding = "br"

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
        self._put(KEPT_CODING, compression.quickly(KEPT_CODING, answer.body))
        #: The headers of an answer that says: what you have is still good.
        self.unchanged = [(name, value) for name, value in self._headers if name != "content-type"]
        self.unchanged_wire = outgoing.lines(self.unchanged) + b"\r\n"
        #: What the page costs, in all codings together.
        self.size = self.counted = len(self._ready[KEPT_CODING].wire) + _OVERHEAD

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
        return compression.unpacked(self.in_coding(KEPT_CODING)[1])

    def _put(self, coding: Coding, data: bytes) -> _Ready:
        coded = [] if coding == "identity" else [("content-encoding", str(coding))]
        headers = [*self._headers, *coded, ("content-length", str(len(data)))]
        lines = outgoing.lines(headers) + b"\r\n"
        ready = self._ready[coding] = _Ready(headers, lines + data, len(lines))
        return ready


@dataclass
class _Making:
    """A page that is being rendered: when that began, and the mark of the database before it did."""

    began: int
    mark: int | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)
    page: Page | None = None


class Pages:
    """The pages of one process, at most `most_bytes` of them, the longest unread let go first."""

    def __init__(self, ear: Ear, most_bytes: int) -> None:
        self._ear = ear
        self._most_bytes = most_bytes
        self._bytes = 0
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._making: dict[Key, _Making] = {}
        self._asked = 0
        self._pressing: set[asyncio.Task[None]] = set()
        self._turn_to_press = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._bytes

    def at_once(self, key: Key) -> Page | None:
        """The same as `find`, where the database can be asked without waiting for it; None elsewhere."""
        page = self._pages.get(key)
        if page is None or self._ear.at_once is None:
            return None
        return self._checked(key, page, self._ear.at_once)

    async def find(self, key: Key) -> Page | None:
        """The page, if it is here and shows what the database holds now."""
        page = self._pages.get(key)
        if page is None:
            return None
        heard = await self._ear.hear(page.note.topic)
        return self._checked(key, page, heard) if self._pages.get(key) is page else None

    def _checked(self, key: Key, page: Page, heard: Heard) -> Page | None:
        mark = heard.mark()
        if mark is None or (mark != page.mark and not _still_holds(page, mark, heard)):
            self._drop(key)
            return None
        self._pages.move_to_end(key)
        if page.counted != page.size:
            self._count(page)
        page.asked += 1
        if page.asked == POPULAR:
            self._press(page)
        return page

    async def make(self, key: Key, render: Callable[[], Awaitable[Answer]]) -> Page | Answer:
        """Render the page and keep it if it may be kept; or take it from one who renders it now.

        Somebody else's rendering serves those who asked before it began, and those who asked when nothing had
        been committed since: it shows all that was answered for before they asked.
        """
        self._asked += 1
        arrived, mark = self._asked, (await self._ear.hear()).mark()
        while running := self._making.get(key):
            await running.done.wait()
            good = running.began > arrived or (mark is not None and running.mark == mark)
            if good and running.page is not None:
                return running.page
            if running.page is None:
                return await render()
            if page := await self.find(key):
                return page
        self._asked += 1
        making = self._making[key] = _Making(self._asked)
        try:
            making.mark = (await self._ear.hear()).mark()
            answer = await render()
            if answer.status == 200 and answer.note.is_shared and making.mark is not None:
                making.page = Page(answer, making.mark)
                self._keep(key, making.page)
        finally:
            del self._making[key]
            making.done.set()
        return making.page or answer

    def _keep(self, key: Key, page: Page) -> None:
        self._drop(key)
        self._pages[key] = page
        page.counted = 0
        self._count(page)

    def _count(self, page: Page) -> None:
        """What a page costs now; the longest unread make room for it."""
        self._bytes += page.size - page.counted
        page.counted = page.size
        while self._bytes > self._most_bytes:
            _, longest_unread = self._pages.popitem(last=False)
            self._bytes -= longest_unread.counted

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self._bytes -= page.counted

    def _press(self, page: Page) -> None:
        task = asyncio.get_running_loop().create_task(self._press_in_turn(page))
        self._pressing.add(task)
        task.add_done_callback(self._pressing.discard)

    async def _press_in_turn(self, page: Page) -> None:
        """One at a time: nobody waits for it, and each takes memory while it lasts."""
        async with self._turn_to_press:
            await asyncio.to_thread(page.press_well)


def _still_holds(page: Page, mark: int, heard: Heard) -> bool:
    if page.note.topic is None or heard.version_of(page.note.topic) != page.note.version:
        return False
    page.mark = mark
    return True
