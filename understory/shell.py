"""What commands are given in the shell."""

from __future__ import annotations

from typing import Any

import click

from understory.forms import one_line


class OneLine(click.ParamType[str]):
    """One line of at most `length` characters that can be seen; bytes that are not UTF-8 are none."""

    name = "text"

    def __init__(self, length: int) -> None:
        self.length = length

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        line = one_line(value)
        if len(line) > self.length or not line.isprintable():
            self.fail(f"1 to {self.length} printable characters", param, ctx)
        return line
