"""Calendar: its tree, one encoding, punctures, and that every byte of a file counts."""

from __future__ import annotations

import dataclasses
import datetime
import os
import unittest

from vaultreader import keycalendar
from vaultreader.keycalendar import KeyCalendar, Node
from vaultreader.refusal import Answer, Refusal
from vaultreader.values import day_number

from . import calendarwriter, cast
from .calendarcases import CONVERSATION, FAR, NEIGHBOUR, SAME_PATH, CalendarCases


def state(calendar: KeyCalendar, day: int, conversation: bytes) -> tuple[int, bytes]:
    """The keeper's answer (Keeper, "Leaves"), by the clock of the tests."""
    return state_on(calendar, day, conversation, cast.TODAY)


def state_on(
    calendar: KeyCalendar, day: int, conversation: bytes, today: datetime.date
) -> tuple[int, bytes]:
    """The keeper's answer on a day."""
    states = {Answer.NO_PAGE: 1, Answer.EXPIRED: 2, Answer.ERASED: 3}
    try:
        return 0, calendar.leaf(day, conversation, today)
    except Refusal as refusal:
        return states[refusal.answer], bytes(32)


class Calendars(unittest.TestCase):
    """Calendars made from the page."""

    def setUp(self) -> None:
        """A calendar with one page."""
        self.calendar = cast.calendar()
        self.cases = CalendarCases(self.calendar, cast.DAY, day_number(cast.TODAY))

    def test_known_answer(self) -> None:
        """Calendar, "Tree"."""
        leaf = keycalendar.descend(Node(0, 0, bytes(range(32))), 0x0123456789ABCDEF)
        self.assertEqual(
            leaf.hex(), "ba2deb33b8e01f10d07f7ecb92c0868c2147e962647c64f57e474e6f1c81ab3d"
        )

    def test_contents(self) -> None:
        """Calendar, "Content": there is one encoding of each."""
        for case in self.cases.all():
            if case.good:
                with self.subTest(case.label):
                    self.assertEqual(
                        calendarwriter.content(keycalendar.parse(case.content)), case.content
                    )

    def test_a_puncture_takes_one_path_alone(self) -> None:
        """Calendar, "Puncture": all other leaves stay as they were."""
        nodes = self.cases.punctured([self.cases.root], CONVERSATION)
        self.assertEqual(len(nodes), 64)
        punctured = dataclasses.replace(self.calendar, pages={cast.DAY: tuple(nodes)})
        for conversation in (NEIGHBOUR, FAR, *(os.urandom(16) for _ in range(20))):
            self.assertEqual(
                state(punctured, cast.DAY, conversation),
                state(self.calendar, cast.DAY, conversation),
            )
        for conversation in (CONVERSATION, SAME_PATH):
            self.assertEqual(state(punctured, cast.DAY, conversation), (3, bytes(32)))

    def test_every_byte_of_a_file_counts(self) -> None:
        """Calendar, "File"."""
        value = os.urandom(32)
        file = calendarwriter.encrypt(calendarwriter.content(self.calendar), value)
        self.assertEqual(keycalendar.decrypt(file, value), self.calendar)
        for place in range(len(file)):
            changed = bytearray(file)
            changed[place] ^= 1
            with self.subTest(place), self.assertRaises(Refusal):
                keycalendar.decrypt(bytes(changed), value)
        with self.assertRaises(Refusal):
            keycalendar.decrypt(file, os.urandom(32))


if __name__ == "__main__":
    unittest.main()
