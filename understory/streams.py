"""Event streams: who listens to which topic, and how a change reaches all of them at once.

A message is made once, whoever many listen, and handed to each connection in turn on the event loop. A
connection that does not take its message in time is let go: its browser comes back by itself, says what it
heard last, and is told the rest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

#: Sends bytes to one connection; what there is to wait for, where it does not take them now.
Send = Callable[[bytes], Awaitable[None] | None]

#: A line that means nothing, so that proxies keep quiet connections open and dead ones are noticed.
HEARTBEAT = b":\n\n"
HEARTBEAT_SECONDS = 25.0

#: How long a connection may take to accept a message before it is let go.
PATIENCE_SECONDS = 10.0

#: How long a message that could not be made is left before it is tried again: a locked database is free soon, what
#: stays broken must not keep the machine busy.
RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0

_logger = logging.getLogger(__name__)

#: The version of a topic that has only just been opened.
UNKNOWN = -1


@dataclass(frozen=True)
class Told:
    """Messages that bring a listener up to `version`: complete events in the wire format."""

    version: int
    data: bytes


class Source(Protocol):
    """Where messages come from. Both are called in a worker thread."""

    def version(self, topic: int) -> int:
        """The version that the topic is at."""

    def since(self, topic: int, version: int) -> Told:
        """What happened after a version."""


@dataclass(eq=False)
class Listener:
    """One open connection: `behind` while it is told what it missed, `waiting` while a message is on its way."""

    send: Send
    task: asyncio.Task[Any]
    behind: bool = True
    waiting: bool = False


@dataclass
class Topic:
    """Everybody who listens to one thing, the version that all have been told of, and `since` when more is known."""

    version: int = UNKNOWN
    listeners: set[Listener] = field(default_factory=set)
    telling: bool = False
    stale: bool = False
    since: float = 0.0


class Streams:
    """All topics that somebody in this process listens to. Belongs to one event loop."""

    def __init__(self, source: Source) -> None:
        self._source = source
        #: Called with the seconds that it took to tell a change.
        self.on_told: Callable[[float], None] = lambda _seconds: None
        self._topics: dict[int, Topic] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __len__(self) -> int:
        return sum(len(topic.listeners) for topic in self._topics.values())

    def ring(self, changed: frozenset[int]) -> None:
        """Hear of changes, from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            # In a context of its own: in the caller's, the messages would be made within its request.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._wake, changed, context=Context())

    def topics(self) -> list[int]:
        """What somebody listens to."""
        return list(self._topics)

    def compare(self, version_of: Callable[[int], int | None]) -> None:
        """Wake the topics that are at another version than the one that was told. Called on the loop."""
        self._wake(frozenset(one for one, topic in self._topics.items() if version_of(one) != topic.version))

    async def listen(self, topic_id: int, heard: int | None, send: Send, gone: Callable[[], Awaitable[Any]]) -> None:
        """Serve one connection until it is `gone`, from the version `heard` on, or from now on."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._keep(asyncio.create_task(self._beat()))
        listener = Listener(send, cast("asyncio.Task[Any]", asyncio.current_task()))
        topic = self._topics.setdefault(topic_id, Topic())
        topic.listeners.add(listener)
        try:
            await self._learn_version(topic_id, topic)
            await self._catch_up(topic_id, topic, listener, heard)
            await gone()
        except asyncio.CancelledError:
            # Let go for being slow, or the server stops: an orderly end makes the browser come back.
            pass
        except Exception:
            _logger.exception("a stream of topic %d ends", topic_id)
        finally:
            topic.listeners.discard(listener)
            if not topic.listeners and self._topics.get(topic_id) is topic:
                del self._topics[topic_id]

    def close(self) -> None:
        """End every connection in good order."""
        for topic in list(self._topics.values()):
            for listener in list(topic.listeners):
                listener.task.cancel()
        for task in list(self._tasks):
            task.cancel()

    async def _learn_version(self, topic_id: int, topic: Topic) -> None:
        """The topic is there before its version is asked for: a change in between is noted, and told afterwards."""
        if topic.version == UNKNOWN:
            version = await asyncio.to_thread(self._source.version, topic_id)
            if topic.version == UNKNOWN:
                topic.version = version
            if topic.stale:
                self._wake(frozenset({topic_id}))

    async def _catch_up(self, topic_id: int, topic: Topic, listener: Listener, heard: int | None) -> None:
        """Tell what this connection missed, and what happens while it is told, so that nothing overtakes it."""
        reached = topic.version if heard is None else heard
        while reached < topic.version:
            told = await asyncio.to_thread(self._source.since, topic_id, reached)
            if told.version <= reached:
                break
            reached = told.version
            if (sent := listener.send(told.data)) is not None:
                await sent
        listener.behind = False

    def _wake(self, changed: frozenset[int]) -> None:
        for topic_id in changed & self._topics.keys():
            topic = self._topics[topic_id]
            if not topic.stale:
                topic.since = asyncio.get_running_loop().time()
            topic.stale = True
            if not topic.telling and topic.version != UNKNOWN:
                topic.telling = True
                self._keep(asyncio.create_task(self._tell(topic_id, topic)))

    async def _tell(self, topic_id: int, topic: Topic) -> None:
        pause = RETRY_SECONDS
        try:
            while topic.stale and topic.listeners:
                topic.stale = False
                try:
                    told = await asyncio.to_thread(self._source.since, topic_id, topic.version)
                except Exception:
                    _logger.exception("topic %d could not be told; next try in %g s", topic_id, pause)
                    topic.stale = True
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_RETRY_SECONDS)
                    continue
                if told.version > topic.version:
                    topic.version = told.version
                    self._hand_out(topic.listeners, told.data)
                    self.on_told(asyncio.get_running_loop().time() - topic.since)
        finally:
            topic.telling = False

    def _hand_out(self, listeners: Sequence[Listener] | set[Listener], data: bytes) -> None:
        for listener in list(listeners):
            if listener.behind:
                continue
            if listener.waiting:
                listener.task.cancel()
                continue
            sent = listener.send(data)
            if sent is not None:
                listener.waiting = True
                self._keep(asyncio.ensure_future(self._wait_for(listener, sent)))

    async def _wait_for(self, listener: Listener, sent: Awaitable[None]) -> None:
        try:
            await asyncio.wait_for(sent, PATIENCE_SECONDS)
            listener.waiting = False
        except (OSError, RuntimeError, TimeoutError):
            listener.task.cancel()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            for topic in list(self._topics.values()):
                self._hand_out([one for one in topic.listeners if not one.waiting], HEARTBEAT)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        """The loop holds tasks weakly: without this one could vanish while it works."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
