"""Calendar and Cell: tree, content, file, slots, answers, intents."""

from __future__ import annotations

import dataclasses
import os
import tempfile
import unittest
from pathlib import Path

from vaultreader import cell, keycalendar
from vaultreader.keycalendar import KeyCalendar, Node
from vaultreader.refusal import Answer, Refusal
from vaultreader.values import day_number

from . import calendarwriter, cast
from .calendarcases import CONVERSATION, FAR, NEIGHBOUR, SAME_PATH, CalendarCases
from .chosen import secret
from .signing import Signer

VAULT_ID = bytes.fromhex(cast.VAULT)


def state(calendar: KeyCalendar, day: int, conversation: bytes) -> tuple[int, bytes]:
    """The keeper's answer (Keeper, "Leaves"), by the clock of the tests."""
    return state_on(calendar, day, conversation, cast.TODAY)


def state_on(calendar: KeyCalendar, day: int, conversation: bytes, today) -> tuple[int, bytes]:
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
        """Calendar, "Content": one encoding, and nothing else is read."""
        for case in self.cases.all():
            with self.subTest(case.label):
                if case.good:
                    calendar = keycalendar.parse(case.content)
                    self.assertEqual(calendarwriter.content(calendar), case.content)
                elif case.label != "another vault":
                    with self.assertRaises(Refusal):
                        keycalendar.parse(case.content)

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

    def test_kept_leaves(self) -> None:
        """Calendar, "Answers": a kept leaf comes before everything."""
        for case in self.cases.all():
            if not case.label.startswith("kept") or not case.good:
                continue
            calendar = keycalendar.parse(case.content)
            day = calendar.kept[0].day
            usable = calendar.kept[0].until >= day_number(cast.TODAY)
            with self.subTest(case.label):
                expected = (0, b"K" * 32) if usable else (2, bytes(32))
                self.assertEqual(state(calendar, day, CONVERSATION), expected)

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


class Cells(unittest.TestCase):
    """Cell, "Slots" and the reading part of "Recovery"."""

    def setUp(self) -> None:
        """A vault's calendar folder and a cell's directory."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.vault, self.cell = Path(folder.name) / "vault", Path(folder.name) / "cell"
        (self.vault / "calendar").mkdir(parents=True)
        self.cell.mkdir()
        self.values = [os.urandom(32) for _ in range(2)]
        self.calendars = [dataclasses.replace(cast.calendar(), serial=serial) for serial in (5, 6)]
        for value, calendar in zip(self.values, self.calendars):
            self._put(value, calendar, self.vault / "calendar", self.cell)

    def _put(self, value: bytes, calendar: KeyCalendar, *folders: Path) -> None:
        file = calendarwriter.encrypt(calendarwriter.content(calendar), value)
        for folder in folders:
            (folder / keycalendar.file_name(value)).write_bytes(file)

    def _slots(self, *slots: bytes) -> None:
        (self.cell / "cell").write_bytes(b"".join(slots))

    def _in_force(self) -> int:
        return cell.calendar_in_force(self.vault, VAULT_ID, [self.cell]).serial

    def _slot(self, number: int, serial: int | None = None) -> bytes:
        return calendarwriter.slot(
            VAULT_ID, self.values[number], serial or self.calendars[number].serial
        )

    def test_one_valid_slot(self) -> None:
        """At rest, in either place."""
        self._slots(self._slot(0), os.urandom(4_096))
        self.assertEqual(self._in_force(), 5)
        self._slots(os.urandom(4_096), self._slot(1))
        self.assertEqual(self._in_force(), 6)

    def test_two_valid_slots(self) -> None:
        """The highest serial that opens a calendar wins."""
        self._slots(self._slot(0), self._slot(1))
        self.assertEqual(self._in_force(), 6)
        name = keycalendar.file_name(self.values[1])
        (self.vault / "calendar" / name).unlink()
        self.assertEqual(self._in_force(), 6)
        (self.cell / name).write_bytes(b"x")
        self.assertEqual(self._in_force(), 5)

    def test_refused(self) -> None:
        """What is no cell of this vault's."""
        random = os.urandom(4_096)
        same = dataclasses.replace(self.calendars[1], serial=5)
        self._put(self.values[1], same, self.cell)
        (self.vault / "calendar" / keycalendar.file_name(self.values[1])).unlink()
        slot = self._slot(0)
        for label, slots in {
            "no slot": (random, random),
            "another length": (slot,),
            "a slot that was changed": (slot[:70] + bytes([slot[70] ^ 1]) + slot[71:], random),
            "another vault's": (calendarwriter.slot(bytes(16), self.values[0], 5), random),
            "another vault's beside it": (slot, calendarwriter.slot(bytes(16), self.values[0], 5)),
            "another serial than the calendar's": (self._slot(0, 7), random),
            "changed apart": (slot, self._slot(1, 5)),
            "no calendar": (calendarwriter.slot(VAULT_ID, os.urandom(32), 5), random),
        }.items():
            self._slots(*slots)
            with self.subTest(label), self.assertRaises(Refusal):
                self._in_force()

    def test_intents(self) -> None:
        """Cell, "Intent"."""
        keeper = Signer(secret("keeper signs"))

        def intent(*lines: str) -> bytes:
            text = "".join(line + "\n" for line in ("transcript-vault intent 1", *lines)).encode()
            return text + f"signature: {keeper.sign_raw(text).hex()}\n".encode()

        head = (f"vault: {cast.VAULT}", "serial: 7", "act: sweep")
        spend = f"change: spend {cast.VAULT} 2027-01-01"
        tear = f"change: tear-off 2026-11-28 7 {cast.VAULT} 12345"
        parsed = cell.parse_intent(
            intent(*head, tear, spend, "approval: " + "ab" * 32), keeper.public
        )
        self.assertEqual((parsed.serial, len(parsed.changes)), (7, 2))
        wrong = {
            "no change": intent(*head),
            "a day": intent(*head, "change: draw 2026-02-30"),
            "a change": intent(*head, "change: dance"),
            "an act": intent(*head[:2], "act: x", spend),
            "zeros": intent(head[0], "serial: 07", head[2], spend),
            "order": intent(head[1], head[0], head[2], spend),
            "signature": intent(*head, spend).replace(b"sweep", b"erase"),
            "too many": intent(*head, *[spend] * 65),
        }
        for label, text in wrong.items():
            with self.subTest(label), self.assertRaises(Refusal):
                cell.parse_intent(text, keeper.public)


if __name__ == "__main__":
    unittest.main()
