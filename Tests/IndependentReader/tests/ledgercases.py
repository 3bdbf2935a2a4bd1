"""Ledgers, right and wrong.

The same ledgers are given to this reader and to the keeper.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from vaultreader import canonicaljson, merkle
from vaultreader.ledger import TYPE

from .chosen import secret
from .signing import Signer


@dataclass
class LedgerCase:
    """A ledger, and how many entries and torn bytes it has; None: refused."""

    label: str
    data: bytes
    counts: tuple[int, int] | None


@dataclass
class LedgerCases:
    """Builds the cases behind the lines of a ledger that stands already."""

    keeper: Signer
    vault: str
    serial: int
    lines: list[bytes]

    def entry(self, **changes: Any) -> bytes:
        """The next line, without its line feed."""
        entry = {
            "type": TYPE,
            "vault": self.vault,
            "number": len(self.lines) + 1,
            "root": merkle.root([merkle.leaf(line) for line in self.lines]).hex(),
            "state": "done",
            "act": "draw",
            "serial": self.serial,
            "until": None,
            "approvals": [],
            "cells": ["L1"],
            "at": "2026-11-28T00:00:00Z",
            "torn": None,
            "roster": None,
            "mark": None,
            **changes,
        }
        return self.line(entry, self.keeper)

    def line(self, entry: dict[str, Any], signer: Signer) -> bytes:
        """Ledger, "Line"."""
        signed = TYPE.encode() + b"\n" + canonicaljson.encode(entry)
        signature = base64.b64encode(signer.sign_raw(signed)).decode()
        return canonicaljson.encode({"entry": entry, "signature": signature})

    def all(self) -> list[LedgerCase]:
        """Every case."""
        return [*self._lines(), *self._values(), *self._torn()]

    def _case(self, label: str, data: bytes, entries: int, torn: int = 0) -> LedgerCase:
        whole = b"".join(line + b"\n" for line in self.lines)
        return LedgerCase(label, whole + data, (len(self.lines) + entries, torn))

    def _refused(self, label: str, data: bytes) -> LedgerCase:
        case = self._case(label, data, 0)
        return LedgerCase(label, case.data, None)

    def _lines(self) -> list[LedgerCase]:
        good = self.entry()
        stranger = self.line(canonicaljson.parse(good, 10_000)["entry"], Signer(secret("x")))
        unsigned = canonicaljson.encode({**canonicaljson.parse(good, 10_000), "signature": "AAAA"})
        return [
            self._case("as it is", b"", 0),
            self._case("one more", good + b"\n", 1),
            self._case("one more without its line feed", good, 1),
            self._refused("the same again", good + b"\n" + good + b"\n"),
            self._refused("by a stranger", stranger + b"\n"),
            self._refused("a signature that is none", unsigned + b"\n"),
            self._case("a space more", good + b" \n", 0, len(good) + 2),
            self._case("a key more", self.entry(x=1) + b"\n", 0, len(self.entry(x=1)) + 1),
        ]

    def _values(self) -> list[LedgerCase]:
        many = ["ab" * 32] * 65
        refused = {
            "number": len(self.lines),
            "root": "0" * 64,
            "mark": "x",
            "roster": {"number": 0, "sha256": "ab" * 32},
            "vault": "cd" * 16,
            "act": "",
            "serial": -1,
            "until": "2026-02-30",
            "approvals": many,
            "at": "x",
            "type": TYPE[:-1] + "2",
            "cells": ["a b"],
        }
        torn = {"state": "gone", "number": "7", "approvals": None, "torn": "x", "mark": 5}
        accepted: dict[str, Any] = {
            "act": "a~b!",
            "state": "incomplete",
            "cells": [],
            "until": "2027-01-01",
            "serial": None,
            "mark": "ab" * 32,
            "roster": {"number": 3, "sha256": "ab" * 32},
        }
        told = self.entry(mark="ab" * 32, at="2026-11-28T12:00:00Z")
        return [
            self._refused("a mark with a time of day", told + b"\n"),
            *(
                self._refused(f"{k}: {str(v)[:12]}", self.entry(**{k: v}) + b"\n")
                for k, v in refused.items()
            ),
            *(
                self._case(
                    f"{k}: {v}", self.entry(**{k: v}) + b"\n", 0, len(self.entry(**{k: v})) + 1
                )
                for k, v in torn.items()
            ),
            *(
                self._case(f"{k}: {v}", self.entry(**{k: v}) + b"\n", 1)
                for k, v in accepted.items()
            ),
        ]

    def _torn(self) -> list[LedgerCase]:
        def named(torn: bytes) -> bytes:
            digest = hashlib.sha256(torn).hexdigest()
            return self.entry(torn={"bytes": len(torn), "sha256": digest}) + b"\n"

        most = bytes(131_072)
        return [
            self._case("torn", b"abc", 0, 3),
            self._case("torn zeros", bytes(1_000), 0, 1_000),
            self._case("torn, as much as can be", most, 0, len(most)),
            self._refused("torn, too much", most + b"\0"),
            self._case("torn and named", b"abc\n" + named(b"abc"), 1),
            self._case("torn and named with its line feed", b"abc\n" + named(b"abc\n"), 1),
            self._case("a line feed more", b"abc\n\n" + named(b"abc\n"), 1),
            self._refused("torn and not named", b"abc\n" + self.entry() + b"\n"),
            self._refused("named and not torn", named(b"abc")),
            self._refused("torn otherwise", b"abd\n" + named(b"abc")),
        ]
