"""Requests and approvals (Approval)."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import canonicaljson, card as cards, minisign, signedtext
from .card import Card
from .refusal import Answer, Refusal, require
from .signedtext import Field
from .values import is_digest, parse_day, parse_id, parse_moment

if TYPE_CHECKING:
    from .roster import Roster

CONTEXT = "transcript-vault approval 1"
REQUEST_TYPE = "transcript-vault request 1"
LIMIT_BYTES = 65_536
LONGEST = datetime.timedelta(days=31)
ACTS = ("enrol", "retire", "sweep", "erase", "release", "hold", "change-class", "remove-cell")
MOST_TARGETS = {
    "enrol": 64,
    "retire": 64,
    "sweep": 1,
    "erase": 32,
    "release": 32,
    "hold": 32,
    "change-class": 32,
    "remove-cell": 64,
}
# "Who must sign", the keeper's acts: whether the holder, and how many leads.
WHO_MUST_SIGN = {
    "sweep": [(False, 2)],
    "erase": [(True, 1), (False, 2)],
    "erase-copy": [(True, 0), (False, 2)],
    "short-hold": [(False, 1)],
    "long-hold": [(False, 2)],
    "release": [(False, 2)],
    "change-class": [(False, 2)],
}
_ID, _DAY = "[0-9a-f]{32}", "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_RECORD = f"{_ID} expiring (?P<expiring>{_DAY})"
_RECORD_LENGTH = 32 + len(" expiring ") + 10
_CONVERSATION_TARGETS = {
    "erase": re.compile(f"{_RECORD}(?: holder {_ID})?"),
    "hold": re.compile(f"{_RECORD} until (?P<until>{_DAY})(?: now (?P<now>{_DAY}))?"),
    "release": re.compile(f"{_RECORD} until (?P<until>{_DAY})"),
    "change-class": re.compile(
        f"{_RECORD} class "
        f"(?:disclosure until (?P<until>{_DAY}) reason "
        "(?:disclosure|allegation|inquiry|legal-claim)"
        f"|standard until (?P<ends>{_DAY}) reason (?:ended|mistake))"
    ),
}
_TABLE = [Field("act"), Field("target", 1, 64), Field("vault"), Field("request"), Field("expires")]


@dataclass(frozen=True)
class Approval:
    """An approval in its one form; not yet anybody's."""

    act: str
    targets: tuple[str, ...]
    vault: str
    request: str
    expires: datetime.datetime
    text: bytes


@dataclass(frozen=True)
class Request:
    """A request. Nothing is done because of one alone."""

    act: str
    targets: tuple[str, ...]
    vault: str
    request: str
    expires: datetime.datetime


@dataclass(frozen=True)
class Act:
    """What is to be done, as the one who judges approvals knows it."""

    act: str
    targets: tuple[str, ...]
    vault: str
    request: str


def parse(text: bytes) -> Approval:
    """The form of an approval."""
    fields = signedtext.parse(text, CONTEXT, _TABLE)
    act, targets = fields["act"][0], tuple(fields["target"])
    _check_targets(act, targets)
    return Approval(
        act=act,
        targets=targets,
        vault=parse_id(fields["vault"][0], "an approval's vault"),
        request=parse_id(fields["request"][0], "an approval's request"),
        expires=parse_moment(fields["expires"][0], "an approval's end"),
        text=text,
    )


def parse_request(file: bytes) -> Request:
    """The form of a request, with its cards."""
    value = canonicaljson.fields(
        canonicaljson.parse_file(file, LIMIT_BYTES),
        ("act", "cards", "expires", "request", "targets", "type", "vault"),
        "a request",
    )
    require(value["type"] == REQUEST_TYPE, Answer.FORM, "a request's type")
    act = canonicaljson.string(value["act"], "an act")
    targets = tuple(
        canonicaljson.string(target, "a target")
        for target in canonicaljson.array(value["targets"], 64, "targets")
    )
    _check_targets(act, targets)
    digests = []
    for item in canonicaljson.array(value["cards"], 64, "cards"):
        item = canonicaljson.fields(item, ("card", "signature"), "a card")
        text = canonicaljson.string(item["card"], "a card").encode()
        signature = canonicaljson.string(item["signature"], "a signature")
        digests.append(cards.parse(text, signature.encode()).digest)
    require(
        tuple(digests) == (targets if act == "enrol" else ()),
        Answer.FORM,
        "a request's cards are not those of its targets",
    )
    return Request(
        act=act,
        targets=targets,
        vault=parse_id(value["vault"], "a request's vault"),
        request=parse_id(value["request"], "a request's id"),
        expires=parse_moment(value["expires"], "a request's end"),
    )


