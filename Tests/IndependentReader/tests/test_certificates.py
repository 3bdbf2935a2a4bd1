"""Certificate: what is complete only if it was seen to be, and every byte counts."""

from __future__ import annotations

import base64
import tempfile
import unittest
from pathlib import Path
from typing import Any

from vaultreader import canonicaljson, certificate, checkpoint, ledger, merkle
from vaultreader.primitives import sha256
from vaultreader.refusal import Answer, Refusal

from . import cast
from .cast import KEEPER
from .ledgercases import LedgerCases
from .signing import Signer, secret



def _note(vault: str, read: ledger.Ledger) -> bytes:
    """The checkpoint of all entries (Ledger, "Checkpoint")."""
    root = base64.b64encode(merkle.root(read.leaves))
    text = checkpoint.origin(vault) + b"\n%d\n%s\n" % (len(read.leaves), root)
    name = checkpoint.origin(vault)
    value = checkpoint.key_id(name, KEEPER.signer.public) + KEEPER.signer.sign_raw(text)
    return text + b"\n\xe2\x80\x94 " + name + b" " + base64.b64encode(value) + b"\n"


_NONE = {"disclosure": 0, "held": 0, "standard": 0, "transport": 0}


class Certificates(unittest.TestCase):
    """Certificates made from the page."""

    def setUp(self) -> None:
        """A ledger with one sweep, and a folder."""
        self.cases = LedgerCases(KEEPER.signer, cast.VAULT, 3, [])
        for act, until in (("create", None), ("sweep", "2026-11-24")):
            self.cases.lines.append(self.cases.entry(act=act, until=until))
        self.roster = cast.current_roster()
        data = b"".join(line + b"\n" for line in self.cases.lines)
        self.ledger = ledger.verify(data, self.roster)
        self.note = _note(self.roster.vault, self.ledger)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def value(self, **changes: Any) -> dict[str, Any]:
        """A document that is right but for the changes."""
        entry = self.ledger.entries[1]
        value = {
            "act": "sweep",
            "approvals": list(entry.approvals),
            "calendar": entry.serial,
            "cells": [{"label": "cell 1", "level": "L1", "reason": "a test"}],
            "completes": [],
            "destroyed": {
                "conversations": None,
                "erased": 0,
                "from": "2026-11-23",
                "kept": _NONE,
                "pages": 1,
                "until": entry.until,
            },
            "done": entry.at,
            "files": {"left": 0, "removed": None},
            "keeper": KEEPER.signer.text,
            "lagging": [],
            "ledger": {"checkpoint": self.note.decode(), "entry": 2},
            "number": 1,
            "organisation": "The Charity",
            "previous": None,
            "program": {"name": "vault-retention", "sha256": "ab" * 32, "version": "1"},
            "remaining": {"calendars": 0, "kept": _NONE, "overdue": 0, "pages": 9},
            "state": "complete",
            "time": {"approved": False, "clock": entry.at, "drawn": 0, "left": 7},
            "type": certificate.TYPE,
            "vault": self.roster.vault,
            "verified": {
                "cells": 1,
                "cells_read_back": 1,
                "earlier_opened": 0,
                "earlier_tried": 1,
                "keys_found": 0,
                "keys_sought": 1,
            },
            "warnings": ["there is one cell only"],
        }
        return value | changes

    def files(self, value: dict[str, Any], signer: Signer = KEEPER.signer) -> list[bytes]:
        """The four files."""
        document = canonicaljson.encode(value) + b"\n"
        text = f"{certificate.TEXT_TYPE}\n\n      {sha256(document).hex()}\n".encode()
        return [
            document,
            signer.sign(document, certificate.TYPE),
            text,
            signer.sign(text, certificate.TEXT_TYPE),
        ]

    def write(self, number: int, files: list[bytes]) -> None:
        """Puts them into the folder."""
        for ending, data in zip(("json", "json.minisig", "txt", "txt.minisig"), files):
            (self.folder / f"{number}.{ending}").write_bytes(data)

    def refused(self) -> None:
        """That the folder is."""
        with self.assertRaises(Refusal) as caught:
            certificate.verify_all(self.folder, self.ledger, self.roster)
        self.assertIs(caught.exception.answer, Answer.CERTIFICATE)

    def test_what_is_right_is_believed(self) -> None:
        """And what an incomplete one is completed by."""
        self.write(1, self.files(self.value(state="incomplete", lagging=["cell 2 is away"])))
        found = certificate.verify_all(self.folder, self.ledger, self.roster)
        self.assertEqual(found.incomplete, [1])
        later = self.value(act="catch-up", done=None, number=2, completes=[1], approvals=[])
        later["ledger"] = later["ledger"] | {"entry": None}
        later["previous"] = found.all[0].digest
        self.write(2, self.files(later))
        found = certificate.verify_all(self.folder, self.ledger, self.roster)
        self.assertEqual((len(found.all), found.incomplete), (2, []))

    def test_what_is_wrong_is_refused(self) -> None:
        """Each rule of the page by itself."""
        good = self.value()
        wrong = [
            self.value(verified=good["verified"] | {"cells_read_back": 0}),
            self.value(verified=good["verified"] | {"earlier_opened": 1}),
            self.value(verified=good["verified"] | {"keys_found": 1}),
            self.value(verified=good["verified"] | {"cells": 2, "cells_read_back": 2}),
            self.value(lagging=["cell 2 is away"]),
            self.value(state="incomplete"),
            self.value(number=2, previous="ab" * 32),
            self.value(vault="cd" * 16),
            self.value(act="erase"),
            self.value(calendar=good["calendar"] + 1),
            self.value(done="2026-11-22T07:00:00Z"),
            self.value(ledger=good["ledger"] | {"entry": 1}),
            self.value(ledger=good["ledger"] | {"entry": 3}),
            self.value(destroyed=good["destroyed"] | {"until": "2030-01-01"}),
            self.value(destroyed=good["destroyed"] | {"pages": -1}),
            self.value(completes=[1]),
            self.value(warnings=["two\nlines"]),
        ]
        for value in wrong:
            with self.subTest(value={k: v for k, v in value.items() if v != good[k]}):
                self.write(1, self.files(value))
                self.refused()
        self.write(1, self.files(good, Signer(secret("a stranger signs"))))
        self.refused()

    def test_none_may_be_missing(self) -> None:
        """Of each destruction there is one, and none has a gap before it."""
        self.refused()
        self.write(2, self.files(self.value(number=2, previous="ab" * 32)))
        self.refused()

    def test_one_that_is_not_finished_is_none(self) -> None:
        """It is the next, and below a higher number it is missing."""
        self.write(1, self.files(self.value()))
        (self.folder / "2.txt").write_bytes(b"not yet")
        found = certificate.verify_all(self.folder, self.ledger, self.roster)
        self.assertEqual((len(found.all), found.unfinished), (1, 2))
        (self.folder / "3.txt").write_bytes(b"not yet")
        self.refused()
        (self.folder / "3.txt").unlink()
        (self.folder / "1.json").unlink()
        self.refused()

    def restore(self, serial: int) -> None:
        """The vault is brought back, and a day is torn off."""
        self.cases.lines.append(self.cases.entry(act="restore", serial=serial))
        next_one = serial + ledger.LEFT_OUT + 1
        sweep = self.cases.entry(act="sweep", until="2026-11-25", serial=next_one)
        self.cases.lines.append(sweep)
        data = b"".join(line + b"\n" for line in self.cases.lines)
        self.ledger = ledger.verify(data, self.roster)
        self.note = _note(self.roster.vault, self.ledger)

    def after(self, previous: str | None, **changes: Any) -> dict[str, Any]:
        """The certificate of that day."""
        entry = self.ledger.entries[-1]
        value = self.value(number=ledger.LEFT_OUT + 1, previous=previous, calendar=entry.serial)
        value["destroyed"] = value["destroyed"] | {"until": entry.until}
        value["ledger"] = {"checkpoint": self.note.decode(), "entry": entry.number}
        return value | changes

    def test_after_a_restoration_the_count_begins_anew(self) -> None:
        """And what waited is completed no more."""
        self.write(1, self.files(self.value(state="incomplete", lagging=["cell 2 is away"])))
        first = certificate.verify_all(self.folder, self.ledger, self.roster).all[0].digest
        anew = ledger.LEFT_OUT + 1
        self.write(anew, self.files(self.value(number=anew, previous=first)))
        self.refused()
        self.restore(self.ledger.entries[1].serial or 0)
        self.write(anew, self.files(self.after(first, completes=[1])))
        found = certificate.verify_all(self.folder, self.ledger, self.roster)
        self.assertEqual((len(found.all), found.incomplete), (2, [1]))
        self.write(anew, self.files(self.after("ab" * 32)))
        self.refused()
        self.write(anew, self.files(self.after(first)))
        (self.folder / "1.json").unlink()
        self.refused()

    def test_what_was_undone_needs_none(self) -> None:
        """Its serial is left out, and the next is the first that is known."""
        self.restore((self.ledger.entries[1].serial or 0) - 1)
        self.write(ledger.LEFT_OUT + 1, self.files(self.after(None)))
        found = certificate.verify_all(self.folder, self.ledger, self.roster)
        self.assertEqual(len(found.all), 1)

    def test_every_byte_counts(self) -> None:
        """In all four files."""
        files = self.files(self.value())
        certificate.verify(1, files, self.roster)
        for which, data in enumerate(files):
            for place in range(len(data)):
                changed = bytearray(data)
                changed[place] ^= 1
                with self.assertRaises(Refusal):
                    certificate.verify(
                        1, [*files[:which], bytes(changed), *files[which + 1 :]], self.roster
                    )


if __name__ == "__main__":
    unittest.main()
