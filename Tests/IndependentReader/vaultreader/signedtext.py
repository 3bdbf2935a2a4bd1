"""Signed text (Signed text, first section): the form, without signatures."""

from __future__ import annotations

from dataclasses import dataclass

from .refusal import Answer, Refusal, require
from .values import is_value

LIMIT_BYTES = 65_536


@dataclass(frozen=True)
class Field:
    """A field of a table: its name, and how often it may stand."""

    name: str
    least: int = 1
    most: int = 1


def parse(text: bytes, context: str, table: list[Field]) -> dict[str, list[str]]:
    """The values of each field, in the order in which they stand."""
    require(len(text) <= LIMIT_BYTES, Answer.FORM, "signed text: too long")
    require(text.endswith(b"\n"), Answer.FORM, "signed text: no line feed at the end")
    try:
        lines = text[:-1].decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise Refusal(Answer.FORM, "signed text: not UTF-8") from error
    require(lines[0] == context, Answer.FORM, "signed text: another context line")
    found: dict[str, list[str]] = {field.name: [] for field in table}
    place = 0
    for line in lines[1:]:
        name, colon, value = line.partition(": ")
        require(colon != "" and is_value(value), Answer.FORM, "signed text: no value")
        while place < len(table) and table[place].name != name:
            place += 1
        require(
            place < len(table),
            Answer.FORM,
            "signed text: an unknown field, or one in another place",
        )
        found[name].append(value)
    for field in table:
        require(
            field.least <= len(found[field.name]) <= field.most,
            Answer.FORM,
            f"signed text: {field.name} stands too seldom or too often",
        )
    return found
