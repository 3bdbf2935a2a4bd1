"""Handovers (Handover): how a part got another holder."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

from . import canonicaljson, ledger, minisign, signedtext
from .card import Card
from .primitives import blake2b
from .refusal import Answer, Refusal, require
from .roster import Roster
from .sealedpart import Header
from .signedtext import Field
from .values import day_of_number, parse_base64, parse_day, parse_digest, parse_id
from .values import parse_moment, parse_number

FILE_TYPE = "transcript-vault handover file 1"
PEEL = "transcript-vault peel 1"
STATEMENT = "transcript-vault handover 1"
RECEIPT = "transcript-vault recorded 1"
LIMIT_BYTES = 524_288
MOST_STEPS = 16
BOX_BYTES = 80
LONGEST = datetime.timedelta(days=31)
REASONS = ("lost-key", "leave", "illness", "agreed", "safeguarding")
_PART = re.compile(r"([0-9a-f]{32}) ([0-9a-f]{64})")
_BY = re.compile(r"holder ([0-9a-f]{32})|leads ([0-9a-f]{32}) ([0-9a-f]{32})")
_TERMS = [
    Field("vault"),
    Field("conversation"),
    Field("expiry"),
    Field("part", 1, 64),
    Field("to"),
    Field("reason"),
    Field("by"),
]
_PEEL_TABLE = [*_TERMS, Field("expires")]
_STATEMENT_TABLE = [*_TERMS, Field("peel", 0, 1), Field("expires")]
_RECEIPT_TABLE = [Field("vault"), Field("act"), Field("entry"), Field("mark"), Field("at")]


@dataclass(frozen=True)
class Signed:
    """An exact text and its exact signature file."""

    text: bytes
    signature: bytes


@dataclass(frozen=True)
class Terms:
    """A peel or a statement in its one form."""

    vault: str
    conversation: str
    expiry: datetime.date
    parts: dict[str, str]
    to: str
    reason: str
    by: tuple[str, ...]
    peel: str | None
    expires: datetime.datetime

    def without_boxes(self) -> tuple[object, ...]:
        """What a peel and its statement have in common."""
        return (
            self.vault,
            self.conversation,
            self.expiry,
            tuple(self.parts),
            self.to,
            self.reason,
            self.by,
        )


@dataclass(frozen=True)
class Receipt:
    """The keeper's word that it stands in the ledger."""

    vault: str
    entry: int
    mark: str
    at: datetime.datetime


@dataclass(frozen=True)
class Step:
    """From one holder, or two leads, to the next holder."""

    statement: Terms
    signed_statement: Signed
    peel: Terms | None
    signed_peel: Signed | None
    receipt: Receipt
    signed_receipt: Signed


@dataclass(frozen=True)
class Handover:
    """A handover file in its one form."""

    box: bytes
    steps: tuple[Step, ...]


def file_name(header: Header, to: bytes) -> str:
    """Handover, "Files": the name in the folder of the expiry day."""
    return f"{header.conversation.hex()}.{header.part.hex()}.{to.hex()}.handover"


def box_for(file: bytes, header: Header, leaf: bytes, to: bytes, roster: Roster) -> bytes:
    """Handover, "Reading", rules 2 to 4: the box for the new holder."""
    try:
        handover = parse(file)
        before = header.holder.hex()
        for number, step in enumerate(handover.steps):
            _check_step(step, header, leaf, roster)
            _check_giver(step.statement, header, before, number == 0)
            before = step.statement.to
        last = handover.steps[-1].statement
        _check(last.to == to.hex(), "4: to somebody else")
        digest = blake2b(handover.box, 32).hex()
        _check(last.parts[header.part.hex()] == digest, "4: another box")
    except Refusal as refusal:
        raise Refusal(Answer.CHANGED, f"handover {refusal.rule}") from refusal
    return handover.box


def parse(file: bytes) -> Handover:
    """Handover, "Files"."""
    require(len(file) <= LIMIT_BYTES, Answer.FORM, "2: too long")
    value = canonicaljson.fields(
        canonicaljson.parse_file(file, LIMIT_BYTES), ("box", "steps", "type"), "2: a handover"
    )
    require(value["type"] == FILE_TYPE, Answer.FORM, "2: its type")
    steps = canonicaljson.array(value["steps"], MOST_STEPS, "2: steps")
    require(bool(steps), Answer.FORM, "2: no step")
    return Handover(
        box=parse_base64(value["box"], BOX_BYTES, "2: box"),
        steps=tuple(_step(step) for step in steps),
    )


def parse_peel(text: bytes) -> Terms:
    """A peel."""
    return _terms(text, PEEL, _PEEL_TABLE)


def parse_statement(text: bytes) -> Terms:
    """A statement; `peel` is there exactly where two leads hand over."""
    terms = _terms(text, STATEMENT, _STATEMENT_TABLE)
    by_leads = len(terms.by) == 2
    require((terms.peel is not None) == by_leads, Answer.FORM, "2: peel")
    if not by_leads:
        require(terms.reason != "lost-key", Answer.FORM, "2: a holder's reason")
        require(terms.to != terms.by[0], Answer.FORM, "2: to themselves")
    return terms


def _step(value: Any) -> Step:
    value = canonicaljson.fields(value, ("peel", "receipt", "statement"), "2: a step")
    statement, receipt = _signed(value["statement"]), _signed(value["receipt"])
    peel = None if value["peel"] is None else _signed(value["peel"])
    return Step(
        statement=parse_statement(statement.text),
        signed_statement=statement,
        peel=None if peel is None else parse_peel(peel.text),
        signed_peel=peel,
        receipt=_receipt(receipt.text),
        signed_receipt=receipt,
    )


