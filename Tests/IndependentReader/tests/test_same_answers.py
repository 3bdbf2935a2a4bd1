"""The programs themselves: leaves of a keeper, event lines, an identity made from the page.

The known answers hold the sources of the programs to the rest.
"""

from __future__ import annotations

import base64
import tempfile
import unittest
from pathlib import Path

from vaultreader import bech32
from vaultreader.values import day_number
from vaultreader.vault import Vault

from . import programs, world
from .identitycases import identity_file
from .installation import Installation
from .keeperclient import KeeperClient
from .programs import Refused, run_bytes
from .eventcases import event_cases
from .test_calendars import state_on
from .world import Sealed


class SameAnswers(unittest.TestCase):
    """What the programs say of the same."""

    sealed: Sealed

    @classmethod
    def setUpClass(cls) -> None:
        """Make the vaults."""
        programs.need_programs()
        cls.sealed = world.sealed()

    def setUp(self) -> None:
        """A folder for this test alone."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def _copy(self, of: Installation) -> Installation:
        return of.copy_to(self.root)

    def _start(self, of: Installation) -> None:
        of.start()
        self.addCleanup(of.stop)

    def test_leaves(self) -> None:
        """A running keeper gives the leaves that this reader derives, and the same states."""
        charity, cast = self._copy(self.sealed.charity), self.sealed.cast()
        self._start(charity)
        today = day_number(cast.today)
        names = [bytes.fromhex(name) for name in self.sealed.conversations]
        questions = [(cast.day, name) for name in names]
        questions += [(day, names[0]) for day in (today - 100, today - 1, cast.day + 5_000)]
        client = KeeperClient(charity.socket)
        self.addCleanup(client.close)
        for day, name in questions:
            expected = state_on(cast.calendar, day, name, cast.today)
            with self.subTest(day, name=name.hex()):
                self.assertEqual(client.leaf(day, name), expected)
                self.assertEqual(client.state(name, day), expected[0])
        self.assertEqual(client.state(names[0]), 1)

    def test_events(self) -> None:
        """vault-service seal takes the same lines, and refuses the others."""
        charity = self._copy(self.sealed.charity)
        self._start(charity)
        events = dict(event_cases())
        good = [a.content("line") for a in events.values() if a.outcome[0][1] == "event"]
        bad = {
            name: a.content("line") for name, a in events.items() if a.outcome[0][1] == "refused"
        }
        # Nothing over a year old is stored, and nothing that is all times long ago.
        good = [line for line in good if b'"at"' not in line or b"2999" in line]
        ids = charity.seal(b"".join(line + b"\n" for line in good))
        read = Vault(charity.vault).read(
            bytes.fromhex(ids[0]), self.sealed.person("anna"), [charity.cell]
        )
        self.assertIn(read.lines[0], good)
        for name, line in bad.items():
            if line != b"":
                with self.subTest(name), self.assertRaises(Refused):
                    charity.seal(line + b"\n")

    def test_identities(self) -> None:
        """vault-worker opens an identity file that was made from the page."""
        charity = self._copy(self.sealed.charity)
        self._start(charity)
        anna = self.sealed.person("anna")
        lines = [
            "# transcript-vault identity 1",
            "# name: anna",
            "# role: worker",
            f"# record-secret-key: {base64.b64encode(anna.record_secret).decode()}",
            f"# signing-seed: {base64.b64encode(anna.signing_seed).decode()}",
            bech32.encode("age-secret-key-", anna.age_secret).upper(),
        ]
        path, words = self.root / "anna", self.root / "words"
        path.write_bytes(identity_file("".join(f"{line}\n" for line in lines), b"a passphrase"))
        words.write_bytes(b"a passphrase\r\n")
        name = self.sealed.story
        read = run_bytes(
            "vault-worker",
            "read",
            name,
            "--format",
            "jsonl",
            *charity.asked(),
            "--identity",
            path,
            "--passphrase-file",
            words,
        )
        self.assertEqual(read, self.sealed.conversations[name])


if __name__ == "__main__":
    unittest.main()
