"""What the sender of a copy signs, and the acknowledgement (Statement)."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from . import minisign, signedtext
from .card import is_name
from .minisign import PublicKey
from .refusal import Answer, require
from .signedtext import Field
from .values import parse_day, parse_digest, parse_id, parse_moment, parse_number

CONTEXT = "transcript-vault statement 1"
ACKNOWLEDGEMENT_CONTEXT = "transcript-vault acknowledgement 1"
FILES = ("consent.json", "transcript.jsonl")
_RECIPIENT = re.compile(r"age1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}")
_TABLE = [
    Field("bundle"),
    Field("from"),
    Field("recipient", 1, 64),
    Field("roster"),
    Field("conversation"),
    Field("events"),
    Field("file", 2, 2),
    Field("purpose"),
    Field("retain-until"),
    Field("created"),
    Field("previous"),
]
_ACKNOWLEDGEMENT_TABLE = [
    Field("bundle"),
    Field("team"),
    Field("statement"),
    Field("imported"),
    Field("retain-until"),
]


@dataclass(frozen=True)
class NamedFile:
    """A file of the archive, as the statement names it."""

    length: int
    sha256: str


@dataclass(frozen=True)
class Statement:
    """A statement in its one form; who signed it is another question."""

    bundle: str
    sender: str
    sender_key: PublicKey
    recipients: tuple[str, ...]
    roster_number: int
    roster_digest: str
    conversation: str
    first_line: int
    last_line: int
    files: dict[str, NamedFile]
    purpose: str
    retain_until: datetime.date
    created: datetime.datetime


@dataclass(frozen=True)
class Acknowledgement:
    """What the team signs when the copy is stored."""

    bundle: str
    team: str
    team_key: PublicKey
    statement: str
    imported: datetime.datetime
    retain_until: datetime.date


def parse(text: bytes) -> Statement:
    """The form of a statement."""
    fields = signedtext.parse(text, CONTEXT, _TABLE)
    sender, sender_key = _who(fields["from"][0])
    recipients = tuple(fields["recipient"])
    require(
        all(_RECIPIENT.fullmatch(item) for item in recipients)
        and all(a < b for a, b in zip(recipients, recipients[1:])),
        Answer.FORM,
        "a statement's recipients",
    )
    number, _, digest = fields["roster"][0].partition(" ")
    ends = fields["events"][0].split("-")
    require(len(ends) == 2, Answer.FORM, "a statement's events")
    first, last = (parse_number(end, "a statement's events") for end in ends)
    require(1 <= first <= last, Answer.FORM, "a statement's events")
    require(fields["previous"][0] == "-", Answer.FORM, "a statement's previous")
    return Statement(
        bundle=parse_id(fields["bundle"][0], "a bundle"),
        sender=sender,
        sender_key=sender_key,
        recipients=recipients,
        roster_number=parse_number(number, "a roster"),
        roster_digest=parse_digest(digest, "a roster"),
        conversation=parse_id(fields["conversation"][0], "a conversation"),
        first_line=first,
        last_line=last,
        files={name: _file(name, value) for name, value in zip(FILES, fields["file"])},
        purpose=fields["purpose"][0],
        retain_until=parse_day(fields["retain-until"][0]),
        created=parse_moment(fields["created"][0]),
    )


def parse_acknowledgement(text: bytes, signature_file: bytes) -> Acknowledgement:
    """Statement, "Acknowledgement", signed with the key that it names."""
    fields = signedtext.parse(text, ACKNOWLEDGEMENT_CONTEXT, _ACKNOWLEDGEMENT_TABLE)
    team, team_key = _who(fields["team"][0])
    minisign.verify(text, signature_file, team_key, ACKNOWLEDGEMENT_CONTEXT)
    return Acknowledgement(
        bundle=parse_id(fields["bundle"][0], "a bundle"),
        team=team,
        team_key=team_key,
        statement=parse_digest(fields["statement"][0], "a statement"),
        imported=parse_moment(fields["imported"][0]),
        retain_until=parse_day(fields["retain-until"][0]),
    )


def _who(value: str) -> tuple[str, PublicKey]:
    name, _, key = value.partition(" ")
    require(is_name(name), Answer.FORM, "a name")
    return name, minisign.parse_public_key(key)


def _file(name: str, value: str) -> NamedFile:
    parts = value.split(" ")
    require(len(parts) == 3 and parts[0] == name, Answer.FORM, "a statement's file")
    return NamedFile(
        length=parse_number(parts[1], "a length"), sha256=parse_digest(parts[2], "a file")
    )
