"""Many numbers bound as one value: a statement that asks for any number of them is still worded once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


def written(numbers: Iterable[int]) -> str:
    """What to bind for so many numbers."""
    return json.dumps(list(numbers))


def among(column: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """Whether a column holds one of the numbers that are bound, `written`, under that name."""
    return column.op("IN", is_comparison=True)(_Listed(BindParameter(name, type_=String)))


class _Listed(GenericFunction[Any]):
    """A subquery that gives the numbers."""

    inherit_cache = True


@compiles(_Listed)
def _in_general(element: _Listed, compiler: SQLCompiler, **given: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **given)}))"  # noqa: S608  # a bound value's place


@compiles(_Listed, "postgresql")
def _on_postgresql(element: _Listed, compiler: SQLCompiler, **given: Any) -> str:
    place = compiler.process(element.clauses, **given)
    numbers = f"jsonb_array_elements_text(CAST({place} AS jsonb)) AS listed (value)"
    return f"(SELECT CAST(value AS bigint) FROM {numbers})"  # noqa: S608  # as above
