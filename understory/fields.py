"""Reads the fields of a form as browsers send it; what is anything else is left to Werkzeug, which takes it all.

Werkzeug compiles patterns for each request, because each has another boundary between its fields: more work than
all else that is done to a form.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import IO

from flask import Request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser

#: The largest form that is read here, in bytes.
LARGEST = 64 * 1024

_MOST_FIELDS = 100
_HEAD = re.compile(rb'Content-Disposition: form-data; name="([A-Za-z0-9_-]{1,64})"', re.IGNORECASE)
_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,./:=?-]{1,70}")
_MULTIPART = re.compile(r"multipart/form-data; ?boundary=([A-Za-z0-9'()+_./:=?-]{1,70})")

Parsed = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]


def sent_fields(content_type: str, body: bytes) -> dict[str, list[str]] | None:
    """The values of each field of a form as browsers send one that may hold files; None for any other."""
    named = _MULTIPART.fullmatch(content_type)
    fields = plain_fields(body, named[1]) if named and len(body) <= LARGEST else None
    if fields is None:
        return None
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    return values


def plain_fields(body: bytes, boundary: str) -> list[tuple[str, str]] | None:
    """The fields of a multipart form without files; None for a form that is not as plain as that (RFC 7578)."""
    if _BOUNDARY.fullmatch(boundary) is None:
        return None
    edge = b"--" + boundary.encode()
    parts = body.split(b"\r\n" + edge + b"\r\n")
    first, last = edge + b"\r\n", b"\r\n" + edge + b"--"
    body_is_whole = parts[0].startswith(first) and parts[-1].removesuffix(b"\r\n").endswith(last)
    # An edge anywhere else than between two fields is for somebody else to judge.
    if not body_is_whole or len(parts) > _MOST_FIELDS or body.count(edge) != len(parts) + 1:
        return None
    parts[0] = parts[0].removeprefix(first)
    parts[-1] = parts[-1].removesuffix(b"\r\n").removesuffix(last)
    fields: list[tuple[str, str]] = []
    for part in parts:
        head, _, value = part.partition(b"\r\n\r\n")
        found = _HEAD.fullmatch(head)
        if found is None:
            return None
        fields.append((found[1].decode(), value.decode(errors="replace")))
    return fields


class FieldsParser(FormDataParser):
    """Werkzeug's, with the short way first."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Parsed:
        if mimetype == "multipart/form-data" and options and content_length is not None and content_length <= LARGEST:
            body = stream.read()
            fields = plain_fields(body, options.get("boundary", ""))
            if fields is not None:
                return BytesIO(), self.cls(fields), self.cls()
            stream = BytesIO(body)
        return super().parse(stream, mimetype, content_length, options)


class FormRequest(Request):
    """A request whose forms are read here."""

    form_data_parser_class = FieldsParser
