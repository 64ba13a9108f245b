"""Puts templates together before they are compiled: a partial costs nothing, however often a page includes it.

Jinja makes a context for each include, at ten microseconds each, and a page includes a partial some two hundred
times. Here the partial's text stands in for the include, in a scope of its own, so that nothing it sets leaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jinja2 import BaseLoader, Environment

_INCLUDE = re.compile(r'[ \t]*\{% include "([^"]+)" %\}')

#: How deep partials may stand in one another; a circle is found at this depth.
_DEEPEST = 20


class Inlining(BaseLoader):
    """A loader that gives another loader's templates with all that they include."""

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        parts: list[Callable[[], bool]] = []
        source, path = self._whole(environment, template, parts, 0)
        return source, path, lambda: all(is_fresh() for is_fresh in parts)

    def list_templates(self) -> list[str]:
        return self._loader.list_templates()

    def _whole(
        self, environment: Environment, template: str, parts: list[Callable[[], bool]], depth: int
    ) -> tuple[str, str | None]:
        if depth > _DEEPEST:
            raise RecursionError(f"{template} includes itself")
        source, path, is_fresh = self._loader.get_source(environment, template)
        if is_fresh is not None:
            parts.append(is_fresh)

        def inlined(found: re.Match[str]) -> str:
            text = self._whole(environment, found[1], parts, depth + 1)[0]
            return "{% with %}" + text.removesuffix("\n") + "{% endwith %}"

        return _INCLUDE.sub(inlined, source), path
