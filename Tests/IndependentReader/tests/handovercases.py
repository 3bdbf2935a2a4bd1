"""Handovers, right and wrong, of a part of anna's to ben.

The same files are given to this reader and to the programs.
"""

from __future__ import annotations

import base64
import datetime
from dataclasses import dataclass
from typing import Any

from vaultreader import canonicaljson, handover, ledger
from vaultreader.identity import Person
from vaultreader.primitives import blake2b
from vaultreader.values import day_of_number

from .cast import KEEPER_2, Cast
from .chosen import box, chosen, secret
from .partcases import CONVERSATION, CaseBuilder
from .signing import Signer
from .writer import PartWriter

Fields = list[tuple[str, str]]
LINE = b"handed over"


@dataclass
class HandoverCase:
    """A handover file, and whether ben reads the part by it."""

    label: str
    data: bytes
    good: bool
    roster: int = 2


def _id(person: Person) -> str:
    return person.record_key_id.hex()


class HandoverCases:
    """Builds the cases for a cast."""

    def __init__(self, cast: Cast, vault: str) -> None:
        self.cast, self.vault = cast, vault
        self.leads = sorted((cast.lena, cast.luis), key=_id)
        first, second = self.leads
        pair = first.record_key_id + second.record_key_id + chosen(160, b"pair")
        self.part: PartWriter = CaseBuilder(cast).writer(pairs=pair).finished([LINE])
        self.leaf = self.part.keys.leaf
        self.at = datetime.datetime.combine(cast.today, datetime.time(12))
        self.box = self._box(self.part.half)

    def file_name(self) -> str:
        """The name under which a case lies."""
        part = self.part
        return f"{CONVERSATION.hex()}.{part.part.hex()}.{_id(self.cast.ben)}.handover"

    def _box(self, content: bytes) -> bytes:
        return box(content, self.cast.ben.record_public)

    def terms(self, to: Person, by: str, box: bytes, changes: dict[str, str]) -> Fields:
        """The terms of a right peel or statement."""
        fields = {
            "vault": self.vault,
            "conversation": CONVERSATION.hex(),
            "expiry": day_of_number(self.cast.day).isoformat(),
            "part": f"{self.part.part.hex()} {blake2b(box, 32).hex()}",
            "to": _id(to),
            "reason": "agreed",
            "by": by,
        }
        return list({**fields, **changes}.items())

    def signed(self, context: str, fields: Fields, seed: bytes) -> dict[str, str]:
        """A signed text."""
        text = "".join(f"{n}: {v}\n" if n else v for n, v in [("", context + "\n"), *fields])
        return {"text": text, "signature": Signer(seed).sign(text.encode(), context).decode()}

    def receipt(
        self, statement: dict[str, str], seed: bytes | None = None, **changes: str
    ) -> dict[str, str]:
        """The keeper's receipt."""
        mark = ledger.mark(self.leaf, "handover", statement["text"].encode())
        fields = {
            "vault": self.vault,
            "act": "handover",
            "entry": "7",
            "mark": mark,
            "at": self._moment(self.at),
        }
        signer = seed or self.cast.keeper_seed
        return self.signed(handover.RECEIPT, list({**fields, **changes}.items()), signer)

    def _moment(self, moment: datetime.datetime) -> str:
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def expires(self, **later: int) -> tuple[str, str]:
        """The field `expires`, so much later than the receipt."""
        return "expires", self._moment(self.at + datetime.timedelta(**later))

    def step(
        self,
        giver: Person,
        to: Person,
        box: bytes | None = None,
        seed: bytes | None = None,
        expires: tuple[str, str] | None = None,
        receipt: dict[str, str] = {},
        keeper: bytes | None = None,
        terms: dict[str, str] = {},
    ) -> dict[str, Any]:
        """A step by a holder, right but for what is said."""
        fields = self.terms(to, f"holder {_id(giver)}", box or self.box, terms)
        fields.append(expires or self.expires(days=1))
        statement = self.signed(handover.STATEMENT, fields, seed or giver.signing_seed)
        return {
            "peel": None,
            "statement": statement,
            "receipt": self.receipt(statement, keeper, **receipt),
        }

    def leads_step(
        self,
        to: Person,
        box: bytes | None = None,
        peel: dict[str, str] = {},
        statement: dict[str, str] = {},
        seeds: tuple[bytes, bytes] | None = None,
        leads: list[Person] | None = None,
        peel_expires: tuple[str, str] | None = None,
    ) -> dict[str, Any]:
        """A step by two leads, right but for what is said."""
        first, second = leads or self.leads
        first_seed, second_seed = seeds or (first.signing_seed, second.signing_seed)
        by = f"leads {_id(first)} {_id(second)}"
        peeled = self.signed(
            handover.PEEL,
            [*self.terms(to, by, b"an inner box", peel), peel_expires or self.expires(days=7)],
            first_seed,
        )
        digest = blake2b(peeled["text"].encode(), 32).hex()
        fields = self.terms(to, by, box or self.box, statement)
        fields += [("peel", digest), self.expires(days=1)]
        stated = self.signed(handover.STATEMENT, fields, second_seed)
        return {"peel": peeled, "statement": stated, "receipt": self.receipt(stated)}

    def file(self, *steps: dict[str, Any], box: bytes | None = None, **changes: Any) -> bytes:
        """A handover file."""
        value = {
            "box": base64.b64encode(box or self.box).decode(),
            "steps": list(steps),
            "type": handover.FILE_TYPE,
            **changes,
        }
        return canonicaljson.encode(value) + b"\n"

    def all(self) -> list[HandoverCase]:
        """Every case."""
        return [
            *self._files(),
            *self._by_holder(),
            *self._receipts(),
            *self._days(),
            *self._by_leads(),
            *self._chains(),
        ]

    def _to_ben(self, label: str, good: bool = False, **changes: Any) -> HandoverCase:
        step = self.step(self.cast.anna, self.cast.ben, **changes)
        return HandoverCase(label, self.file(step), good)

    def _files(self) -> list[HandoverCase]:
        """Handover, "Files"."""
        step = self.step(self.cast.anna, self.cast.ben)
        right = self.file(step)
        other = self._box(chosen(32, b"other"))
        return [
            HandoverCase("right", right, True),
            HandoverCase("no line feed", right[:-1], False),
            HandoverCase("a key more", self.file(step, x=1), False),
            HandoverCase("another type", self.file(step, type="x"), False),
            HandoverCase("no step", self.file(), False),
            HandoverCase("a step that is no step", self.file({**step, "peel": 5}), False),
            HandoverCase("a short box", self.file(step, box=self.box[:-1]), False),
            HandoverCase("another box", self.file(step, box=other), False),
            HandoverCase(
                "nothing right in the box",
                self.file(self.step(self.cast.anna, self.cast.ben, box=other), box=other),
                False,
            ),
            HandoverCase(
                "a peel of nobody's",
                self.file({**step, "peel": self.leads_step(self.cast.ben)["peel"]}),
                False,
            ),
        ]

    def _by_holder(self) -> list[HandoverCase]:
        """What the keeper asks, and what a reader asks of a statement."""
        cast, part = self.cast, self.part.part.hex()
        digest = blake2b(self.box, 32).hex()
        more = "".join(f"\npart: {'ff' * 15}{n:02x} {digest}" for n in range(63))
        return [
            self._to_ben("by ben", seed=cast.ben.signing_seed),
            self._to_ben("lost-key by the holder", terms={"reason": "lost-key"}),
            self._to_ben("for another reason", terms={"reason": "because"}),
            self._to_ben("another vault", terms={"vault": "cd" * 16}),
            self._to_ben("another conversation", terms={"conversation": "cd" * 16}),
            self._to_ben("another day", terms={"expiry": "2027-01-01"}),
            self._to_ben("another part", terms={"part": f"{'cd' * 16} {digest}"}),
            self._to_ben("64 parts", True, terms={"part": f"{part} {digest}{more}"}),
            self._to_ben(
                "65 parts", terms={"part": f"{part} {digest}{more}\npart: {'ff' * 16} {digest}"}
            ),
            self._to_ben(
                "parts that descend",
                terms={"part": f"{'ff' * 16} {digest}\npart: {part} {digest}"},
            ),
            self._to_ben("to lena", terms={"to": _id(cast.lena)}),
            self._to_ben("to nobody", terms={"to": "cd" * 16}),
            self._to_ben("a field more", terms={"by": f"holder {_id(cast.anna)}\nx: y"}),
            self._to_ben("expired", expires=self.expires()),
            self._to_ben("just not expired", True, expires=self.expires(seconds=1)),
            self._to_ben("for 31 days", True, expires=self.expires(days=31)),
            self._to_ben("for longer", expires=self.expires(days=31, seconds=1)),
            HandoverCase(
                "by lena, not the holder", self.file(self.step(cast.lena, cast.ben)), False
            ),
        ]

    def _receipts(self) -> list[HandoverCase]:
        """Handover, "Receipt"."""
        long_ago = "2026-01-01T00:00:00Z"
        return [
            self._to_ben("a receipt by anna", keeper=self.cast.anna.signing_seed),
            self._to_ben("a receipt by a stranger", keeper=secret("a stranger signs")),
            self._to_ben("a receipt with another mark", receipt={"mark": "ab" * 32}),
            self._to_ben("a receipt for entry 0", receipt={"entry": "0"}),
            self._to_ben("a receipt for entry 07", receipt={"entry": "07"}),
            self._to_ben("a receipt of another vault", receipt={"vault": "cd" * 16}),
            self._to_ben("a receipt of another act", receipt={"act": "sweep"}),
            self._to_ben(
                "a receipt of long ago",
                receipt={"at": long_ago},
                expires=("expires", "2026-01-02T00:00:00Z"),
            ),
        ]

    def _days(self) -> list[HandoverCase]:
        """Handover, "Reading": who was what on the day of the receipt."""
        old, new = self.cast.keeper_seed, KEEPER_2.signer.seed

        def case(label: str, days: int, keeper: bytes, roster: int, good: bool) -> HandoverCase:
            moment = self.at + datetime.timedelta(days=days)
            receipt = {"at": self._moment(moment)}
            made = self._to_ben(
                label, good, keeper=keeper, receipt=receipt, expires=self.expires(days=days + 1)
            )
            return HandoverCase(made.label, made.data, good, roster)

        return [
            case("recorded before the keeper's last day", -1, old, 3, True),
            case("recorded on the keeper's last day", 0, old, 3, True),
            case("recorded after the keeper's last day", 1, old, 3, False),
            case("recorded before the keeper's first day", -1, new, 3, False),
            case("recorded on the keeper's first day", 0, new, 3, True),
            case("recorded on the holder's last day", 0, new, 4, True),
            case("recorded after the holder's last day", 1, new, 4, False),
        ]

    def _by_leads(self) -> list[HandoverCase]:
        """By two leads."""
        ben = self.cast.ben
        first, second = self.leads

        def case(label: str, good: bool = False, **changes: Any) -> HandoverCase:
            return HandoverCase(label, self.file(self.leads_step(ben, **changes)), good)

        right = self.leads_step(ben)
        return [
            case("by leads", True),
            case(
                "by leads, lost-key",
                True,
                peel={"reason": "lost-key"},
                statement={"reason": "lost-key"},
            ),
            case("by leads for two reasons", peel={"reason": "leave"}),
            case("a peel of another part", peel={"part": f"{'cd' * 16} {'ef' * 32}"}),
            case("a peel to another", peel={"to": _id(first)}),
            case("both by the first", seeds=(first.signing_seed, first.signing_seed)),
            case("the other way round", seeds=(second.signing_seed, first.signing_seed)),
            case("the greater first", leads=[second, first]),
            case("one lead twice", leads=[first, first]),
            case("by a worker and a lead", leads=sorted((self.cast.anna, first), key=_id)),
            case("an expired peel", peel_expires=self.expires()),
            case("a peel that ends before", True, peel_expires=self.expires(hours=1)),
            case("a peel for too long", peel_expires=self.expires(days=32)),
            HandoverCase("no peel", self.file({**right, "peel": None}), False),
            HandoverCase(
                "another peel",
                self.file(
                    {
                        **right,
                        "peel": self.leads_step(ben, peel_expires=self.expires(days=6))["peel"],
                    }
                ),
                False,
            ),
        ]

    def _chains(self) -> list[HandoverCase]:
        """Several steps."""
        cast = self.cast
        to_lena = self.step(cast.anna, cast.lena, box=b"x")
        on = self.step(cast.lena, cast.ben)
        back = self.step(cast.lena, cast.anna, box=b"x")
        sixteen = [to_lena, back] * 7 + [to_lena, on]
        return [
            HandoverCase("two steps", self.file(to_lena, on), True),
            HandoverCase("the first step is missing", self.file(on), False),
            HandoverCase("the other order", self.file(on, to_lena), False),
            HandoverCase("the last step is to another", self.file(to_lena), False),
            HandoverCase(
                "leads, then lena", self.file(self.leads_step(cast.lena, box=b"x"), on), True
            ),
            HandoverCase("lena, then leads", self.file(to_lena, self.leads_step(cast.ben)), False),
            HandoverCase("16 steps", self.file(*sixteen), True),
            HandoverCase("18 steps", self.file(to_lena, back, *sixteen), False),
        ]
