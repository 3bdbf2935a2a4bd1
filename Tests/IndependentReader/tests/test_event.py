"""Event: what is read from a line, beyond what the known answers tell."""

from __future__ import annotations

import unittest

from vaultreader import event

from .eventcases import event_line


class Events(unittest.TestCase):
    """Values of fields."""

    def test_times(self) -> None:
        """They are kept as they stand."""
        for text in ("2026-11-02t09:00:02.5z", "9999-12-31T23:59:59-23:59"):
            self.assertEqual(event.parse(event_line(f',"at":"{text}"')).at, text)

    def test_half_of_a_surrogate_pair(self) -> None:
        """U+FFFD is read."""
        self.assertEqual(event.parse(event_line(',"body":{"text":"a\\ud800b"}')).text, "a\ufffdb")


if __name__ == "__main__":
    unittest.main()
