"""Acts (Acts): consent, spent, received."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from . import canonicaljson, event
from .canonicaljson import boolean, fields, integer, string
from .primitives import blake2b
from .refusal import Answer, Refusal, require

LIMIT_BYTES = 1_048_575
CONSENT = "transcript-vault consent 1"
SPENT = "transcript-vault spent 1"
RECEIVED = "transcript-vault received 1"
STATES = ("asked", "given", "refused", "withdrawn", "expired")
# The letters among the default-ignorable characters of Unicode.
_IGNORABLE_LETTERS = "\u115f\u1160\u3164\uffa0"
_CONSENT_KEYS = (
    "type",
    "id",
    "conversation",
    "state",
    "previous",
    "pseudonym",
    "real_name",
    "expressed_by",
    "expressed_how",
    "evidence",
    "notice",
    "understanding",
    "purpose",
    "scope",
    "recipient",
    "lawful_basis",
    "given_at",
    "valid_until",
    "copy_expires",
    "how_to_withdraw",
    "withdrawal_explained",
    "may_be_counted",
)
_TEXTS = (
    "pseudonym",
    "real_name",
    "expressed_by",
    "expressed_how",
    "understanding",
    "lawful_basis",
    "how_to_withdraw",
)


@dataclass(frozen=True)
class Evidence:
    """The message that asked and the one that answered."""

    asked: str
    asked_digest: str
    answered: str
    answered_digest: str
    answer: str


@dataclass(frozen=True)
class Scope:
    """Which lines of the conversation go."""

    first: int
    last: int
    redacted: tuple[int, ...]
    includes_internal: bool
    digest: str

    def lines(self, conversation: tuple[bytes, ...]) -> list[bytes]:
        """Share bundle, "What goes in"."""
        chosen = []
        for number, line in enumerate(conversation, start=1):
            if not self.first <= number <= self.last or number in self.redacted:
                continue
            try:
                among_workers = event.parse(line).among_workers
            except Refusal:
                continue
            if self.includes_internal or not among_workers:
                chosen.append(line)
        return chosen


@dataclass(frozen=True)
class Consent:
    """A recorded yes."""

    id: str
    conversation: str
    state: str
    previous: str | None
    texts: dict[str, str]
    evidence: Evidence
    notice: dict[str, str]
    purpose: str
    scope: Scope
    team: str
    team_card: str
    contact: str
    given_at: str
    valid_until: str
    copy_expires: str
    withdrawal_explained: bool
    may_be_counted: bool
    line: bytes

    @property
    def digest(self) -> bytes:
        """BLAKE2b-256 of the line."""
        return blake2b(self.line, 32)

    @property
    def has_real_name(self) -> bool:
        """Whether `real_name` has a letter."""
        return any(
            unicodedata.category(character).startswith("L") and character not in _IGNORABLE_LETTERS
            for character in self.texts["real_name"]
        )


@dataclass(frozen=True)
class Spent:
    """A consent was used."""

    consent: str
    bundle: str
    statement: str
    signature: str


@dataclass(frozen=True)
class Received:
    """A team took a copy in."""

    bundle: str
    statement: str
    signature: str
    consent: str
    imported_at: str


Act = Consent | Spent | Received


def parse(line: bytes) -> Act | None:
    """An act; None for what a reader passes over."""
    try:
        value = canonicaljson.parse(line, LIMIT_BYTES)
        kind = value.get("type") if isinstance(value, dict) else None
        if kind == CONSENT:
            return parse_consent(line)
        if kind == SPENT:
            return _spent(value)
        if kind == RECEIVED:
            return _received(value)
    except Refusal:
        pass
    return None


def parse_consent(line: bytes) -> Consent:
    """Acts, "Consent": the one form. What a string says is looked at later."""
    value = fields(canonicaljson.parse(line, LIMIT_BYTES), _CONSENT_KEYS, "a consent")
    require(value["type"] == CONSENT, Answer.FORM, "a consent's type")
    require(value["state"] in STATES, Answer.FORM, "a consent's state")
    previous = value["previous"]
    recipient = fields(value["recipient"], ("card", "contact", "team"), "recipient")
    return Consent(
        id=string(value["id"], "id"),
        conversation=string(value["conversation"], "conversation"),
        state=value["state"],
        previous=None if previous is None else string(previous, "previous"),
        texts={name: string(value[name], name) for name in _TEXTS},
        evidence=_evidence(value["evidence"]),
        notice=_notice(value["notice"]),
        purpose=string(value["purpose"], "purpose"),
        scope=_scope(value["scope"]),
        team=string(recipient["team"], "team"),
        team_card=string(recipient["card"], "card"),
        contact=string(recipient["contact"], "contact"),
        given_at=string(value["given_at"], "given_at"),
        valid_until=string(value["valid_until"], "valid_until"),
        copy_expires=string(value["copy_expires"], "copy_expires"),
        withdrawal_explained=boolean(value["withdrawal_explained"], "explained"),
        may_be_counted=boolean(value["may_be_counted"], "may_be_counted"),
        line=line,
    )


def evidence_stands(consent: Consent, conversation: tuple[bytes, ...]) -> bool:
    """Whether both messages of the evidence are there with their digests."""
    return all(
        any(_is_message(line, name, digest) for line in conversation)
        for name, digest in (
            (consent.evidence.asked, consent.evidence.asked_digest),
            (consent.evidence.answered, consent.evidence.answered_digest),
        )
    )


def scope_digest(lines: list[bytes]) -> str:
    """Acts, `scope.digest`."""
    return blake2b(b"".join(line + b"\n" for line in lines), 32).hex()


def _is_message(line: bytes, name: str, digest: str) -> bool:
    if blake2b(line, 32).hex() != digest:
        return False
    try:
        return event.parse(line).id == name
    except Refusal:
        return False


def _evidence(value: Any) -> Evidence:
    value = fields(
        value, ("answer", "answered", "answered_digest", "asked", "asked_digest"), "evidence"
    )
    return Evidence(
        asked=string(value["asked"], "asked"),
        asked_digest=string(value["asked_digest"], "asked_digest"),
        answered=string(value["answered"], "answered"),
        answered_digest=string(value["answered_digest"], "answered_digest"),
        answer=string(value["answer"], "answer"),
    )


def _notice(value: Any) -> dict[str, str]:
    names = ("language", "text", "version")
    value = fields(value, names, "notice")
    return {name: string(value[name], name) for name in names}


def _scope(value: Any) -> Scope:
    value = fields(value, ("digest", "from", "includes_internal", "redacted", "to"), "scope")
    redacted = canonicaljson.array(value["redacted"], LIMIT_BYTES, "redacted")
    return Scope(
        first=_number(value["from"], "from"),
        last=_number(value["to"], "to"),
        redacted=tuple(_number(number, "redacted") for number in redacted),
        includes_internal=boolean(value["includes_internal"], "includes_internal"),
        digest=string(value["digest"], "digest"),
    )


def _spent(value: Any) -> Spent:
    value = fields(value, ("bundle", "consent", "signature", "statement", "type"), "spent")
    return Spent(
        consent=string(value["consent"], "consent"),
        bundle=string(value["bundle"], "bundle"),
        statement=string(value["statement"], "statement"),
        signature=string(value["signature"], "signature"),
    )


def _received(value: Any) -> Received:
    value = fields(
        value, ("bundle", "consent", "imported_at", "signature", "statement", "type"), "received"
    )
    return Received(
        bundle=string(value["bundle"], "bundle"),
        statement=string(value["statement"], "statement"),
        signature=string(value["signature"], "signature"),
        consent=string(value["consent"], "consent"),
        imported_at=string(value["imported_at"], "imported_at"),
    )


def _number(value: Any, what: str) -> int:
    return integer(value, -canonicaljson.GREATEST, canonicaljson.GREATEST, what)
