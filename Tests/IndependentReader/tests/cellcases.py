"""Slots, cells with their calendars, and intents (Cell), right and wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from vaultreader import keycalendar
from vaultreader.cell import SLOT_BYTES
from vaultreader.keycalendar import GREATEST_SERIAL

from . import calendarwriter, cast
from .cast import KEEPER, VAULT
from .chosen import chosen, secret
from .knownanswer import Fields, KnownAnswer
from .partcases import flipped
from .signing import Signer

Named = Iterator[tuple[str, KnownAnswer]]
VAULT_ID = bytes.fromhex(VAULT)
VALUE = chosen(32, b"cell value", b"slot")


def slot_cases() -> Named:
    """Cell, "Slots"."""
    right = calendarwriter.slot(VAULT_ID, VALUE, 5)

    def case(label: str, data: bytes, serial: int | None = None) -> tuple[str, KnownAnswer]:
        outcome: Fields = [("expect", "not-valid")]
        if serial is not None:
            outcome = [("expect", "valid"), ("vault", VAULT), ("serial", str(serial))]
            outcome.append(("cell-value", VALUE.hex()))
        fact = f"A slot is {'not ' if serial is None else ''}valid: {label}."
        return label, KnownAnswer("slot", fact, [], {"slot": data}, outcome)

    yield case("right", right, 5)
    yield case("zeros where random bytes were", right[:80] + bytes(SLOT_BYTES - 80), 5)
    greatest = calendarwriter.slot(VAULT_ID, VALUE, 2**64 - 1)
    yield case("the greatest serial", greatest, 2**64 - 1)
    yield case("random bytes", chosen(SLOT_BYTES, b"destroyed"))
    yield case("zeros", bytes(SLOT_BYTES))
    for label, place in (
        ("magic", 0),
        ("vault id", 8),
        ("cell value", 24),
        ("serial", 56),
        ("digest", 64),
        ("digest's last byte", 79),
    ):
        yield case(f"a bit of its {label} was changed", flipped(right, place))
    of_a_calendar = calendarwriter.slot(VAULT_ID, VALUE, 5, keycalendar.MAGIC)
    yield case("another magic, under the right digest", of_a_calendar)


def slot_with_zeros(vault: bytes, value: bytes, serial: int) -> bytes:
    """A valid slot, with zeros where a cell has random bytes: they need not be written down."""
    return calendarwriter.slot(vault, value, serial)[:80] + bytes(SLOT_BYTES - 80)


@dataclasses.dataclass
class _Cells:
    """Two calendars, of serial 5 and 6, and what may lie in cells."""

    values = [chosen(32, b"cell value", bytes([number])) for number in (5, 6)]
    noise = bytes(SLOT_BYTES)

    def slot(self, number: int, serial: int | None = None) -> bytes:
        """The slot for a calendar."""
        return slot_with_zeros(VAULT_ID, self.values[number - 5], serial or number)

    def named(self, number: int, serial: int | None = None, **changes) -> dict[str, bytes]:
        """A calendar's file, by its name."""
        calendar = dataclasses.replace(cast.calendar(), serial=serial or number, **changes)
        value = self.values[number - 5]
        file = calendarwriter.encrypt(calendarwriter.content(calendar), value)
        return {keycalendar.file_name(value): file}


def cell_cases() -> Named:
    """Cell, "Recovery": what is read, before anything is changed."""
    cells = _Cells()
    five, six = cells.named(5), cells.named(6)
    broken = {name: flipped(data, len(data) - 1) for name, data in six.items()}
    one, two, noise = cells.slot(5), cells.slot(6), cells.noise
    other = slot_with_zeros(bytes(16), cells.values[0], 5)
    unknown = slot_with_zeros(VAULT_ID, chosen(32, b"cell value", b"unknown"), 7)
    foreign = cells.named(6, vault=bytes(16))

    def case(
        label: str,
        expect: str | int,
        first: bytes | None,
        vault: dict[str, bytes] = {},
        beside: dict[str, bytes] = {},
        second: bytes | None = None,
    ) -> tuple[str, KnownAnswer]:
        files = {f"vault/calendar/{name}": data for name, data in vault.items()}
        files |= {f"cells/1/{name}": data for name, data in beside.items()}
        files |= {
            f"cells/{n}/cell": data for n, data in ((1, first), (2, second)) if data is not None
        }
        given = [("vault", VAULT), ("cells", "1" if second is None else "2")]
        outcome = [("expect", str(expect))]
        if isinstance(expect, int):
            outcome = [("expect", "in-force"), ("serial", str(expect))]
        fact = f"Cells {'open a calendar' if isinstance(expect, int) else 'are refused'}: {label}."
        return label, KnownAnswer("cell", fact, given, files, outcome)

    both = five | six
    yield case("at rest, in slot 0", 5, one + noise, five)
    yield case("at rest, in slot 1", 5, noise + one, five)
    yield case("two slots, both calendars", 6, one + two, both)
    yield case("two slots the other way round", 6, two + one, both)
    yield case("the calendar lies beside the cell alone", 5, one + noise, {}, five)
    yield case("the newer calendar is missing", 5, one + two, five)
    yield case("the newer calendar is damaged", 5, one + two, five | broken)
    yield case("damaged in the vault, whole beside the cell", 6, one + two, broken | five, six)
    yield case("a cell that was away", 6, one + noise, both, {}, two + noise)
    yield case("the same slot twice", 5, one + one, five)
    yield case("no valid slot", "refused", noise + noise, five)
    yield case("a cell of one slot", "refused", one, five)
    yield case("a byte more", "refused", one + noise + b"\0", five)
    yield case("a cell is missing", "refused", None, five, five)
    yield case("another vault's", "refused", other + noise, five)
    yield case("another vault's beside the right one", "refused", one + other, five)
    yield case("no calendar", "calendar-missing", one + noise)
    yield case("a calendar that nobody has", "calendar-missing", unknown + noise, five)
    yield case("the only calendar is damaged", "calendar-damaged", two + noise, broken)
    yield case(
        "another serial than the calendar's", "calendar-damaged", cells.slot(5, 7) + noise, five
    )
    yield case("a calendar of another vault's", "calendar-damaged", two + noise, foreign)
    yield case(
        "a second cell that opens nothing",
        "calendar-missing",
        one + noise,
        five,
        {},
        unknown + noise,
    )
    apart = cells.slot(6, 5)
    yield case("changed apart", "refused", one + apart, five | cells.named(6, 5))
    yield case(
        "changed apart, in two cells",
        "refused",
        one + noise,
        five | cells.named(6, 5),
        {},
        apart + noise,
    )
    yield case("the same serial, but one calendar is missing", 5, one + apart, five)


