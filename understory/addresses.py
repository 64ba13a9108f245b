"""Addresses for templates: what Flask's `url_for` gives, at a tenth of its price.

A page holds some two hundred addresses of a dozen kinds. Each kind is asked of Flask once, and learnt as a
pattern that later values are put into.
"""

from __future__ import annotations

import re
from typing import Any

import flask

from understory.stencils import Hole

#: Stand in for values while a pattern is learnt: nothing else in an address looks like these.
_NUMBER = 987_654_000
_WORD = "zz-a-word-zz"

#: Text that stands in a path and in a query as it is.
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


class Addresses:
    """The patterns that one application's addresses have."""

    def __init__(self) -> None:
        self._patterns: dict[tuple[str, ...], str] = {}

    def url_for(self, endpoint: str, **values: Any) -> str:
        """The address of a view: of numbers, plain words and holes from the pattern, of all else as Flask gives it."""
        for value in values.values():
            kind = type(value)
            if kind is not int and kind is not Hole and (kind is not str or _PLAIN.fullmatch(value) is None):
                return flask.url_for(endpoint, **values)
        pattern = self._patterns.get((endpoint, *values))
        if pattern is None:
            pattern = self._learn(endpoint, values)
        return pattern % tuple(values.values()) if pattern else flask.url_for(endpoint, **values)

    def _learn(self, endpoint: str, values: dict[str, Any]) -> str:
        """The pattern of such addresses, kept from now on; "" when none is sure to be right."""
        stand_ins: dict[str, Any] = {
            name: f"{_WORD}{place}" if type(value) is str else _NUMBER + place
            for place, (name, value) in enumerate(values.items())
        }
        address = flask.url_for(endpoint, **stand_ins).replace("%", "%%")
        places = [address.find(str(stand_in)) for stand_in in stand_ins.values()]
        is_sure = endpoint[0] != "." and not any(name[0] == "_" for name in values) and -1 not in places
        if not is_sure or places != sorted(places):
            return self._patterns.setdefault((endpoint, *values), "")
        for stand_in in stand_ins.values():
            address = address.replace(str(stand_in), "%s")
        return self._patterns.setdefault((endpoint, *values), address)
