"""Canonical JSON (Signed text, section "Canonical JSON").

RFC 8785 restricted to strings, integers, booleans, null, arrays and objects
with ASCII keys. A text that would not be written again byte for byte is
refused.
"""

from __future__ import annotations

import json
from typing import Any

from .refusal import Answer, Refusal, require

GREATEST = 2**53 - 1
_SHORT = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}


def parse(text: bytes, limit: int) -> Any:
    """The value of a canonical text of at most so many bytes."""
    require(len(text) <= limit, Answer.FORM, "JSON: too long")
    try:
        value = json.loads(text.decode("utf-8"))
        again = encode(value)
    except (ValueError, RecursionError) as error:
        raise Refusal(Answer.FORM, "JSON: cannot be parsed") from error
    require(again == text, Answer.FORM, "JSON: not canonical")
    return value


def parse_file(text: bytes, limit: int) -> Any:
    """The value of a file: one canonical text and one line feed."""
    require(text.endswith(b"\n"), Answer.FORM, "JSON: no line feed at the end")
    require(len(text) <= limit, Answer.FORM, "JSON: too long")
    return parse(text[:-1], limit)


def encode(value: Any) -> bytes:
    """The canonical text of a value; ValueError where it has none."""
    return _encode(value).encode("utf-8")


def _encode(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > GREATEST:
            raise ValueError("an integer out of bounds")
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(_escape(character) for character in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(_encode(item) for item in value) + "]"
    if isinstance(value, dict):
        if not all(key.isascii() for key in value):
            raise ValueError("a key that is not ASCII")
        return (
            "{" + ",".join(_encode(key) + ":" + _encode(value[key]) for key in sorted(value)) + "}"
        )
    raise ValueError("a value of another type")


def _escape(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character < " ":
        return f"\\u{ord(character):04x}"
    return character


def fields(value: Any, names: tuple[str, ...], what: str) -> dict[str, Any]:
    """An object with exactly these fields ("every field is there")."""
    require(
        isinstance(value, dict) and set(value) == set(names),
        Answer.FORM,
        f"{what}: other fields than the page names",
    )
    return value


def string(value: Any, what: str) -> str:
    """A string."""
    require(isinstance(value, str), Answer.FORM, f"{what} is no string")
    return value


def boolean(value: Any, what: str) -> bool:
    """A boolean."""
    require(isinstance(value, bool), Answer.FORM, f"{what} is no boolean")
    return value


def integer(value: Any, low: int, high: int, what: str) -> int:
    """An integer within bounds."""
    require(
        isinstance(value, int) and not isinstance(value, bool) and low <= value <= high,
        Answer.FORM,
        f"{what} is no integer from {low} to {high}",
    )
    return value


def array(value: Any, greatest: int, what: str) -> list[Any]:
    """An array of at most so many items."""
    require(
        isinstance(value, list) and len(value) <= greatest,
        Answer.FORM,
        f"{what} is no array of at most {greatest}",
    )
    return value
