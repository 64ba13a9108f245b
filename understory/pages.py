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

from understory.answers import Answer
from understory.ears import Ear, Heard
from understory.page import Page

Key = tuple[object, ...]

#: Readers of one page as it is before it is worth compressing well.
POPULAR = 4


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
        #: Pages that were rendered here.
        self.made = 0
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
            mark = (await self._ear.hear()).mark()
        self._asked += 1
        making = self._making[key] = _Making(self._asked, mark)
        try:
            self.made += 1
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
