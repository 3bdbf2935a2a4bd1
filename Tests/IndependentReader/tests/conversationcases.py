"""Sealed part, "Reading": places, headers, signers, several parts, days."""

from __future__ import annotations

from vaultreader.conversation import Notice
from vaultreader.refusal import Answer
from vaultreader.sealedpart import LIMIT_BYTES
from vaultreader.values import day_of_number

from .cast import Cast
from .chosen import secret
from .framecases import FrameCases
from .limitcases import LimitCases
from .partcases import EVENT, CaseBuilder, PartCase, flipped


class ConversationCases(CaseBuilder):
    """What is said of parts and of several together."""

    def all(self) -> list[PartCase]:
        """Every case."""
        return [
            *self.places(),
            *self.headers(),
            *self.signers(),
            *self.together(),
            *self.days(),
        ]

    def places(self) -> list[PartCase]:
        """Sealed part, "Reading", first paragraph; Vault layout."""
        part = self.finished()
        data, name = part.data(), part.name()
        half = data[:-20]
        return [
            PartCase("in open/", [self.open(part)], lines=[EVENT]),
            PartCase(
                "in another day's folder", [self.closed(part, self.other_day)], lines=[EVENT]
            ),
            PartCase(
                "in no day's folder", [self.closed(part, "records/x")], answer=Answer.MISSING
            ),
            PartCase(
                "in the folder of no day",
                [self.closed(part, "records/2027-02-30")],
                answer=Answer.MISSING,
            ),
            PartCase("in both places", [self.open(part), self.closed(part)], lines=[EVENT]),
            PartCase(
                "in both places, damaged in open/",
                [("open", name, data[:300] + b"x" + data[301:]), self.closed(part)],
                lines=[EVENT],
            ),
            PartCase(
                "in both places, torn in its day's folder",
                [self.open(part), (self.records, name, half)],
                lines=[EVENT],
                notices=[Notice.END_NOT_PROVEN],
            ),
            PartCase(
                "in two days' folders",
                [self.closed(part, self.other_day), self.closed(part)],
                answer=Answer.CHANGED,
                rule="8: a part id stands twice",
            ),
            PartCase(
                "under a name in capitals",
                [(self.records, name.upper().replace("TRANSCRIPT", "transcript"), data)],
                answer=Answer.MISSING,
            ),
            PartCase(
                "in the folder of a day in another form",
                [self.closed(part, f"{self.records}x"), self.closed(part, "records/27-09-24")],
                answer=Answer.MISSING,
            ),
            PartCase(
                "under a temporary name", [("open", ".tmp-" + name, data)], answer=Answer.MISSING
            ),
            PartCase(
                "under another name",
                [(self.records, name.replace(part.part.hex(), "0" * 32), data)],
                answer=Answer.CHANGED,
                rule="1: another name",
            ),
        ]

    def headers(self) -> list[PartCase]:
        """Sealed part, "Header"."""
        data, name = self.finished(part=3).data(), self.finished(part=3).name()
        changes = (
            ("magic", 0, "1: magic"),
            ("length", 10, "1: length of the header"),
            ("conversation", 20, "1: another name"),
            ("part", 40, "1: another name"),
            ("box", 100, "4: the box"),
            ("pairs", 144, "1: length of the header"),
            ("commitment", 150, "4: the commitment"),
        )
        cases = [
            PartCase(
                f"header: {label}",
                [(self.records, name, flipped(data, place))],
                answer=Answer.CHANGED,
                rule=rule,
            )
            for label, place, rule in changes
        ]
        pair = bytes(16) + bytes([1] * 16) + bytes(160)
        return cases + [
            PartCase(
                "header: holder",
                [(self.records, name, flipped(data, 50))],
                answer=Answer.NOT_YOURS,
                rule="2: no part is left",
            ),
            PartCase(
                "version 2",
                [self.closed(self.finished(version=2))],
                answer=Answer.LATER_VERSION,
                rule="1: version",
            ),
            PartCase(
                "two pairs",
                [self.closed(self.finished(pairs=pair + pair[16:32] + b"\2" * 16 + bytes(160)))],
                lines=[EVENT],
            ),
            PartCase(
                "a pair twice",
                [self.closed(self.finished(pairs=pair + pair))],
                answer=Answer.CHANGED,
                rule="1: the order of pairs",
            ),
            PartCase(
                "a pair with itself",
                [self.closed(self.finished(pairs=bytes(192)))],
                answer=Answer.CHANGED,
                rule="1: a pair's order",
            ),
        ]

    def signers(self) -> list[PartCase]:
        """Sealed part, "Reading", rules 2 and 6."""
        cast = self.cast
        good = self.closed(self.finished([b"good"], part=1))
        bens = self.closed(self.finished(part=2, holder_person=cast.ben))
        by_ben = self.closed(self.finished(part=3, seed=cast.ben.signing_seed))
        wrong = self.finished(part=6, seed=cast.ben.signing_seed, closing_signer=bytes(16))
        own = self.writer(part=4, seed=cast.anna.signing_seed)
        own.finished([b"a worker's line"], [b'{"type":"x"}'])
        stranger = self.closed(self.finished(part=5, seed=secret("a stranger signs")))
        acting = self.finished([], part=6, acts=[b"by the service"])
        return [
            PartCase("a service adds no acts", [good, self.closed(acting)], lines=[b"good"]),
            PartCase(
                "somebody else's", [bens], answer=Answer.NOT_YOURS, rule="2: no part is left"
            ),
            PartCase(
                "somebody else's too",
                [good, bens],
                lines=[b"good"],
                notices=[Notice.ANOTHER_HOLDER],
            ),
            PartCase(
                "by somebody without business in it",
                [by_ben],
                answer=Answer.CHANGED,
                rule="2: no part is left",
            ),
            PartCase(
                "by somebody without business in it, too",
                [good, by_ben],
                lines=[b"good"],
                notices=[Notice.ANOTHER_SIGNER],
            ),
            PartCase(
                "nothing left of two kinds",
                [bens, by_ben],
                answer=Answer.NOT_YOURS,
                rule="2: no part is left",
            ),
            PartCase(
                "by somebody without business in it, and wrong",
                [good, self.closed(wrong)],
                answer=Answer.CHANGED,
                rule="7: another signer",
            ),
            PartCase(
                "a worker adds acts, and no lines",
                [good, self.closed(own)],
                lines=[b"good"],
                acts=[b'{"type":"x"}'],
            ),
            PartCase(
                "by somebody who is not in force any more",
                [good, self.closed(own)],
                lines=[b"good"],
                acts=[b'{"type":"x"}'],
                roster=4,
            ),
            PartCase(
                "by a stranger",
                [good, stranger],
                answer=Answer.CHANGED,
                rule="6: no card has the signer's key",
            ),
        ]

    def together(self) -> list[PartCase]:
        """Sealed part, "Reading", rules 8 to 11."""
        cast = self.cast
        one = self.finished([b"one"], part=9)
        two = self.finished([b"two"], part=1, predecessors=[one.named()])
        three = self.finished([b"three"], part=0, predecessors=[two.named(), one.named()])
        wrong = self.finished(part=2, predecessors=[(one.part, len(one.data()), bytes(32))])
        longer = self.finished(part=2, predecessors=[(*one.named()[:1], 1, one.named()[2])])
        cut = self.unfinished([b"one", b"cut"], part=3)
        after = self.finished([b"after"], part=4, predecessors=[cut.named()])
        bens = self.finished(part=5, holder_person=cast.ben, predecessors=[cut.named()])
        names_bens = self.finished([b"x"], part=6, predecessors=[(bens.part, 1, bytes(32))])
        itself = self.finished(part=7, predecessors=[(b"\7" * 16, 1, bytes(32))])
        return [
            PartCase(
                "three parts",
                [self.closed(p) for p in (one, two, three)],
                lines=[b"one", b"two", b"three"],
            ),
            PartCase(
                "a missing part", [self.closed(two)], lines=[b"two"], notices=[Notice.PART_MISSING]
            ),
            PartCase(
                "a changed predecessor",
                [self.closed(one), self.closed(wrong)],
                answer=Answer.CHANGED,
                rule="10: a predecessor was changed",
            ),
            PartCase(
                "an unfinished part that is named",
                [self.open(cut), self.closed(after)],
                lines=[b"one", b"cut", b"after"],
            ),
            PartCase(
                "an unfinished part that was cut",
                [self.open(cut, -10), self.closed(after)],
                answer=Answer.CHANGED,
                rule="10: a predecessor was changed",
            ),
            PartCase(
                "an unfinished part, named by somebody else's",
                [self.open(cut), self.closed(bens)],
                lines=[b"one", b"cut"],
                notices=[Notice.ANOTHER_HOLDER, Notice.END_NOT_PROVEN],
            ),
            PartCase(
                "a predecessor that was left out",
                [self.closed(bens), self.closed(names_bens)],
                lines=[b"x"],
                notices=[Notice.ANOTHER_HOLDER, Notice.PART_MISSING],
            ),
            PartCase(
                "a predecessor of another length",
                [self.closed(one), self.closed(longer)],
                answer=Answer.CHANGED,
                rule="10: a predecessor was changed",
            ),
            PartCase(
                "a part that names itself",
                [self.closed(itself)],
                answer=Answer.CHANGED,
                rule="10: a predecessor was changed",
            ),
        ]

    def days(self) -> list[PartCase]:
        """Sealed part, "Reading", rule 3, and which answer is true."""
        long_ago, far = "records/1970-01-01", f"records/{day_of_number(self.cast.day + 3000)}"
        over = self.finished(day=0, part=1)
        no_page = self.finished(day=self.cast.day + 3000, part=2)
        good = self.finished(part=5)
        bens = self.finished(part=6, holder_person=self.cast.ben)
        damaged = (self.records, good.name(), flipped(good.data(), 300))
        headless = (long_ago, good.name(), b"x" * 300)
        unfinished = self.unfinished(day=0, part=7)
        return [
            PartCase(
                "expired",
                [self.closed(over, long_ago)],
                answer=Answer.EXPIRED,
                rule="the day is over",
            ),
            PartCase(
                "expired, and an open part that has no header yet",
                [self.closed(over, long_ago), self.open(unfinished, 100)],
                answer=Answer.EXPIRED,
                rule="the day is over",
            ),
            PartCase(
                "expired, and an open part of that day",
                [self.closed(over, long_ago), self.open(unfinished)],
                answer=Answer.EXPIRED,
                rule="the day is over",
            ),
            PartCase(
                "no page",
                [self.closed(no_page, far)],
                answer=Answer.NO_PAGE,
                rule="no page for that day",
            ),
            PartCase(
                "expired, in another day's folder",
                [self.closed(over)],
                answer=Answer.CHANGED,
                rule="3: not expired",
            ),
            PartCase(
                "no page, in another day's folder",
                [self.closed(no_page)],
                answer=Answer.CHANGED,
                rule="3: not no page",
            ),
            PartCase(
                "expired, and somebody else's part of another day",
                [self.closed(over, long_ago), self.closed(bens)],
                answer=Answer.CHANGED,
                rule="3: not expired",
            ),
            PartCase(
                "expired, and a part without a header",
                [self.closed(over, long_ago), headless],
                answer=Answer.CHANGED,
                rule="3: not expired",
            ),
            PartCase(
                "expired before damaged",
                [self.closed(over, long_ago), damaged],
                answer=Answer.CHANGED,
                rule="3: not expired",
            ),
        ]


