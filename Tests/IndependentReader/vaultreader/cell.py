"""Cells (Cell): slots, intents, and which calendar is in force."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from . import keycalendar
from .keycalendar import KeyCalendar
from .primitives import blake2b, ed25519_verifies
from .refusal import Answer, Refusal, require
from .values import parse_day, parse_id, parse_number

MAGIC = bytes.fromhex("895456434C0D0A1A")
SLOT_BYTES = 4_096
FILE_BYTES = 2 * SLOT_BYTES
_SLOT = struct.Struct("<8s16s32sQ16s")


@dataclass(frozen=True)
class Slot:
    """A valid slot."""

    vault: bytes
    value: bytes
    serial: int


def parse_slot(data: bytes) -> Slot | None:
    """Cell, "Slots": None where the slot is not valid."""
    magic, vault, value, serial, digest = _SLOT.unpack_from(data)
    if magic != MAGIC or digest != blake2b(data[:64], 16):
        return None
    return Slot(vault, value, serial)


def read_slots(cell_directory: Path) -> list[Slot]:
    """The valid slots of a cell; at rest there is one."""
    try:
        data = (cell_directory / "cell").read_bytes()
    except OSError as error:
        raise Refusal(Answer.CELL, "it is missing") from error
    require(len(data) == FILE_BYTES, Answer.CELL, "another length")
    slots = [parse_slot(data[start : start + SLOT_BYTES]) for start in (0, SLOT_BYTES)]
    valid = [slot for slot in slots if slot is not None]
    require(bool(valid), Answer.CELL, "no valid slot")
    return valid


def calendar_in_force(vault: Path, vault_id: bytes, cell_directories: list[Path]) -> KeyCalendar:
    """The calendar of the winning slot (Cell, "Recovery", the reading part).

    A reader changes nothing: what Recovery does after it has read is the
    keeper's.
    """
    folders = [vault / "calendar", *cell_directories]
    winner: KeyCalendar | None = None
    values: dict[int, bytes] = {}
    for directory in cell_directories:
        opened, missing = 0, False
        for slot in read_slots(directory):
            require(slot.vault == vault_id, Answer.CELL, "another vault's")
            calendar = _open(slot, folders)
            if calendar is None:
                name = keycalendar.file_name(slot.value)
                missing |= not any((folder / name).exists() for folder in folders)
                continue
            opened += 1
            same = values.setdefault(slot.serial, slot.value)
            require(same == slot.value, Answer.CELL, "changed apart")
            if winner is None or calendar.serial > winner.serial:
                winner = calendar
        require(opened > 0, Answer.CALENDAR, "missing" if missing else "damaged")
    if winner is None:
        raise Refusal(Answer.CELL, "no cell was given")
    return winner


def _open(slot: Slot, folders: list[Path]) -> KeyCalendar | None:
    """The calendar that a slot opens, if any of its copies is whole."""
    for folder in folders:
        path = folder / keycalendar.file_name(slot.value)
        if not path.exists():
            continue
        try:
            calendar = keycalendar.decrypt(path.read_bytes(), slot.value)
        except Refusal:
            continue
        if (calendar.vault, calendar.serial) == (slot.vault, slot.serial):
            return calendar
    return None


@dataclass(frozen=True)
class Intent:
    """The act that is being carried out (Cell, "Intent")."""

    vault: str
    serial: int
    act: str
    changes: tuple[str, ...]
    approvals: tuple[str, ...]


_ACTS = ("create", "draw", "sweep", "erase", "hold", "release", "change-class", "spend")
_CLASSES = "standard|disclosure|held|transport"
_DAY = r"\d{4}-\d{2}-\d{2}"
_ID = r"[0-9a-f]{32}"
_NUMBER = r"(?:0|[1-9]\d*)"
_CHANGE = re.compile(
    rf"draw(?: {_DAY})*"
    rf"|tear-off {_DAY} {_NUMBER} {_ID} {_NUMBER}"
    rf"|erase {_DAY} {_ID}"
    rf"|keep {_DAY} {_ID} {_DAY} (?:{_CLASSES})"
    rf"|release {_DAY} {_ID} (?:{_CLASSES})"
    rf"|spend {_ID} {_DAY}",
    re.ASCII,
)
_INTENT = re.compile(
    r"transcript-vault intent 1\n"
    r"vault: (?P<vault>[^\n]+)\n"
    r"serial: (?P<serial>[^\n]+)\n"
    r"act: (?P<act>[^\n]+)\n"
    r"(?P<changes>(?:change: [^\n]+\n){1,64})"
    r"(?P<approvals>(?:approval: [0-9a-f]{64}\n){0,16})"
    r"signature: (?P<signature>[0-9a-f]{128})\n"
)
INTENT_LIMIT_BYTES = 64 * 1024


def parse_intent(text: bytes, keeper_key: bytes) -> Intent:
    """An intent in its one form, signed by the keeper."""
    require(len(text) <= INTENT_LIMIT_BYTES, Answer.CELL, "an intent is too long")
    try:
        match = _INTENT.fullmatch(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Refusal(Answer.CELL, "an intent is not UTF-8") from error
    if match is None:
        raise Refusal(Answer.CELL, "an intent is not in its form")
    signed = text[: text.rindex(b"signature: ")]
    require(
        ed25519_verifies(bytes.fromhex(match["signature"]), signed, keeper_key),
        Answer.CELL,
        "an intent's signature",
    )
    require(match["act"] in _ACTS, Answer.CELL, "an intent's act")
    changes = _values(match["changes"])
    for change in changes:
        require(_CHANGE.fullmatch(change) is not None, Answer.CELL, "a change")
        for day in re.findall(_DAY, change, re.ASCII):
            parse_day(day)
        if change.startswith("tear-off "):
            _, _, budget, _, seconds = change.split(" ")
            parse_number(budget, "a time budget", keycalendar.MOST_BUDGET_DAYS)
            parse_number(seconds, "a time mark", 2**64 - 1)
    return Intent(
        vault=parse_id(match["vault"], "an intent's vault"),
        serial=parse_number(match["serial"], "an intent's serial", keycalendar.GREATEST_SERIAL),
        act=match["act"],
        changes=tuple(changes),
        approvals=tuple(_values(match["approvals"])),
    )


def _values(lines: str) -> list[str]:
    return [line.partition(": ")[2] for line in lines.splitlines()]
