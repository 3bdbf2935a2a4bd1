"""Every known answer is made again byte for byte, and is what this reader says."""

from __future__ import annotations

import collections
import tempfile
import unittest
from pathlib import Path

from . import answerfiles, judging, knownanswer


class KnownAnswers(unittest.TestCase):
    """Tests/KnownAnswers."""

    def test_made_again(self) -> None:
        """The generator gives the files that are there, and there are no others."""
        folder = knownanswer.FOLDER
        there = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.glob("*/**/*")
            if path.is_file()
        }
        made = answerfiles.all_files()
        self.assertEqual(sorted(there), sorted(made))
        self.assertLess(sum(map(len, made.values())), 3_000_000)
        for name, data in made.items():
            with self.subTest(name):
                self.assertEqual(there[name], data, "run known_answers.py")

    def test_every_answer(self) -> None:
        """Exactly the outcome that stands in the file."""
        answers = knownanswer.read_all()
        self.assertGreater(len(answers), 0)
        for name, answer in answers.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                self.assertEqual(judging.judge(answer, Path(folder)), answer.outcome)
        counts = collections.Counter(name.partition("/")[0] for name in answers)
        each = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        print(f"({len(answers)} known answers: {each})")


if __name__ == "__main__":
    unittest.main()
