"""Reads what a form was sent with, where nothing is to be said against it, without building the form.

WTForms builds, binds and labels every field of a form for each request, which takes longer than to check what was
typed. A form that is to be shown, with what is wrong in it, needs that; one that is in order does not. What is
checked is written once, in the form's own class: its filters and validators are those that run here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app, g, request
from flask_wtf.csrf import validate_csrf
from wtforms import BooleanField, EmailField, HiddenField, StringField, TextAreaField
from wtforms.validators import StopValidation, ValidationError

from understory.forms import Form

#: Fields that hold what was sent as it is. The hidden ones are texts to WTForms, too.
_TEXTS = frozenset({StringField, TextAreaField, EmailField, HiddenField})

_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

Validator = Callable[[Any, Any], object]


class _Sent:
    """As much of a field as filters and validators look at."""

    __slots__ = ("data", "errors", "name", "raw_data")

    def __init__(self, name: str, raw_data: list[str]) -> None:
        self.name, self.raw_data = name, raw_data
        self.data: Any = None
        self.errors: list[str] = []


class _Reading:
    """How one field is read."""

    def __init__(self, form: type[Form], name: str, field: Any) -> None:
        kind, given = field.field_class, dict(field.kwargs)
        named = dict(zip(("label", "validators", "filters"), field.args, strict=False))
        if kind not in _TEXTS and kind is not BooleanField:
            raise TypeError(f"{form.__name__}.{name} is a {kind.__name__}, which is not read here")
        if "default" in given:
            raise TypeError(f"{form.__name__}.{name} has a default, which is not read here")
        self.name, self._is_text = name, kind is not BooleanField
        self._filters: Sequence[Callable[[Any], Any]] = {**given, **named}.get("filters") or ()
        own: Validator | None = getattr(form, f"validate_{name}", None)
        self._validators = [*({**given, **named}.get("validators") or ()), *([own] if own else [])]

    def of(self, sent: Mapping[str, list[str]]) -> Any:
        """The value. Raises ValidationError, or StopValidation that says something, for one that is not in order."""
        field = _Sent(self.name, sent.get(self.name, []))
        if not self._is_text:
            field.data = bool(field.raw_data) and field.raw_data[0] not in BooleanField.false_values
        elif field.raw_data:
            field.data = field.raw_data[0]
        for act in self._filters:
            field.data = act(field.data)
        for validate in self._validators:
            try:
                validate(None, field)
            except StopValidation as stop:
                if stop.args and stop.args[0]:
                    raise
                break
        return field.data


def sound(form: type[Form]) -> dict[str, Any] | None:
    """The values of a form of this class that came with the request, by name; None where its `validate` has to say.

    Raises RequestEntityTooLarge.
    """
    if request.mimetype not in _FORMS or request.files:
        return None
    sent = dict(request.form.lists())
    try:
        if current_app.config.get("WTF_CSRF_ENABLED", True) and not g.get("csrf_valid", False):
            validate_csrf(next(iter(sent.get("csrf_token", [])), None))
    except ValidationError:
        return None
    return values_of(form, sent)


def values_of(form: type[Form], sent: Mapping[str, list[str]]) -> dict[str, Any] | None:
    """The values of a form of this class, by name, of all that was sent; its token is left to others.

    None where something is to be said against one of them.
    """
    try:
        return {reading.name: reading.of(sent) for reading in _readings(form)}
    except (ValidationError, StopValidation):
        return None


def _readings(form: type[Form]) -> list[_Reading]:
    if form not in _known:
        named = ((name, getattr(form, name)) for name in dir(form) if not name.startswith("_"))
        _known[form] = [_Reading(form, name, field) for name, field in named if hasattr(field, "_formfield")]
    return _known[form]


#: Of each class that was read, its fields.
_known: dict[Any, list[_Reading]] = {}
