"""Certificates of destruction (Certificate): the keeper's word of what is gone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import canonicaljson, checkpoint, merkle, minisign
from .ledger import LEFT_OUT, Ledger, LedgerEntry
from .primitives import sha256
from .refusal import Answer, Refusal, require
from .roster import Roster
from .values import is_digest, parse_day, parse_digest, parse_id, parse_moment

TYPE = "transcript-vault certificate 1"
TEXT_TYPE = "transcript-vault certificate text 1"
LIMIT_BYTES = 65_536
CATCH_UP = "catch-up"
_NAME = re.compile(r"([1-9][0-9]{0,8})\.(?:json|txt)(?:\.minisig)?")
_CLASSES = ("disclosure", "held", "standard", "transport")
_FIELDS = (
    "act",
    "approvals",
    "calendar",
    "cells",
    "completes",
    "destroyed",
    "done",
    "files",
    "keeper",
    "lagging",
    "ledger",
    "number",
    "organisation",
    "previous",
    "program",
    "remaining",
    "state",
    "time",
    "type",
    "vault",
    "verified",
    "warnings",
)
_VERIFIED = (
    "cells",
    "cells_read_back",
    "earlier_opened",
    "earlier_tried",
    "keys_found",
    "keys_sought",
)


@dataclass(frozen=True)
class Certificate:
    """A certificate whose four files are authentic."""

    number: int
    value: dict[str, Any]
    digest: str


@dataclass(frozen=True)
class Certificates:
    """All certificates of a vault, which no finding is against."""

    all: tuple[Certificate, ...]
    restored: tuple[int, ...] = ()
    unfinished: int | None = None

    @property
    def incomplete(self) -> list[int]:
        """Reading, 8: the numbers that no later one completes."""
        values = {found.number: found.value for found in self.all}
        completed = {
            number
            for found in self.all
            for number in found.value["completes"]
            if number in values and _can_complete(found.value, values[number], self.restored)
        }
        return [
            found.number
            for found in self.all
            if found.value["state"] == "incomplete" and found.number not in completed
        ]


def _can_complete(
    later: dict[str, Any], earlier: dict[str, Any], restored: tuple[int, ...]
) -> bool:
    """Reading, 8: whether keys that were found then were looked for again, in the same vault."""
    size = int(later["ledger"]["checkpoint"].split("\n")[1])
    entry = earlier["ledger"]["entry"]
    if entry is not None and any(entry < number <= size for number in restored):
        return False
    if earlier["verified"]["keys_found"] == 0:
        return True
    looked = later["act"] in ("sweep", CATCH_UP) and later["verified"]["keys_sought"] > 0
    return bool(earlier["act"] == "sweep" and looked)


def verify_all(folder: Path, ledger: Ledger, roster: Roster) -> Certificates:
    """Reading, 1 to 7."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    numbers: set[int] = set()
    others: set[int] = set()
    for name in names:
        if name.startswith(".tmp-"):
            continue
        match = _NAME.fullmatch(name)
        require(match is not None, Answer.CERTIFICATE, "a stranger among them")
        assert match is not None
        (numbers if name.endswith(".json") else others).add(int(match.group(1)))
    restored = tuple(e.number for e in ledger.entries if (e.act, e.state) == ("restore", "done"))
    anew = {count * LEFT_OUT + 1 for count in range(len(restored) + 1)}
    found: list[Certificate] = []
    last = 0
    for number in sorted(numbers):
        require(number == last + 1 or number in anew, Answer.CERTIFICATE, "5: a gap")
        certificate = read(folder, number, roster)
        previous = found[-1].digest if found else None
        require(certificate.value["previous"] == previous, Answer.CERTIFICATE, "5: previous")
        _check_ledger(certificate.value, ledger, roster)
        found.append(certificate)
        last = number
    unfinished = max(others - numbers, default=0)
    beyond = unfinished if unfinished > last else None
    require(beyond in {None, last + 1} | anew, Answer.CERTIFICATE, "5: a gap")
    own = [c.value["calendar"] for c in found if c.value["act"] != CATCH_UP]
    require(len(own) == len(set(own)), Answer.CERTIFICATE, "7: one serial twice")
    carried_out = {
        entry.serial
        for entry in ledger.entries
        if entry.state != "intent" and entry.serial is not None and entry.act in ("sweep", "erase")
    }
    needed = {serial for serial in carried_out if not ledger.leaves_out(serial)}
    require(needed <= set(own), Answer.CERTIFICATE, "7: one is missing")
    return Certificates(tuple(found), restored, beyond)


