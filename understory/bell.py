"""Who hears that a conversation changed. It rings once the change is committed, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar

#: Called with the ids of the articles that changed, in the thread that committed; it must return at once.
Listener = Callable[[frozenset[int]], None]

_listeners: list[Listener] = []
_changed: ContextVar[set[int] | None] = ContextVar("changed", default=None)


def listen(listener: Listener) -> Callable[[], None]:
    """Have a listener hear of every commit in this process; gives what ends that."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def note(article_id: int) -> None:
    """Say, within a transaction, that an article or its conversation changes with it."""
    changed = _changed.get()
    if changed is None:
        raise RuntimeError("a change was noted outside a transaction")
    changed.add(article_id)


class Ringing:
    """Collects what a transaction notes. `ring` tells it; a transaction that fails never calls it."""

    def __enter__(self) -> Ringing:
        self._noted: set[int] = set()
        self._token = _changed.set(self._noted)
        return self

    def __exit__(self, *_: object) -> None:
        _changed.reset(self._token)

    def ring(self) -> None:
        if self._noted:
            tell(self._noted)


def tell(changed: Iterable[int]) -> None:
    """Ring for these articles now: for changes that another process committed."""
    ids = frozenset(changed)
    for listener in _listeners:
        listener(ids)