def erased_cases(cast: Cast) -> list[PartCase]:
    """Of a conversation that was erased from the page of its day."""
    cases = ConversationCases(cast)
    part, bens = cases.finished(part=1), cases.finished(part=2, holder_person=cast.ben)
    over, far = cases.finished(part=3, day=0), cases.finished(part=4, day=cast.day + 3000)
    data, name = part.data(), part.name()
    torn = cases.unfinished(part=5)
    erased = {
        "no file": [],
        "a part": [cases.closed(part)],
        "a part that was damaged": [(cases.records, name, flipped(data, 300))],
        "a part without a header": [(cases.records, name, b"x" * 300)],
        "a part in another day's folder": [cases.closed(part, cases.other_day)],
        "a part that says it is over": [cases.closed(over, "records/1970-01-01")],
        "a part for whose day there is no page": [cases.closed(far)],
        "nothing but a torn part": [cases.open(torn, 100)],
    }
    others = {
        "somebody else's": ([cases.closed(bens)], Answer.NOT_YOURS),
        "of another version": (
            [cases.closed(cases.finished(part=6, version=2))],
            Answer.LATER_VERSION,
        ),
        "too long": ([(cases.records, name, data + bytes(LIMIT_BYTES))], Answer.TOO_LONG),
    }
    return [
        *(PartCase(label, files, answer=Answer.ERASED) for label, files in erased.items()),
        *(PartCase(label, files, answer=answer) for label, (files, answer) in others.items()),
    ]


def all_part_cases(cast: Cast) -> list[PartCase]:
    """Every case of a part or a conversation."""
    return [
        *FrameCases(cast).all(),
        *ConversationCases(cast).all(),
        *LimitCases(cast).all(),
    ]
