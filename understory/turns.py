"""Whose turn it is to write to an SQLite file, among the processes of one machine.

SQLite's own waiting is a lottery, in which a process can lose for a second and more: who polls seldom meets the
moment in which the file is free. Here whoever comes next holds a place in the queue, so that two processes alternate.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

#: Bytes of the lock file: who holds the first one is next, who holds the second one writes.
_NEXT, _WRITING = 0, 1

#: How often who is next looks whether the turn has come, in seconds: a transaction takes several times as long.
_LOOK_SECONDS = 0.0003


class Turns:
    """One process's share in the turns. Its threads have to agree among themselves who asks."""

    def __init__(self, database: str) -> None:
        self._file = os.open(Path(f"{database}-turn"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __del__(self) -> None:
        os.close(self._file)

    def take(self, until: float) -> bool:
        """Whether the turn came before that moment of the monotonic clock."""
        if not self._has(_NEXT, until):
            return False
        try:
            return self._has(_WRITING, until)
        finally:
            self._let_go(_NEXT)

    def give(self) -> None:
        """Let the next one write."""
        self._let_go(_WRITING)

    def _has(self, place: int, until: float) -> bool:
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except BlockingIOError:
                if time.monotonic() > until:
                    return False
                time.sleep(_LOOK_SECONDS)
            else:
                return True

    def _let_go(self, place: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)
