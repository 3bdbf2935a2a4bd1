"""Event: which lines are events, and what is read from them."""

from __future__ import annotations

import unittest

from vaultreader import event
from vaultreader.refusal import Answer, Refusal

HEAD = '"v":1,"kind":"message","conversation":"c"'


def line(more: str) -> bytes:
    """A line with some fields more."""
    return f"{{{HEAD}{more}}}".encode()


GOOD = [
    line(""),
    b" \t" + line("") + b"\r",
    line(',"x":"\\ud800"'),
    b"\xef\xbb\xbf" + line(""),
    line(',"v":2'),
    b'{"v":1.0,"kind":"end","conversation":"c"}',
    b'{"v":10e-1,"kind":"end","conversation":"\\ud83d\\ude00"}',
    line(',"author":null,"body":null,"relation":7'),
    line(',"relation":{"replaces":5}'),
    line(',"author":{"role":"boss","id":5}'),
    line(',"attachments":5,"source":[]'),
    line(',"x":' + "[" * 511 + "]" * 511),
    line(',"received_at":null'),
    line(',"at":"2999-01-01T09:00:02Z","received_at":"x"'),
]
BAD = [
    b"null",
    b"[1]",
    b"{}",
    line("")[:-1],
    line("") + b"x",
    line(',"x":NaN'),
    line(',"author":"x"'),
    line(',"author":{"name":5}'),
    line(',"body":[]'),
    line(',"id":5'),
    line(',"at":"2999-01-01T09:00:02Z","received_at":5'),
    line(',"received_at":"x"'),
    line(',"at":"2999-02-30T09:00:02Z"'),
    line(',"x":01'),
    line(',"x":[1,]'),
    line(',"x":"a\tb"'),
    line(',"visibility":5'),
    line(',"x":' + "[" * 512 + "]" * 512),
    line(',"x":"\xff"').replace(b"\xc3\xbf", b"\xff"),
    b'{"v":"1","kind":"end","conversation":"c"}',
    b'{"v":true,"kind":"end","conversation":"c"}',
    b'{"v":1,"kind":"shout","conversation":"c"}',
    b'{"v":1,"kind":"end","conversation":""}',
    b'{"v":1,"kind":"end","conversation":"' + b"x" * 1_025 + b'"}',
    b'{"v":1,"kind":"end"}',
]


class Events(unittest.TestCase):
    """Lines that were tried on the programs, too."""

    def test_accepted(self) -> None:
        """Lines that are events."""
        for text in GOOD:
            with self.subTest(text[:60]):
                event.parse(text)

    def test_refused(self) -> None:
        """Lines that are none."""
        for text in (b"", *BAD):
            with self.subTest(text[:60]), self.assertRaises(Refusal):
                event.parse(text)

    def test_a_later_version(self) -> None:
        """`v` is told apart."""
        with self.assertRaises(Refusal) as caught:
            event.parse(b'{"v":2,"kind":"message","conversation":"c"}')
        self.assertIs(caught.exception.answer, Answer.LATER_VERSION)

    def test_times(self) -> None:
        """RFC 3339, as the page bounds it."""
        good = (
            "2026-11-02T09:00:02Z",
            "2026-11-02t09:00:02.5z",
            "2026-06-15T12:34:60+01:30",
            "1970-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-23:59",
            "2024-02-29T00:00:00Z",
            "2026-06-15T12:34:56." + "1" * 19 + "Z",
        )
        bad = (
            "2026-11-02 09:00:02Z",
            "2026-11-02T09:00:02",
            "2026-11-02T24:00:00Z",
            "2026-02-30T09:00:02Z",
            "1969-12-31T23:59:59Z",
            "2026-11-02T09:00:02+24:00",
            "2026-11-02T09:00:02.Z",
            "2026-06-15T12:34:56." + "1" * 20 + "Z",
            "",
        )
        for text in good:
            with self.subTest(text):
                self.assertEqual(event.parse(line(f',"at":"{text}"')).at, text)
        for text in bad:
            with self.subTest(text), self.assertRaises(Refusal):
                event.parse(line(f',"at":"{text}"'))

    def test_half_of_a_surrogate_pair(self) -> None:
        """U+FFFD is read."""
        self.assertEqual(event.parse(line(',"body":{"text":"a\\ud800b"}')).text, "a\ufffdb")

    def test_the_first_of_two_keys_counts(self) -> None:
        """Event, last paragraph of its section."""
        parsed = event.parse(line(',"visibility":"all","visibility":"workers"'))
        self.assertFalse(parsed.among_workers)


if __name__ == "__main__":
    unittest.main()