def read(folder: Path, number: int, roster: Roster) -> Certificate:
    """Reading, 1 to 4, with one answer."""
    try:
        files = [
            (folder / f"{number}.{ending}").read_bytes()
            for ending in ("json", "json.minisig", "txt", "txt.minisig")
        ]
        return verify(number, files, roster)
    except (Refusal, FileNotFoundError) as error:
        raise Refusal(Answer.CERTIFICATE, str(error)) from error


def verify(number: int, files: list[bytes], roster: Roster) -> Certificate:
    """Document, signature, text and signature."""
    document, signature, text, text_signature = files
    value = parse(document)
    require(value["number"] == number, Answer.FORM, "2: number")
    require(value["vault"] == roster.vault, Answer.FORM, "2: vault")
    key = minisign.parse_public_key(value["keeper"])
    require(
        any(card.signing_key == key for card in roster.keepers()), Answer.SIGNATURE, "3: keeper"
    )
    minisign.verify(document, signature, key, TYPE)
    minisign.verify(text, text_signature, key, TEXT_TYPE)
    digest = sha256(document).hex()
    lines = text.decode("utf-8").split("\n")
    require(len(text) <= LIMIT_BYTES and lines[0] == TEXT_TYPE, Answer.FORM, "4: first line")
    require(f"      {digest}" in lines, Answer.FORM, "4: digest")
    return Certificate(number, value, digest)


def parse(document: bytes) -> dict[str, Any]:
    """Certificate, "Document"."""
    value = canonicaljson.fields(
        canonicaljson.parse_file(document, LIMIT_BYTES), _FIELDS, "a certificate"
    )
    require(value["type"] == TYPE, Answer.FORM, "type")
    number = _count(value["number"], "number", low=1)
    require(value["previous"] is None or number > 1, Answer.FORM, "previous")
    require(value["previous"] is not None or number % LEFT_OUT == 1, Answer.FORM, "previous")
    if value["previous"] is not None:
        parse_digest(value["previous"], "previous")
    parse_id(value["vault"], "vault")
    _count(value["calendar"], "calendar", low=1)
    catches_up = value["act"] == CATCH_UP
    require((value["done"] is None) == catches_up, Answer.FORM, "done")
    if value["done"] is not None:
        parse_moment(value["done"], "done")
    for digest in _array(value["approvals"], "approvals"):
        parse_digest(digest, "approvals")
    for name in ("organisation", "act", "keeper"):
        _line(value[name], name)
    for name in ("lagging", "warnings"):
        for line in _array(value[name], name):
            _line(line, name)
    completes = [_count(n, "completes", low=1) for n in _array(value["completes"], "completes")]
    require(
        completes == sorted(set(completes)) and all(n < number for n in completes),
        Answer.FORM,
        "completes",
    )
    _parse_destroyed(value["destroyed"])
    files = canonicaljson.fields(value["files"], ("left", "removed"), "files")
    _count(files["left"], "left")
    _count_or_null(files["removed"], "removed")
    _parse_remaining(value["remaining"])
    _parse_time(value["time"])
    place = canonicaljson.fields(value["ledger"], ("checkpoint", "entry"), "ledger")
    canonicaljson.string(place["checkpoint"], "checkpoint")
    require((place["entry"] is None) == catches_up, Answer.FORM, "entry")
    if not catches_up:
        _count(place["entry"], "entry", low=1)
    program = canonicaljson.fields(value["program"], ("name", "sha256", "version"), "program")
    require(is_digest(program["sha256"]), Answer.FORM, "program")
    _line(program["name"], "program")
    _line(program["version"], "program")
    _check_state(value)
    return value


