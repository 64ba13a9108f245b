"""Renders a partial that a page repeats: once by Jinja for each shape that it can have, from then on by filling holes.

A page shows a hundred comments that differ in a dozen values and have a handful of shapes: edited or not, a reply
or not. Jinja costs a hundred microseconds for each of them, most of it to decide the same again. Here it renders
the partial with holes in place of the values. A hole can be written out, by itself or through the filters that are
known here; to look into it, as an `if` on it would, is an error at the first rendering, so that a shape can never
depend on a value that is not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, call, itemgetter
from typing import Any, NoReturn

from markupsafe import Markup, escape

from understory.moments import Printed

_MARK = re.compile("\x02([^\x03]*)\x03")

#: What a template has put out, every value in it escaped.
Filled = Markup

Filter = Callable[[Any], Any]


class Hole:
    """Stands in a template for a value that comes later. `is_there`: it may be asked whether there is one; it is."""

    __slots__ = ("is_there", "name")

    def __init__(self, name: str, *, is_there: bool = False) -> None:
        self.name = name
        self.is_there = is_there

    def __html__(self) -> str:
        return f"\x02{self.name}\x03"

    __str__ = __html__

    def through(self, filter_name: str) -> Hole:
        """The hole for what a filter makes of the value."""
        return Hole(f"{self.name}|{filter_name}")

    def isoformat(self) -> Hole:
        return self.through("isoformat")

    def __bool__(self) -> bool:
        return True if self.is_there else self._refuse()

    def __eq__(self, other: object) -> bool:
        return self._refuse()

    __hash__ = None  # type: ignore[assignment]  # a value that is not known yet cannot be looked up

    def _refuse(self) -> NoReturn:
        raise TypeError(f"the shape of this partial depends on {self.name}, which is not part of the shape")


class Stencil:
    """One shape of a partial: its text with holes, and how each is filled.

    `given` are the names that `text` is given values by; all other holes are a row's. What comes out are UTF-8's
    bytes, as they are sent: most values are known in that form, and one letter beyond ASCII makes a long text slow.
    """

    def __init__(self, text: str, filters: Filters, given: Collection[str] = ()) -> None:
        marks = _MARK.findall(text)
        names = sorted(dict.fromkeys(marks), key=lambda name: name.partition("|")[0] in given)
        fields = [name.partition("|")[0] for name in names]
        own = [field for field in fields if field not in given]
        self._own = _getter(attrgetter, own)
        self._given = _getter(itemgetter, fields[len(own) :])
        self._makes = [filters.written_out(name.partition("|")[2]) for name in names]
        self._places = _getter(itemgetter, [names.index(name) for name in marks])
        self._text = _MARK.sub("%b", text.replace("%", "%%")).encode()

    def text(self, row: object, given: Mapping[str, object]) -> bytes:
        """The partial with what is `given` and a row's values, each escaped unless it is HTML already."""
        values = self._own(row) + self._given(given)
        made = tuple(map(call, self._makes, values))
        filled: bytes = self._text % self._places(made)
        return filled

    def fill(self, row: object, **given: object) -> Filled:
        """The same, for a template to put in."""
        return Filled(self.text(row, given).decode())


def _getter(kind: type[attrgetter[Any]] | type[itemgetter[Any]], names: Sequence[Any]) -> Callable[[Any], Any]:
    """What gets all these at once, as a tuple however many there are."""
    if not names:
        return lambda _: ()
    if len(names) == 1:
        get_one = kind(names[0])
        return lambda source: (get_one(source),)
    return kind(*names)


@lru_cache(maxsize=4096)
def _escaped(text: object) -> bytes:
    """Names come again and again."""
    return str(escape(text)).encode()


class Filters:
    """Filters that know holes: through these a value may be written out.

    What the `plain` ones and those for `moments` give holds nothing that has to be escaped. No two moments are the
    same; what the other filters are given comes again and again, and what they make of it is kept.
    """

    def __init__(
        self, plain: Mapping[str, Filter] | None = None, moments: Mapping[str, Filter] | None = None, **known: Filter
    ) -> None:
        self._plain = plain or {}
        self._moments = {"isoformat": _in_full, **(moments or {})}
        self._known = known

    def for_templates(self) -> dict[str, Filter]:
        """As Jinja has them; `safe` is its own, which a hole goes through too."""
        acts = {**self._plain, **self._moments, **self._known, "safe": Markup}
        return {name: _knowing_holes(name, act) for name, act in acts.items() if name != "isoformat"}

    def written_out(self, name: str) -> Callable[[Any], bytes]:
        """What makes of a value the bytes that stand in the page."""
        if not name:
            return _written
        if name == "safe":
            return _as_it_is
        if name in self._moments:
            told = self._moments[name]
            return lambda moment: told(moment).encode()
        act = self._plain.get(name)
        if act is not None:
            return lru_cache(maxsize=1024)(lambda value: act(value).encode())
        known = self._known[name]
        return lru_cache(maxsize=1024)(lambda value: str(escape(known(value))).encode())


def _in_full(moment: datetime | Printed) -> str:
    return moment.isoformat()


def _written(value: Any) -> bytes:
    return b"%d" % value if type(value) is int else _escaped(value)


def _as_it_is(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _knowing_holes(name: str, act: Filter) -> Filter:
    return lambda value: value.through(name) if type(value) is Hole else act(value)
