"""Event lines (Event): what is read from a line that is carried unread."""

from __future__ import annotations

import datetime
import decimal
import json
import re
from dataclasses import dataclass
from typing import Any

from .refusal import Answer, Refusal, require

LIMIT_BYTES = 1_048_575
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MOST_LEVELS = 512
KINDS = ("message", "edit", "delete", "reaction", "participant", "end", "other")
ROLES = ("visitor", "worker", "bot", "system", "unknown")
TIME_LIMIT_BYTES = 40
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]"
    r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(\.[0-9]+)?"
    r"([Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)


@dataclass(frozen=True)
class Event:
    """The fields that are read."""

    kind: str
    conversation: str
    id: str | None
    at: str | None
    role: str
    name: str | None
    among_workers: bool
    text: str | None
    replaces: str | None


def parse(line: bytes) -> Event:
    """Event, "What is read from it"."""
    require(1 <= len(line) <= LIMIT_BYTES, Answer.FORM, "event: length")
    value = _json_object(line)
    _version(value)
    conversation = _string(value, "conversation")
    require(
        conversation is not None and 1 <= len(conversation.encode()) <= 1_024,
        Answer.FORM,
        "event: conversation",
    )
    assert conversation is not None
    kind = _string(value, "kind")
    require(kind in KINDS, Answer.FORM, "event: kind")
    assert kind is not None
    author = _object(value, "author")
    role = _string(author, "role")
    return Event(
        kind=kind,
        conversation=conversation,
        id=_string(value, "id"),
        at=_time(value),
        role=role if role in ROLES else "unknown",
        name=_string(author, "name"),
        among_workers=_string(value, "visibility") not in (None, "all"),
        text=_string(_object(value, "body"), "text"),
        replaces=_replaces(value),
    )


def _json_object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(
            line.removeprefix(BYTE_ORDER_MARK).decode("utf-8"),
            object_pairs_hook=_first,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_no_constant,
        )
        levels = _levels(value)
    except (ValueError, RecursionError) as error:
        raise Refusal(Answer.FORM, "event: no JSON") from error
    require(isinstance(value, dict), Answer.FORM, "event: no object")
    require(levels <= MOST_LEVELS, Answer.FORM, "event: nested too deeply")
    return value


@dataclass(frozen=True)
class _Number:
    """A number as it is written."""

    text: str

    def is_one(self) -> bool:
        """Whether its value is exactly 1."""
        try:
            return decimal.Decimal(self.text) == 1
        except decimal.InvalidOperation:
            return False


def _first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Where a key stands twice, the first one counts."""
    value: dict[str, Any] = {}
    for key, item in pairs:
        value.setdefault(key, item)
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _levels(value: Any) -> int:
    levels, layer = 0, [value]
    while layer := [item for item in layer if isinstance(item, (dict, list))]:
        levels += 1
        layer = [
            inner
            for item in layer
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return levels


def _version(value: dict[str, Any]) -> None:
    version = value.get("v")
    require(isinstance(version, _Number), Answer.FORM, "event: v")
    require(version.is_one(), Answer.LATER_VERSION, "event: v")


def _object(value: dict[str, Any], name: str) -> dict[str, Any]:
    item = value.get(name)
    require(item is None or isinstance(item, dict), Answer.FORM, f"event: {name}")
    return item or {}


def _string(value: dict[str, Any], name: str) -> str | None:
    item = value.get(name)
    require(item is None or isinstance(item, str), Answer.FORM, f"event: {name}")
    return None if item is None else _whole(item)


def _whole(text: str) -> str:
    """Of half of a surrogate pair, U+FFFD is read."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def _replaces(value: dict[str, Any]) -> str | None:
    """What is no object, or no string in it, counts as absent."""
    relation = value.get("relation")
    item = relation.get("replaces") if isinstance(relation, dict) else None
    return _whole(item) if isinstance(item, str) else None


def _time(value: dict[str, Any]) -> str | None:
    """`at`, or `received_at` where that is absent or null."""
    at, received_at = _string(value, "at"), _string(value, "received_at")
    text = received_at if at is None else at
    require(text is None or _is_time(text), Answer.FORM, "event: the time")
    return text


def _is_time(text: str) -> bool:
    return parse_time(text) is not None


def parse_time(text: str) -> datetime.datetime | None:
    """The moment of a time, in UTC; None where it is not one."""
    match = _TIME.fullmatch(text)
    if match is None or len(text) > TIME_LIMIT_BYTES or text < "1970":
        return None
    year, month, day, hour, minute, second = (int(match[i]) for i in range(1, 7))
    try:
        moment = datetime.datetime(year, month, day, hour, minute)
    except ValueError:
        return None
    offset = datetime.timedelta(hours=int(match[10] or 0), minutes=int(match[11] or 0))
    try:
        return (
            moment
            + datetime.timedelta(seconds=second + float(match[7] or 0))
            - (-offset if match[9] == "-" else offset)
        )
    except OverflowError:
        return moment
