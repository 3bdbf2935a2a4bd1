"""Roster: chains, pins, and what a vault's first sight believes."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from vaultreader import roster
from vaultreader.primitives import sha256
from vaultreader.refusal import Answer, Refusal
from vaultreader.vault import Vault

from .cast import FIRST, SECOND, VAULT
from .rostercases import ORGANISATION, RosterCase, all_cases
from .chosen import secret
from .signing import Signer, roster_file


class Rosters(unittest.TestCase):
    """Chains made from the page."""

    def test_every_chain(self) -> None:
        """Believed, or not."""
        for case in all_cases():
            with self.subTest(case.label), tempfile.TemporaryDirectory() as folder:
                place(case, Path(folder))
                if case.believed:
                    self.assertEqual(Vault(Path(folder)).roster().number, len(case.files))
                else:
                    with self.assertRaises(Refusal) as caught:
                        Vault(Path(folder)).roster()
                    self.assertIs(caught.exception.answer, Answer.ROSTER)

    def test_pins(self) -> None:
        """Roster, "Pin"."""
        with tempfile.TemporaryDirectory() as folder:
            vault, pin = Path(folder) / "vault", Path(folder) / "anna.pin"
            vault.mkdir()
            place(RosterCase("", [roster_file(FIRST), roster_file(SECOND)], True), vault)
            for roster_ in (FIRST, SECOND):
                pin.write_bytes(_pin(roster_))
                self.assertEqual(Vault(vault).roster(pin).number, 2)
            others = {
                "another digest": _pin(FIRST).replace(b"digest: ", b"digest: 0")[:-2] + b"\n",
                "a number that is not there": _pin({**SECOND, "number": 3}),
                "another key": _pin(FIRST, Signer(secret("another organisation"))),
            }
            for label, text in others.items():
                pin.write_bytes(text)
                with self.subTest(label), self.assertRaises(Refusal):
                    Vault(vault).roster(pin)
            (vault / "rosters" / "2.json").unlink()
            pin.write_bytes(_pin(SECOND))
            with self.assertRaises(Refusal):
                Vault(vault).roster(pin)

    def test_a_number_that_is_missing_between(self) -> None:
        """Roster, "Pin"."""
        with tempfile.TemporaryDirectory() as folder:
            files = [roster_file(FIRST), roster_file(SECOND)]
            place(RosterCase("", files, True), Path(folder))
            for path in (Path(folder) / "rosters").iterdir():
                if path.name.startswith("2."):
                    path.rename(path.with_name("3" + path.name[1:]))
            with self.assertRaises(Refusal):
                Vault(Path(folder)).roster()


def place(case: RosterCase, vault: Path) -> None:
    """Put the files of a chain into a vault, signed by the organisation."""
    for folder in ("rosters", "calendar", "records", "open", "ledger"):
        (vault / folder).mkdir()
    (vault / "organisation.pub").write_bytes(ORGANISATION.pub_file)
    for number, file in enumerate(case.files, start=1):
        signature = ORGANISATION.sign(file, roster.CONTEXT)
        for path in (vault / "rosters" / f"{number}.json", vault / "roster.json"):
            path.write_bytes(file)
            path.with_name(path.name + ".minisig").write_bytes(signature)


def _pin(value: dict, key: Signer = ORGANISATION) -> bytes:
    return (
        f"transcript-vault pin 1\norganisation-key: {key.text}\nvault: {VAULT}\n"
        f"number: {value['number']}\ndigest: {sha256(roster_file(value)).hex()}\n"
    ).encode()


if __name__ == "__main__":
    unittest.main()
