"""The ledger (Ledger): what the keeper did, signed, in a Merkle tree."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from . import canonicaljson, checkpoint, merkle
from .primitives import blake2b, ed25519_verifies, sha256
from .refusal import Answer, Refusal, require
from .roster import Roster
from .values import parse_base64, parse_day, parse_digest, parse_id, parse_moment

TYPE = "transcript-vault ledger entry 1"
LINE_LIMIT_BYTES = 65_536
LIMIT_BYTES = 268_435_456
TORN_LIMIT_BYTES = 131_072
MOST_ITEMS = 64
STATES = ("intent", "done", "incomplete")
_WORD = re.compile(r"[!-~]{1,64}")
_KEYS = (
    "act",
    "approvals",
    "at",
    "cells",
    "mark",
    "number",
    "root",
    "roster",
    "serial",
    "state",
    "torn",
    "type",
    "until",
    "vault",
)
_SALT = b"transcript-vault/v1/ledger-salt\0"
_MARK = b"transcript-vault/v1/ledger-entry\0"
MOST_UNCOVERED = 1
LEFT_OUT = 1_000_000


@dataclass(frozen=True)
class LedgerEntry:
    """One line."""

    number: int
    act: str
    state: str
    serial: int | None
    until: str | None
    at: str
    approvals: tuple[str, ...]
    torn: tuple[int, str] | None
    vault: str
    root: str
    roster: tuple[int, str] | None
    mark: str | None
    signed: bytes
    signature: bytes


@dataclass(frozen=True)
class Ledger:
    """A ledger that was verified."""

    entries: tuple[LedgerEntry, ...]
    torn_at_end: int
    leaves: tuple[bytes, ...]

    @property
    def last_done(self) -> int:
        """The highest serial of an entry that is done, `add-cell` apart; 0 without any."""
        done = (e for e in self.entries if e.state == "done" and e.act != "add-cell")
        return max((e.serial or 0 for e in done), default=0)

    def leaves_out(self, serial: int) -> bool:
        """Cell, "Restoration": whether a restoration left it out."""
        highest = 0
        for entry in self.entries:
            highest = max(highest, entry.serial or 0)
            if (entry.act, entry.state) == ("restore", "done"):
                start = entry.serial or 0
                highest = max(highest, start + LEFT_OUT)
                if start < serial <= highest:
                    return True
        return False


def verify(data: bytes, roster: Roster) -> Ledger:
    """Ledger, "Reading": the lines alone."""
    require(len(data) <= LIMIT_BYTES, Answer.LEDGER, "too long")
    entries: list[LedgerEntry] = []
    tree, between, place = merkle.Roots(), b"", 0
    while place < len(data):
        end = data.find(b"\n", place)
        piece = data[place:] if end < 0 else data[place:end]
        with_feed = piece if end < 0 else piece + b"\n"
        place += len(with_feed)
        try:
            line = parse_line(piece)
        except Refusal:
            between += with_feed
            require(len(between) <= TORN_LIMIT_BYTES + 1, Answer.LEDGER, "too much torn")
            continue
        try:
            entry = parse_values(line)
        except Refusal as refusal:
            raise Refusal(Answer.LEDGER, refusal.rule) from refusal
        _check_line(entry, tree, between, roster)
        entries.append(entry)
        tree.append(merkle.leaf(piece))
        between = b""
    require(len(between) <= TORN_LIMIT_BYTES, Answer.LEDGER, "too much torn")
    return Ledger(tuple(entries), len(between), tuple(tree.leaves))


def covered(ledger: Ledger, note: bytes | None, roster: Roster) -> int:
    """Ledger, "Checkpoint": how many entries it covers, all but one at most."""
    size = 0
    if note is not None:
        found = checkpoint.verify(note, roster)
        size = found.size
        require(size <= len(ledger.leaves), Answer.LEDGER, "cut off")
        root = merkle.root(ledger.leaves[:size])
        require(root == found.root, Answer.LEDGER, "another ledger's checkpoint")
    uncovered = len(ledger.entries) - size
    require(uncovered <= MOST_UNCOVERED, Answer.LEDGER, "entries without a checkpoint")
    return size


def check_roster(ledger: Ledger, roster: Roster) -> None:
    """Ledger, "Reading", last paragraph: whether an older roster was put back."""
    named = [entry.roster for entry in ledger.entries if entry.roster is not None]
    if named:
        number, digest = named[-1]
        require(
            number < roster.number or (number, digest) == (roster.number, roster.digest),
            Answer.LEDGER,
            "the keeper went by another roster",
        )


def mark(leaf: bytes, act: str, line: bytes) -> str:
    """Ledger, "Entries about conversations"."""
    digest = blake2b(line, 32)
    salt = hashlib.blake2b(_SALT + digest, digest_size=32, key=leaf).digest()
    return blake2b(_MARK + salt + act.encode() + b"\0" + digest, 32).hex()


def parse_line(line: bytes) -> dict[str, Any]:
    """Ledger, "Reading": whether it is a line, before its values count.

    Fields, their types and the state; what is none is torn, not refused.
    """
    value = canonicaljson.fields(
        canonicaljson.parse(line, LINE_LIMIT_BYTES), ("entry", "signature"), "a line"
    )
    canonicaljson.string(value["signature"], "signature")
    entry = canonicaljson.fields(value["entry"], _KEYS, "an entry")
    for name in ("act", "at", "root", "state", "type", "vault"):
        canonicaljson.string(entry[name], name)
    _integer(entry["number"], "number")
    if entry["serial"] is not None:
        _integer(entry["serial"], "serial")
    for name in ("approvals", "cells"):
        for item in canonicaljson.array(entry[name], LINE_LIMIT_BYTES, name):
            canonicaljson.string(item, name)
    for name in ("until", "mark"):
        if entry[name] is not None:
            canonicaljson.string(entry[name], name)
    if entry["roster"] is not None:
        named = canonicaljson.fields(entry["roster"], ("number", "sha256"), "roster")
        _integer(named["number"], "number")
        canonicaljson.string(named["sha256"], "sha256")
    if entry["torn"] is not None:
        torn = canonicaljson.fields(entry["torn"], ("bytes", "sha256"), "torn")
        _integer(torn["bytes"], "bytes")
        canonicaljson.string(torn["sha256"], "sha256")
    require(entry["state"] in STATES, Answer.FORM, "state")
    return value


def parse_values(value: dict[str, Any]) -> LedgerEntry:
    """Ledger, "Line": the values of a line."""
    entry, greatest = value["entry"], canonicaljson.GREATEST
    require(entry["type"] == TYPE, Answer.FORM, "an entry's type")
    if entry["until"] is not None:
        parse_day(entry["until"], "until")
    parse_moment(entry["at"], "at")
    require(
        entry["mark"] is None or entry["at"].endswith("T00:00:00Z"),
        Answer.FORM,
        "a time of a chat",
    )
    for name in ("approvals", "cells"):
        canonicaljson.array(entry[name], MOST_ITEMS, name)
    words = [entry["act"], *entry["cells"]]
    require(all(_WORD.fullmatch(word) for word in words), Answer.FORM, "act, cells")
    return LedgerEntry(
        number=canonicaljson.integer(entry["number"], 1, greatest, "number"),
        act=entry["act"],
        state=entry["state"],
        serial=_serial(entry["serial"]),
        until=entry["until"],
        at=entry["at"],
        approvals=tuple(parse_digest(item, "approvals") for item in entry["approvals"]),
        torn=_torn(entry["torn"]),
        vault=parse_id(entry["vault"], "vault"),
        root=parse_digest(entry["root"], "root"),
        roster=_roster(entry["roster"]),
        mark=None if entry["mark"] is None else parse_digest(entry["mark"], "mark"),
        signed=TYPE.encode() + b"\n" + canonicaljson.encode(entry),
        signature=parse_base64(value["signature"], 64, "signature"),
    )


def _integer(value: Any, what: str) -> None:
    canonicaljson.integer(value, -canonicaljson.GREATEST, canonicaljson.GREATEST, what)


def _serial(value: Any) -> int | None:
    if value is None:
        return None
    return canonicaljson.integer(value, 0, canonicaljson.GREATEST, "serial")


def _roster(value: Any) -> tuple[int, str] | None:
    if value is None:
        return None
    number = canonicaljson.integer(value["number"], 1, canonicaljson.GREATEST, "number")
    return number, parse_digest(value["sha256"], "sha256")


def _torn(value: Any) -> tuple[int, str] | None:
    if value is None:
        return None
    count = canonicaljson.integer(value["bytes"], 1, TORN_LIMIT_BYTES, "bytes")
    return count, parse_digest(value["sha256"], "sha256")


def _check_line(entry: LedgerEntry, tree: merkle.Roots, between: bytes, roster: Roster) -> None:
    number = len(tree.leaves) + 1
    signed = any(
        ed25519_verifies(entry.signature, entry.signed, card.signing_key.ed25519)
        for card in roster.keepers()
    )
    require(signed, Answer.LEDGER, f"line {number}: no keeper signed it")
    require(
        (entry.vault, entry.number, entry.root) == (roster.vault, number, tree.root().hex()),
        Answer.LEDGER,
        f"line {number}: it does not follow",
    )
    require(
        between == b"" if entry.torn is None else _is_torn(between, entry.torn),
        Answer.LEDGER,
        f"line {number}: other bytes before it than it names",
    )


def _is_torn(between: bytes, torn: tuple[int, str]) -> bool:
    """The named bytes, and a line feed that is not counted, or none."""
    count, digest = torn
    named, rest = between[:count], between[count:]
    if len(named) != count or sha256(named).hex() != digest:
        return False
    return rest in (b"", b"\n")
