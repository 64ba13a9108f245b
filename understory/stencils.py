"""Renders a partial that a page repeats: once by Jinja for each shape that it can have, from then on by filling holes.

A page shows a hundred comments that differ in a dozen values and have a handful of shapes: edited or not, a reply
or not. Jinja costs a hundred microseconds for each of them, most of it to decide the same again. Here it renders
the partial with holes in place of the values. A hole can be written out, by itself or through the filters that are
known here; to look into it, as an `if` on it would, is an error at the first rendering, so that a shape can never
depend on a value that is not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from markupsafe import Markup, escape

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
    """One shape of a partial: its text with holes, and how each is filled."""

    def __init__(self, text: str, filters: Mapping[str, Filter]) -> None:
        marks = _MARK.findall(text)
        places = {name: place for place, name in enumerate(dict.fromkeys(marks))}
        self._fillings: list[tuple[str, Filter]] = []
        for name in places:
            field, _, filter_name = name.partition("|")
            self._fillings.append((field, _written_out(filter_name, filters)))
        self._order = [places[name] for name in marks]
        self._pattern = _MARK.sub("%s", text.replace("%", "%%"))

    def text(self, row: object, given: Mapping[str, object]) -> str:
        """The partial with what is `given` and a row's values, each escaped unless it is HTML already."""
        values = [make(given[field] if field in given else getattr(row, field)) for field, make in self._fillings]
        return self._pattern % tuple([values[place] for place in self._order])

    def fill(self, row: object, **given: object) -> Filled:
        """The same, for a template to put in."""
        return Filled(self.text(row, given))


def _written_out(filter_name: str, filters: Mapping[str, Filter]) -> Filter:
    """What makes of a value the text that stands in the page."""
    if not filter_name:
        return lambda value: value if type(value) is int else escape(value)
    if filter_name == "safe":
        return str
    act = filters[filter_name]
    return lambda value: escape(act(value))


class Filters:
    """Filters that know holes: through these a value may be written out."""

    def __init__(self, **known: Filter) -> None:
        self.known: dict[str, Filter] = {"isoformat": lambda moment: moment.isoformat(), "safe": Markup, **known}

    def for_templates(self) -> dict[str, Filter]:
        return {name: _knowing_holes(name, act) for name, act in self.known.items() if name != "isoformat"}


def _knowing_holes(name: str, act: Filter) -> Filter:
    return lambda value: value.through(name) if type(value) is Hole else act(value)
