"""What an SQLite database's connections share in memory: which state of it is the newest, read without a system call.

In WAL mode each commit, of whatever process, ends by writing a header of 48 bytes to the index of the log, and each
reader begins by looking at it (sqlite.org/walformat.html, "WAL-Index Header"). It holds a counter, the length of the
log and a checksum over all of it: two states with one header are one state.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import struct
from pathlib import Path
from typing import Self

_HEADER = 48
#: The version of the format, the one there is since 2010, and at byte 12 whether the rest has been written.
_VERSION, _IS_WRITTEN = 3007000, 12

_DESCRIPTORS = Path("/proc/self/fd")

_c = ctypes.CDLL(None, use_errno=True)
_c.mmap.restype = ctypes.c_void_p
_c.mmap.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long
_c.munmap.argtypes = ctypes.c_void_p, ctypes.c_size_t
_FAILED = ctypes.c_void_p(-1).value


class WalIndex:
    """The index of one database, for as long as a connection of this process to it is open.

    It is mapped by the descriptor that SQLite itself has open. To close one of our own would take SQLite's locks from
    it: they are the process's, whichever descriptor it closes (sqlite.org/howtocorrupt.html, 2.2).
    """

    def __init__(self, address: int) -> None:
        self._address = address
        self._header = (ctypes.c_char * _HEADER).from_address(address)

    @classmethod
    def of(cls, database: str) -> Self | None:
        """The index of the database at a path; None where the system or the database has none to show."""
        descriptor = _open_at(f"{database}-shm")
        if descriptor is None:
            return None
        address = _c.mmap(None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
        if address == _FAILED:
            return None
        index = cls(address)
        if index._is_known():
            return index
        index.close()
        return None

    @property
    def state(self) -> bytes:
        """Other bytes after each commit. While somebody writes them they may be neither the old nor the new ones."""
        return self._header.raw

    def close(self) -> None:
        """Let go of it; `state` is not to be asked again."""
        _c.munmap(self._address, mmap.PAGESIZE)

    def _is_known(self) -> bool:
        header = self.state
        (version,) = struct.unpack_from("=I", header)
        return version == _VERSION and header[_IS_WRITTEN] == 1


def _open_at(path: str) -> int | None:
    """The number under which this process has the file open."""
    try:
        wanted = Path(path).stat()
        numbers = [int(entry.name) for entry in _DESCRIPTORS.iterdir()]
    except OSError:
        return None
    for number in numbers:
        try:
            if os.path.samestat(os.fstat(number), wanted):
                return number
        except OSError:
            # The listing's own descriptor is closed by now.
            continue
    return None
