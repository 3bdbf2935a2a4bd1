"""Sealed part: every rule of "Reading", with parts made from the page."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from vaultreader import conversation
from vaultreader.keycalendar import CalendarOnDay
from vaultreader.refusal import Answer, Refusal
from vaultreader.sealedpart import padme

from . import cast
from .calendarcases import punctured
from .conversationcases import all_part_cases, erased_cases
from .handovercases import LINE, HandoverCases
from .partcases import CONVERSATION, CaseBuilder, PartCase


class Parts(unittest.TestCase):
    """Parts of one conversation, read by anna."""

    def test_padme(self) -> None:
        """The examples of the page."""
        examples = {0: 0, 1: 1, 9: 10, 100: 104, 1_000: 1_024, 1_048_580: 1_081_344}
        for length, rounded in examples.items():
            self.assertEqual(padme(length), rounded)

    def test_every_case(self) -> None:
        """Each case has its lines and notices, or its answer and rule."""
        people = cast.test_cast()
        roster = cast.current_roster()
        for case in all_part_cases(people):
            with self.subTest(case.label), tempfile.TemporaryDirectory() as folder:
                place(case, Path(folder))
                self._check(case, Path(folder), people, roster)

    def _check(self, case: PartCase, vault: Path, people: cast.Cast, roster) -> None:
        files = conversation.find_files(vault, CONVERSATION)

        if case.answer is not None:
            with self.assertRaises(Refusal) as caught:
                conversation.read(CONVERSATION, files, people.anna, people.half, roster)
            self.assertIs(caught.exception.answer, case.answer)
            if case.rule:
                self.assertEqual(caught.exception.rule, case.rule)
            return
        read = conversation.read(CONVERSATION, files, people.anna, people.half, roster)
        self.assertEqual(list(read.lines), case.lines)
        self.assertEqual(
            sorted(notice.value for notice, _ in read.notices),
            sorted(notice.value for notice in case.notices),
        )

    def test_what_was_erased(self) -> None:
        """Sealed part, "Reading": erased, whatever became of the files."""
        people, roster = cast.test_cast(), cast.current_roster()
        calendar = punctured(people.calendar, people.day)
        for case in erased_cases(people):
            with self.subTest(case.label), tempfile.TemporaryDirectory() as folder:
                place(case, Path(folder))
                with self.assertRaises(Refusal) as caught:
                    conversation.read(
                        CONVERSATION,
                        conversation.find_files(Path(folder), CONVERSATION),
                        people.anna,
                        CalendarOnDay(calendar, people.today),
                        roster,
                    )
                self.assertIs(caught.exception.answer, case.answer)

    def test_every_handover(self) -> None:
        """Handover, "Reading": ben reads a part of anna's, or it is refused."""
        people, roster = cast.test_cast(), cast.current_roster()
        cases = HandoverCases(people, cast.VAULT)
        builder = CaseBuilder(people)
        for case in cases.all():
            files = [builder.closed(cases.part), (builder.records, cases.file_name(), case.data)]
            with self.subTest(case.label), tempfile.TemporaryDirectory() as folder:
                place(PartCase("", files), Path(folder))
                found = conversation.find_files(Path(folder), CONVERSATION)

                if case.good:
                    read = conversation.read(CONVERSATION, found, people.ben, people.half, roster)
                    self.assertEqual(read.lines, (LINE,))
                else:
                    with self.assertRaises(Refusal) as caught:
                        conversation.read(CONVERSATION, found, people.ben, people.half, roster)
                    self.assertIs(caught.exception.answer, Answer.CHANGED)

    def test_acts_count_in_the_holders_parts_alone(self) -> None:
        """Acts, first paragraph."""
        people = cast.test_cast()
        cases = CaseBuilder(people)
        service = cases.writer(part=1).finished([], [b"by the service"])
        own = cases.writer(part=2, seed=people.anna.signing_seed).finished([], [b"by anna"])
        with tempfile.TemporaryDirectory() as folder:
            case = PartCase("", [cases.closed(service), cases.closed(own)])
            place(case, Path(folder))
            read = conversation.read(
                CONVERSATION,
                conversation.find_files(Path(folder), CONVERSATION),
                people.anna,
                people.half,
                cast.current_roster(),
            )
        self.assertEqual(read.acts, (b"by anna",))


def place(case: PartCase, vault: Path) -> list[Path]:
    """Put the files of a case into a vault."""
    paths = []
    (vault / "records").mkdir(exist_ok=True)
    for folder, name, data in case.files:
        path = vault / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        paths.append(path)
    return paths


if __name__ == "__main__":
    unittest.main()
