"""Sealed part: as much as can be, and one more."""

from __future__ import annotations

import itertools

from vaultreader.conversation import Notice
from vaultreader.refusal import Answer
from vaultreader.sealedpart import LIMIT_BYTES
from vaultreader.values import LAST_DAY, day_of_number

from .partcases import EVENT, CaseBuilder, PartCase


class LimitCases(CaseBuilder):
    """Limits of headers, openings and files."""

    def all(self) -> list[PartCase]:
        """Sealed part, "Header" and "Opening": as much as can be, and one more."""
        pairs = [
            first + second + bytes(160)
            for first, second in itertools.combinations(
                [bytes(15) + bytes([n]) for n in range(27)], 2
            )
        ]
        absent = [(bytes([9, n >> 8, n & 255]) + bytes(13), 1, bytes(32)) for n in range(1_025)]
        nobody = {"holder": bytes(16), "box": bytes(80)}
        whole = self.finished(part=3)
        filled = whole.data() + bytes(LIMIT_BYTES - len(whole.data()))
        return [
            PartCase(
                "325 pairs of leads",
                [self.closed(self.finished(pairs=b"".join(pairs[:325])))],
                lines=[EVENT],
            ),
            self._limit("326 pairs of leads", "1: too many pairs", pairs=b"".join(pairs[:326])),
            PartCase(
                "1,024 predecessors, none of them there",
                [self.closed(self.finished(predecessors=absent[:1_024]))],
                lines=[EVENT],
                notices=[Notice.PART_MISSING] * 1_024,
            ),
            self._limit("1,025 predecessors", "5: too many predecessors", predecessors=absent),
            self._limit("version 0", "1: version", Answer.LATER_VERSION, version=0),
            self._limit(
                "no holder yet", "2: no part is left", Answer.NOT_YOURS, pairs=pairs[0], **nobody
            ),
            self._limit("no holder and no pair", "1: nobody could open it", **nobody),
            self._limit(
                "the last day that there is", "no page for that day", Answer.NO_PAGE, day=LAST_DAY
            ),
            self._limit("a day after the last", "1: expiry day", day=LAST_DAY + 1),
            PartCase(
                "16 MiB, of which the end is zeros",
                [(self.records, whole.name(), filled)],
                answer=Answer.CHANGED,
                rule="5: bytes after the FINAL frame",
            ),
            PartCase(
                "one byte more than 16 MiB",
                [(self.records, whole.name(), filled + b"\0")],
                answer=Answer.TOO_LONG,
                rule="1: length",
            ),
        ]

    def _limit(
        self, label: str, rule: str, answer: Answer = Answer.CHANGED, **options
    ) -> PartCase:
        folder = None
        if "day" in options:
            folder = f"records/{day_of_number(min(options['day'], LAST_DAY))}"
        part = self.finished(**options)
        return PartCase(label, [self.closed(part, folder)], answer=answer, rule=rule)
