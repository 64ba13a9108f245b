"""A person's data as a file to keep."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, make_response

from understory.htmx import private


def as_file(data: dict[str, Any]) -> Response:
    """JSON that people can read too, to be saved and not shown."""
    response = make_response(json.dumps(data, ensure_ascii=False, indent=2))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="personal-data.json"'
    return private(response)
