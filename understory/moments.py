"""How a moment is kept: in UTC, whatever zone it was told in; and how it is read where it is only printed again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """A moment in UTC; aware in Python, stored without a zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        """SQLite keeps text, which Python reads in one step."""
        return _moment_in_utc if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Printed(str):
    """A moment in UTC as ISO 8601 writes it: what `isoformat` gives of the same moment."""

    __slots__ = ()

    def isoformat(self) -> Printed:
        return self


class PrintedMoment(TypeDecorator[Printed]):
    """A UTCDateTime's column, of a query whose moments are only printed: to make a datetime of SQLite's text and
    text of that again takes longer than all else of a row.
    """

    impl = DateTime
    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        return _printed if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Any) -> Printed | None:
        return Printed(value.replace(tzinfo=UTC).isoformat()) if value else None


def _printed(text: str | None) -> Printed | None:
    return Printed(f"{text[:10]}T{text[11:].removesuffix('.000000')}+00:00") if text else None


def _moment_in_utc(text: str | None) -> datetime | None:
    return datetime.fromisoformat(f"{text}+00:00") if text else None
