"""The ledger (Ledger): what the keeper did, signed and chained."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from . import canonicaljson
from .primitives import ed25519_verifies, sha256
from .refusal import Answer, Refusal, require
from .roster import Roster
from .values import is_digest, is_id, parse_base64, parse_day, parse_moment

TYPE = "transcript-vault ledger entry 1"
LINE_LIMIT_BYTES = 65_536
LIMIT_BYTES = 268_435_456
TORN_LIMIT_BYTES = 131_072
_ACT = re.compile(r"[ -~]{1,64}")
_KEYS = (
    "act", "approvals", "at", "cells", "number", "previous", "serial", "state",
    "torn", "type", "until", "vault",
)


@dataclass(frozen=True)
class LedgerEntry:
    """One line."""

    number: int
    act: str
    state: str
    serial: int
    until: str | None
    at: str
    approvals: tuple[str, ...]
    torn: tuple[int, str] | None
    vault: str
    previous: str
    signed: bytes
    signature: bytes


@dataclass(frozen=True)
class Ledger:
    """A ledger that was verified."""

    entries: tuple[LedgerEntry, ...]
    torn_at_end: int

    @property
    def last_done(self) -> int:
        """The highest serial of an entry that is done; 0 without any."""
        return max((e.serial for e in self.entries if e.state == "done"), default=0)


def verify(data: bytes, roster: Roster) -> Ledger:
    """Ledger, "Reading"."""
    require(len(data) <= LIMIT_BYTES, Answer.LEDGER, "too long")
    entries: list[LedgerEntry] = []
    previous, between, place = "0" * 64, b"", 0
    while place < len(data):
        end = data.find(b"\n", place)
        piece = data[place:] if end < 0 else data[place:end]
        with_feed = piece if end < 0 else piece + b"\n"
        place += len(with_feed)
        try:
            entry = parse_line(piece)
        except Refusal:
            # The line feed that the next writer puts after a last line that
            # lacks it belongs to that line, and is found with it above.
            between += with_feed
            require(len(between) <= TORN_LIMIT_BYTES + 1, Answer.LEDGER, "too much torn")
            continue
        _check_line(entry, len(entries) + 1, previous, between, roster)
        entries.append(entry)
        previous, between = sha256(piece).hex(), b""
    require(len(between) <= TORN_LIMIT_BYTES, Answer.LEDGER, "too much torn")
    return Ledger(tuple(entries), len(between))


def parse_line(line: bytes) -> LedgerEntry:
    """Ledger, "Line": a line in its one form, without its line feed."""
    value = canonicaljson.fields(
        canonicaljson.parse(line, LINE_LIMIT_BYTES), ("entry", "signature"), "a line"
    )
    entry = canonicaljson.fields(value["entry"], _KEYS, "an entry")
    require(entry["type"] == TYPE, Answer.FORM, "an entry's type")
    require(entry["state"] in ("intent", "done", "incomplete"), Answer.FORM, "state")
    require(is_id(entry["vault"]), Answer.FORM, "vault")
    require(is_digest(entry["previous"]), Answer.FORM, "previous")
    act = canonicaljson.string(entry["act"], "act")
    require(_ACT.fullmatch(act) is not None, Answer.FORM, "act")
    if entry["until"] is not None:
        parse_day(entry["until"], "until")
    parse_moment(entry["at"], "at")
    approvals = canonicaljson.array(entry["approvals"], 64, "approvals")
    require(all(is_digest(item) for item in approvals), Answer.FORM, "approvals")
    cells = canonicaljson.array(entry["cells"], 64, "cells")
    require(
        all(item in ("L0", "L1", "L2", "L3") for item in cells), Answer.FORM, "cells"
    )
    greatest = canonicaljson.GREATEST
    return LedgerEntry(
        number=canonicaljson.integer(entry["number"], 1, greatest, "number"),
        act=act,
        state=entry["state"],
        serial=canonicaljson.integer(entry["serial"], 1, greatest, "serial"),
        until=entry["until"],
        at=entry["at"],
        approvals=tuple(approvals),
        torn=_torn(entry["torn"]),
        vault=entry["vault"],
        previous=entry["previous"],
        signed=TYPE.encode() + b"\n" + canonicaljson.encode(entry),
        signature=parse_base64(value["signature"], 64, "signature"),
    )


def _torn(value: Any) -> tuple[int, str] | None:
    if value is None:
        return None
    value = canonicaljson.fields(value, ("bytes", "sha256"), "torn")
    count = canonicaljson.integer(value["bytes"], 1, TORN_LIMIT_BYTES, "bytes")
    require(is_digest(value["sha256"]), Answer.FORM, "sha256")
    return count, value["sha256"]


def _check_line(
    entry: LedgerEntry, number: int, previous: str, between: bytes, roster: Roster
) -> None:
    signed = any(
        ed25519_verifies(entry.signature, entry.signed, card.signing_key.ed25519)
        for card in roster.keepers()
    )
    require(signed, Answer.LEDGER, f"line {number}: no keeper signed it")
    require(
        (entry.vault, entry.number, entry.previous)
        == (roster.vault, number, previous),
        Answer.LEDGER,
        f"line {number}: it does not follow",
    )
    require(
        between == b"" if entry.torn is None else _is_torn(between, entry.torn),
        Answer.LEDGER,
        f"line {number}: other bytes before it than it names",
    )


def _is_torn(between: bytes, torn: tuple[int, str]) -> bool:
    """The named bytes; a line feed that the writer added is not counted."""
    count, digest = torn
    named, rest = between[:count], between[count:]
    if len(named) != count or sha256(named).hex() != digest:
        return False
    return rest == (b"" if named.endswith(b"\n") else b"\n")