def _check_state(value: dict[str, Any]) -> None:
    verified = canonicaljson.fields(value["verified"], _VERIFIED, "verified")
    for name in _VERIFIED:
        _count(verified[name], name)
    cells = _array(value["cells"], "cells")
    for cell in cells:
        for line in canonicaljson.fields(cell, ("label", "level", "reason"), "a cell").values():
            _line(line, "a cell")
    require(len(cells) == verified["cells"] > 0, Answer.FORM, "cells")
    complete = value["state"] == "complete"
    require(value["state"] in ("complete", "incomplete"), Answer.FORM, "state")
    require((value["lagging"] == []) == complete, Answer.FORM, "lagging")
    require(complete or value["completes"] == [], Answer.FORM, "completes")
    passed = (
        verified["cells_read_back"] == verified["cells"]
        and verified["earlier_opened"] == verified["keys_found"] == 0
    )
    require(passed or not complete, Answer.FORM, "complete beside what was not seen")


def _parse_destroyed(value: Any) -> None:
    names = ("conversations", "erased", "from", "kept", "pages", "until")
    destroyed = canonicaljson.fields(value, names, "destroyed")
    parse_day(destroyed["from"], "from")
    parse_day(destroyed["until"], "until")
    _count(destroyed["pages"], "pages")
    _count(destroyed["erased"], "erased")
    _count_or_null(destroyed["conversations"], "conversations")
    _parse_classes(destroyed["kept"])


def _parse_remaining(value: Any) -> None:
    names = ("calendars", "kept", "overdue", "pages")
    remaining = canonicaljson.fields(value, names, "remaining")
    for name in ("calendars", "overdue", "pages"):
        _count(remaining[name], name)
    _parse_classes(remaining["kept"])


def _parse_time(value: Any) -> None:
    time = canonicaljson.fields(value, ("approved", "clock", "drawn", "left"), "time")
    canonicaljson.boolean(time["approved"], "approved")
    parse_moment(time["clock"], "clock")
    _count(time["drawn"], "drawn")
    _count(time["left"], "left")


def _parse_classes(value: Any) -> None:
    for name, count in canonicaljson.fields(value, _CLASSES, "classes").items():
        _count(count, name)


def _check_ledger(value: dict[str, Any], ledger: Ledger, roster: Roster) -> None:
    """Reading, 6."""
    try:
        note = checkpoint.verify(value["ledger"]["checkpoint"].encode(), roster)
    except Refusal as refusal:
        raise Refusal(Answer.CERTIFICATE, f"6: {refusal.rule}") from refusal
    require(note.size <= len(ledger.leaves), Answer.CERTIFICATE, "6: size")
    root = merkle.root(ledger.leaves[: note.size])
    require(root == note.root, Answer.CERTIFICATE, "6: root")
    number = value["ledger"]["entry"]
    if number is None:
        return
    require(number <= note.size, Answer.CERTIFICATE, "6: entry")
    require(_is_of(value, ledger.entries[number - 1]), Answer.CERTIFICATE, "6: another entry")


def _is_of(value: dict[str, Any], entry: LedgerEntry) -> bool:
    return (
        entry.state != "intent"
        and entry.act == value["act"]
        and entry.serial == value["calendar"]
        and list(entry.approvals) == value["approvals"]
        and entry.at == value["done"]
        and (entry.act != "sweep" or entry.until == value["destroyed"]["until"])
    )


def _count(value: Any, what: str, low: int = 0) -> int:
    return canonicaljson.integer(value, low, canonicaljson.GREATEST, what)


def _count_or_null(value: Any, what: str) -> None:
    if value is not None:
        _count(value, what)


def _array(value: Any, what: str) -> list[Any]:
    return canonicaljson.array(value, LIMIT_BYTES, what)


def _line(value: Any, what: str) -> None:
    text = canonicaljson.string(value, what)
    good = text != "" and all(c >= " " and not "\x7f" <= c <= "\x9f" for c in text)
    require(good and "\u2028" not in text and "\u2029" not in text, Answer.FORM, f"{what}: no line")
