"""Sealed part: what is told in numbers, and limits that are too large for known answers."""

from __future__ import annotations

import unittest

from vaultreader.refusal import Answer, Refusal
from vaultreader.sealedpart import LINE, padme, parse_records

from .writer import record


class Parts(unittest.TestCase):
    """Padmé, and the longest record."""

    def test_padme(self) -> None:
        """The examples of the page."""
        examples = {0: 0, 1: 1, 9: 10, 100: 104, 1_000: 1_024, 1_048_580: 1_081_344}
        for length, rounded in examples.items():
            self.assertEqual(padme(length), rounded)

    def test_the_longest_record(self) -> None:
        """Length and type count: 1,048,576 bytes and no more."""
        longest = bytes(1_048_575)
        self.assertEqual(parse_records(record(LINE, longest)), [(LINE, longest)])
        with self.assertRaises(Refusal) as caught:
            parse_records(record(LINE, longest + b"\0"))
        self.assertIs(caught.exception.answer, Answer.CHANGED)


if __name__ == "__main__":
    unittest.main()
