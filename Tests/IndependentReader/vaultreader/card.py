"""Cards (Card): who somebody is."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from . import minisign, signedtext
from .minisign import PublicKey
from .primitives import blake2b
from .refusal import Answer, Refusal, require
from .signedtext import Field
from .values import parse_base64, parse_day

CONTEXT = "transcript-vault card 1"
ROLES = ("worker", "lead", "team", "service", "keeper")
PEOPLE = ("worker", "lead", "team")
_NAME = re.compile(r"[a-z0-9_][a-z0-9._-]{0,99}")
_RECIPIENT = re.compile(r"(age1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}) from (\S+) to (\S+)")
_PRIME = 2**255 - 19
_SMALL_ORDER = {
    0,
    1,
    _PRIME - 1,
    # The two u-coordinates of order eight on Curve25519.
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
}
_TABLE = [
    Field("name"),
    Field("role"),
    Field("record-key", 0, 1),
    Field("signing-key"),
    Field("age-recipient", 0, 64),
]


@dataclass(frozen=True)
class Recipient:
    """An age recipient and the days on which it is valid."""

    recipient: str
    first: datetime.date
    last: datetime.date | None

    def valid_on(self, day: datetime.date) -> bool:
        """Whether it is valid on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Card:
    """A card whose own signature was verified."""

    name: str
    role: str
    record_key: bytes | None
    signing_key: PublicKey
    recipients: tuple[Recipient, ...]
    digest: str

    @property
    def record_key_id(self) -> bytes | None:
        """BLAKE2b-128 of the record key (Card, "Derived from it")."""
        return None if self.record_key is None else blake2b(self.record_key, 16)

    @property
    def person(self) -> tuple[str, str]:
        """Name and role, where worker and lead are one (Roster)."""
        return self.name, "worker" if self.role == "lead" else self.role


def parse(text: bytes, signature_file: bytes) -> Card:
    """A card in its one form, signed with the key that it names."""
    card = parse_unsigned(text)
    minisign.verify(text, signature_file, card.signing_key, CONTEXT)
    return card


def parse_unsigned(text: bytes) -> Card:
    """A card in its one form. It proves nothing."""
    fields = signedtext.parse(text, CONTEXT, _TABLE)
    name, role = fields["name"][0], fields["role"][0]
    require(is_name(name), Answer.FORM, "a card's name")
    require(role in ROLES, Answer.FORM, "a card's role")
    person = role in PEOPLE
    require(
        len(fields["record-key"]) == person and (len(fields["age-recipient"]) > 0) == person,
        Answer.FORM,
        "keys that a card of this role has not, or must have",
    )
    return Card(
        name=name,
        role=role,
        record_key=_record_key(fields["record-key"][0]) if person else None,
        signing_key=minisign.parse_public_key(fields["signing-key"][0]),
        recipients=_recipients(fields["age-recipient"]),
        digest=blake2b(text, 32).hex(),
    )


def is_name(text: str) -> bool:
    """Whether it may be the name of a card."""
    return _NAME.fullmatch(text) is not None


def _record_key(text: str) -> bytes:
    key = parse_base64(text, 32, "a record key")
    number = int.from_bytes(key, "little")
    require(
        number < _PRIME and number not in _SMALL_ORDER,
        Answer.FORM,
        "a record key that nothing can be sealed to",
    )
    return key


def _recipients(values: list[str]) -> tuple[Recipient, ...]:
    recipients = []
    for value in values:
        match = _RECIPIENT.fullmatch(value)
        if match is None:
            raise Refusal(Answer.FORM, "an age recipient")
        first = parse_day(match[2])
        last = None if match[3] == "-" else parse_day(match[3])
        require(last is None or first <= last, Answer.FORM, "a recipient's days")
        recipients.append(Recipient(match[1], first, last))
    order = [(r.first, r.recipient) for r in recipients]
    require(
        all(a < b for a, b in zip(order, order[1:])), Answer.FORM, "recipients that do not ascend"
    )
    return tuple(recipients)