def _signed(value: Any) -> Signed:
    value = canonicaljson.fields(value, ("signature", "text"), "2: what was signed")
    text = canonicaljson.string(value["text"], "2: a text")
    return Signed(
        text=text.encode(),
        signature=canonicaljson.string(value["signature"], "2: a signature").encode(),
    )


def _terms(text: bytes, context: str, table: list[Field]) -> Terms:
    fields = signedtext.parse(text, context, table)
    parts = [_PART.fullmatch(value) for value in fields["part"]]
    by = _BY.fullmatch(fields["by"][0])
    if by is None or not all(parts):
        raise Refusal(Answer.FORM, "2: part or by")
    listed = {match[1]: match[2] for match in parts if match is not None}
    require(
        list(listed) == sorted(listed) and len(listed) == len(parts),
        Answer.FORM,
        "2: parts do not ascend",
    )
    givers = (by[1],) if by[1] else (by[2], by[3])
    require(len(givers) == 1 or givers[0] < givers[1], Answer.FORM, "2: the order of leads")
    require(fields["reason"][0] in REASONS, Answer.FORM, "2: the reason")
    peel = fields.get("peel", [])
    return Terms(
        vault=parse_id(fields["vault"][0], "2: vault"),
        conversation=parse_id(fields["conversation"][0], "2: conversation"),
        expiry=parse_day(fields["expiry"][0], "2: expiry"),
        parts=listed,
        to=parse_id(fields["to"][0], "2: to"),
        reason=fields["reason"][0],
        by=givers,
        peel=parse_digest(peel[0], "2: peel") if peel else None,
        expires=parse_moment(fields["expires"][0], "2: expires"),
    )


def _receipt(text: bytes) -> Receipt:
    fields = signedtext.parse(text, RECEIPT, _RECEIPT_TABLE)
    require(fields["act"][0] == "handover", Answer.FORM, "2: a receipt's act")
    entry = parse_number(fields["entry"][0], "2: a receipt's entry")
    require(entry >= 1, Answer.FORM, "2: a receipt's entry")
    return Receipt(
        vault=parse_id(fields["vault"][0], "2: a receipt's vault"),
        entry=entry,
        mark=parse_digest(fields["mark"][0], "2: a receipt's mark"),
        at=parse_moment(fields["at"][0], "2: a receipt's moment"),
    )


def _check_step(step: Step, header: Header, leaf: bytes, roster: Roster) -> None:
    """Rule 3: the receipt, and what the keeper asked."""
    receipt, statement, peel = step.receipt, step.statement, step.peel
    day = receipt.at.date()
    _check(receipt.vault == roster.vault, "3: the receipt's vault")
    _signed_by(step.signed_receipt, RECEIPT, _cards(roster, day, ("keeper",)))
    mark = ledger.mark(leaf, "handover", step.signed_statement.text)
    _check(receipt.mark == mark, "3: the receipt's mark")
    _check((peel is not None) == (len(statement.by) == 2), "keeper 1: peel")
    for terms in (statement, peel):
        if terms is not None:
            _check(terms.vault == roster.vault, "keeper 2: vault")
            _check(receipt.at < terms.expires <= receipt.at + LONGEST, "keeper 2: expires")
    people = _cards(roster, day, ("worker", "lead"))
    _check(any(_key(card) == statement.to for card in people), "keeper 3: to")
    if peel is None or step.signed_peel is None:
        givers = [card for card in people if _key(card) == statement.by[0]]
        _signed_by(step.signed_statement, STATEMENT, givers)
    else:
        _check_leads(step, peel, step.signed_peel, _cards(roster, day, ("lead",)))
    _check(statement.conversation == header.conversation.hex(), "3: conversation")
    _check(statement.expiry == day_of_number(header.expiry_day), "3: expiry day")
    _check(header.part.hex() in statement.parts, "3: part")


def _check_leads(step: Step, peel: Terms, signed_peel: Signed, leads: list[Card]) -> None:
    """What the keeper asks, rule 4, of two leads."""
    first, second = ([card for card in leads if _key(card) == key] for key in step.statement.by)
    peeled = _signed_by(signed_peel, PEEL, first)
    stated = _signed_by(step.signed_statement, STATEMENT, second)
    _check(
        peeled.name != stated.name and peeled.signing_key.ed25519 != stated.signing_key.ed25519,
        "keeper 4: one person",
    )
    _check(step.statement.peel == blake2b(signed_peel.text, 32).hex(), "keeper 4: peel")
    _check(peel.without_boxes() == step.statement.without_boxes(), "keeper 4: terms")


def _check_giver(statement: Terms, header: Header, before: str, first: bool) -> None:
    """Rule 3: whoever hands over had it."""
    if len(statement.by) == 1:
        _check(statement.by[0] == before, "3: by somebody else")
        return
    _check(first, "3: leads after the first step")
    pair = (bytes.fromhex(statement.by[0]), bytes.fromhex(statement.by[1]))
    _check(pair in header.pair_ids, "3: no such pair")


def _cards(roster: Roster, day: datetime.date, roles: tuple[str, ...]) -> list[Card]:
    return [
        entry.card for entry in roster.entries if entry.card.role in roles and entry.counts_on(day)
    ]


def _key(card: Card) -> str:
    return card.record_key_id.hex() if card.record_key_id else ""


def _signed_by(signed: Signed, context: str, cards: list[Card]) -> Card:
    for card in cards:
        try:
            minisign.verify(signed.text, signed.signature, card.signing_key, context)
        except Refusal:
            continue
        return card
    raise Refusal(Answer.CHANGED, f"3: {context}: by nobody who may")


def _check(holds: bool, rule: str) -> None:
    require(holds, Answer.CHANGED, rule)
