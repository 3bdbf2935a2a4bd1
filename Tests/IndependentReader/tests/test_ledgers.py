"""Ledger: that every byte counts, and which roster it goes by."""

from __future__ import annotations

import unittest

from vaultreader import ledger
from vaultreader.refusal import Answer, Refusal

from . import cast
from .cast import KEEPER
from .ledgercases import LedgerCases


class Ledgers(unittest.TestCase):
    """Ledgers made from the page."""

    def setUp(self) -> None:
        """A ledger of two lines."""
        self.cases = LedgerCases(KEEPER.signer, cast.VAULT, 3, [])
        for act in ("create", "draw"):
            self.cases.lines.append(self.cases.entry(act=act))
        self.roster = cast.current_roster()

    def test_a_roster_that_was_put_back(self) -> None:
        """The last entry with a roster names the one that the keeper went by."""
        for number, digest, good in (
            (1, "ab" * 32, True),
            (2, self.roster.digest, True),
            (2, "ab" * 32, False),
            (3, "ab" * 32, False),
        ):
            named = {"number": number, "sha256": digest}
            lines = [*self.cases.lines, self.cases.entry(act="roster", roster=named)]
            read = ledger.verify(b"".join(line + b"\n" for line in lines), self.roster)
            with self.subTest(number, digest=digest):
                if good:
                    ledger.check_roster(read, self.roster)
                else:
                    with self.assertRaises(Refusal):
                        ledger.check_roster(read, self.roster)

    def test_every_byte_counts(self) -> None:
        """A changed line is refused, or torn and not named."""
        data = b"".join(line + b"\n" for line in self.cases.lines)
        for place in range(len(data) - 1):
            changed = bytearray(data)
            changed[place] ^= 1
            with self.subTest(place):
                try:
                    read = ledger.verify(bytes(changed), self.roster)
                    self.assertLess(len(read.entries), 2)
                    self.assertGreater(read.torn_at_end, 0)
                except Refusal as refusal:
                    self.assertIs(refusal.answer, Answer.LEDGER)


if __name__ == "__main__":
    unittest.main()