def intent_cases() -> Named:
    """Cell, "Intent"."""
    head = (f"vault: {VAULT}", "serial: 7", "act: sweep")
    spend = f"change: spend {VAULT} 2027-01-01"
    tear = f"change: tear-off 2026-11-28 7 {VAULT} 12345"
    approval = "approval: " + "ab" * 32
    record = f"2027-01-01 {VAULT}"

    def intent(*lines: str, by: Signer = KEEPER.signer, context: str = "intent") -> bytes:
        text = "".join(f"{line}\n" for line in (f"transcript-vault {context} 1", *lines)).encode()
        return text + f"signature: {by.sign_raw(text).hex()}\n".encode()

    def case(label: str, text: bytes, good: bool = False) -> tuple[str, KnownAnswer]:
        given = [("keeper-key", KEEPER.signer.public.hex())]
        outcome: Fields = [("expect", "refused")]
        if good:
            lines = [line.partition(": ") for line in text.decode().splitlines()[1:-1]]
            outcome = [("expect", "accepted"), *((name, value) for name, _, value in lines)]
        fact = f"An intent is {'accepted' if good else 'refused'}: {label}."
        return label, KnownAnswer("intent", fact, given, {"intent": text}, outcome)

    right = intent(*head, tear, spend, approval)
    yield case("right", right, True)
    every = [tear, "change: draw", "change: draw 2027-01-01 2027-01-03", spend]
    every += [f"change: erase {record}", f"change: keep {record} 2027-05-01 held"]
    every += [f"change: release {record} disclosure"]
    yield case("every kind of change", intent(*head, *every), True)
    yield case("64 changes", intent(*head, *[spend] * 64), True)
    yield case("65 changes", intent(*head, *[spend] * 65))
    yield case("16 approvals", intent(*head, spend, *[approval] * 16), True)
    yield case("17 approvals", intent(*head, spend, *[approval] * 17))
    greatest = intent(head[0], f"serial: {GREATEST_SERIAL}", head[2], spend)
    yield case("the greatest serial", greatest, True)
    short = tear.replace(" 7 ", " 0 ").replace("12345", "0")
    yield case("a budget of no day", intent(*head, short), True)
    most = tear.replace("12345", str(2**64 - 1))
    yield case("the greatest time mark", intent(*head, most), True)
    yield case("the last day that there is", intent(*head, "change: draw 9999-12-31"), True)
    yield case("a budget of 8 days", intent(*head, tear.replace(" 7 ", " 8 ")))
    yield case("a time mark beyond 2^64", intent(*head, tear.replace("12345", str(2**64))))
    yield case("a budget with a leading zero", intent(*head, tear.replace(" 7 ", " 07 ")))
    yield case("a serial beyond 2^64", intent(head[0], f"serial: {2**64}", head[2], spend))
    yield case("a serial below 0", intent(head[0], "serial: -1", head[2], spend))
    yield case("a vault id in capitals", intent(head[0].upper(), *head[1:], spend))
    yield case("a conversation in capitals", intent(*head, f"change: erase {record.upper()}"))
    yield case("a draw that ends with a space", intent(*head, "change: draw "))
    yield case("a day before 1970", intent(*head, "change: draw 1969-12-31"))
    yield case("no change", intent(*head))
    yield case("a day that there is not", intent(*head, "change: draw 2026-02-30"))
    yield case("a change that is not known", intent(*head, "change: dance"))
    yield case("a class that is not known", intent(*head, f"change: release {record} gone"))
    yield case("two spaces", intent(*head, f"change: erase {record}".replace(" 2", "  2")))
    yield case("an act that is not known", intent(*head[:2], "act: x", spend))
    yield case("a serial with a leading zero", intent(head[0], "serial: 07", head[2], spend))
    yield case("another order", intent(head[1], head[0], head[2], spend))
    yield case("an approval before a change", intent(*head, approval, spend))
    yield case("a digest in capitals", intent(*head, spend, approval.replace("ab", "AB")))
    yield case("another context line", intent(*head, spend, context="ledger"))
    yield case("signed by somebody else", intent(*head, spend, by=Signer(secret("mallory"))))
    yield case("changed after it was signed", right.replace(b"sweep", b"erase"))
    yield case("no line feed at the end", right[:-1])
    yield case("a line feed more", right + b"\n")
    yield case("lines that end in CR LF", right.replace(b"\n", b"\r\n"))
    yield case("no byte", b"")