def leads_wanted(roles: set[str]) -> int:
    """Approval, "Who must sign": to enrol or retire people of these roles."""
    return 2 if "lead" in roles else 1


def count_leads(
    approvals: list[tuple[Approval, bytes]], act: Act, roster: Roster, moment: datetime.datetime
) -> int:
    """How many leads of the roster approve of an act, judged at a moment (rules 1 to 5)."""
    return len(_signers(approvals, act, roster, moment, None))


def check(
    approvals: list[tuple[Approval, bytes]],
    act: Act,
    roster: Roster,
    moment: datetime.datetime,
    subject: str,
    holder: bytes | None = None,
) -> int:
    """Who signed an act of the keeper, where they are enough for a line of the table.

    The holder is named by a record key id, where there is one.
    """
    lines = WHO_MUST_SIGN[subject]
    may_sign = holder if any(needs_holder for needs_holder, _ in lines) else None
    signers = _signers(approvals, act, roster, moment, may_sign)
    for needs_holder, leads in lines:
        holders = [card for card in signers if needs_holder and card.record_key_id == holder]
        # A holder who is a lead counts once.
        others = [card for card in signers if card.role == "lead" and card not in holders]
        if len(others) >= leads and (holders or not needs_holder):
            return len(signers)
    raise Refusal(Answer.SIGNATURE, "too few for every line of the table")


def _signers(
    approvals: list[tuple[Approval, bytes]],
    act: Act,
    roster: Roster,
    moment: datetime.datetime,
    holder: bytes | None,
) -> list[Card]:
    """One approval that fails refuses them all (rules 1 to 5)."""
    signers: list[Card] = []
    for approval, signature_file in approvals:
        signer = _signer(approval, signature_file, roster, holder)
        require(
            (approval.vault, approval.act, approval.request, approval.targets)
            == (act.vault, act.act, act.request, act.targets),
            Answer.SIGNATURE,
            "approval rule 3: of something else",
        )
        require(
            moment < approval.expires <= moment + LONGEST,
            Answer.SIGNATURE,
            "approval rule 4: expired, or not for so long",
        )
        require(
            all(card.name != signer.name for card in signers),
            Answer.SIGNATURE,
            "approval rule 5: twice",
        )
        signers.append(signer)
    return signers


def _signer(
    approval: Approval, signature_file: bytes, roster: Roster, holder: bytes | None
) -> Card:
    """Rule 2: the lead in force, or the holder where the table says so, who signed it."""
    for entry in roster.in_force():
        is_holder = holder is not None and entry.card.record_key_id == holder
        if entry.card.role != "lead" and not is_holder:
            continue
        try:
            minisign.verify(approval.text, signature_file, entry.card.signing_key, CONTEXT)
        except Refusal:
            continue
        return entry.card
    raise Refusal(Answer.SIGNATURE, "approval rule 2: by nobody who may")


def _check_targets(act: str, targets: tuple[str, ...]) -> None:
    require(act in ACTS, Answer.FORM, "an act that is not known")
    require(1 <= len(targets) <= MOST_TARGETS[act], Answer.FORM, "the number of targets")
    ordered = [target.encode() for target in targets]
    require(
        all(a < b for a, b in zip(ordered, ordered[1:])), Answer.FORM, "targets that do not ascend"
    )
    for target in targets:
        _check_target(act, target)
    if act in _CONVERSATION_TARGETS:
        # An id, "expiring" and a day: as many bytes in every target.
        records = {target[:_RECORD_LENGTH] for target in targets}
        require(len(records) == len(targets), Answer.FORM, "a conversation stands twice")


def _check_target(act: str, target: str) -> None:
    if act in ("enrol", "retire"):
        require(is_digest(target), Answer.FORM, "a target is no card digest")
    elif act == "sweep":
        parse_day(target, "a target")
    elif act in _CONVERSATION_TARGETS:
        match = _CONVERSATION_TARGETS[act].fullmatch(target)
        if match is None:
            raise Refusal(Answer.FORM, f"a target of {act}")
        days = {
            name: parse_day(value)
            for name, value in match.groupdict().items()
            if value is not None
        }
        if "now" in days:
            require(days["until"] > days["now"], Answer.FORM, "a hold that gets no longer")
    else:
        raise Refusal(Answer.FORM, f"{act} is reserved")
