"""What this reader makes of each kind of known answer."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable
from pathlib import Path

from vaultreader import (
    acts,
    approval,
    bech32,
    bundle,
    card,
    cell,
    conversation,
    event,
    identity,
    keycalendar,
    ledger,
    minisign,
    roster as rosters,
    sealedpart,
    statement,
)
from vaultreader.approval import Act
from vaultreader.identity import Person
from vaultreader.primitives import blake2b, open_box
from vaultreader.refusal import Answer, Refusal
from vaultreader.roster import Roster
from vaultreader.values import day_number, parse_base64, parse_moment
from vaultreader.vault import Vault

from .knownanswer import COMMON, Fields, KnownAnswer
from .recordanswers import ANSWERS, calendar_outcome, counted

REFUSED: Fields = [("expect", "refused")]
RULES = {
    "expired": (Answer.EXPIRED, "the day is over"),
    "no-page": (Answer.NO_PAGE, "no page for that day"),
    "erased": (Answer.ERASED, "the path was punctured"),
}


def judge(answer: KnownAnswer, folder: Path) -> Fields:
    """The outcome; the files of the answer are put into the folder."""
    answer.place(folder)
    return JUDGES[answer.kind](answer, folder)


def common_roster(answer: KnownAnswer) -> Roster:
    """The roster that a known answer goes by, from the chain in `common/`."""
    folder = rosters.RosterFolder(COMMON / "rosters")
    key = minisign.parse_public_key_file((COMMON / "organisation.pub").read_bytes())
    found = folder.read(1, key)
    rosters.check_first(found)
    for number in range(2, int(answer.value("roster")) + 1):
        after = folder.read(number, key)
        rosters.check_next(found, after)
        found = after
    return found


class _Half:
    """What a known answer says that the keeper says."""

    def __init__(self, answer: KnownAnswer) -> None:
        self._leaves = dict(value.split(" ") for value in answer.values("leaf"))
        self._erased = answer.value("erased") == "yes"

    def leaf(self, day: int, conversation: bytes) -> bytes:
        """The leaf, or a refusal."""
        told = self._leaves[keycalendar_day(day)]
        if told in RULES:
            raise Refusal(*RULES[told])
        return bytes.fromhex(told)

    def erased(self, conversation: bytes) -> bool:
        """Whether it was erased."""
        return self._erased


def keycalendar_day(day: int) -> str:
    """A day in words."""
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat()


def _record(answer: KnownAnswer, folder: Path) -> Fields:
    of = bytes.fromhex(answer.value("conversation"))
    secret = parse_base64(answer.value("record-secret-key"), 32, "a key")
    reader = Person("reader", "worker", secret, bytes(32), bytes(32))
    files = conversation.find_files(folder, of)
    try:
        read = conversation.read(of, files, reader, _Half(answer), common_roster(answer))
    except Refusal as refusal:
        assert refusal.rule in answer.values("rule") or not answer.values("rule"), refusal.rule
        return [("expect", ANSWERS[refusal.answer])]
    told = [notice.name.lower().replace("_", "-") for notice, _ in read.notices]
    found = [("lines", counted(list(read.lines))), ("acts", counted(list(read.acts)))]
    notices = [("notice", f"{notice} {told.count(notice)}") for notice in sorted(set(told))]
    return [("expect", "opened"), *found, *notices]


def _pair(answer: KnownAnswer, folder: Path) -> Fields:
    (data,) = answer.files.values()
    leaf = _Half(answer)
    first, second = (
        Person("reader", "lead", parse_base64(answer.value(name), 32, name), bytes(32), bytes(32))
        for name in ("record-secret-key", "second-record-secret-key")
    )
    try:
        header = sealedpart.parse_header(data)
        ids = (first.record_key_id, second.record_key_id)
        box = sealedpart.inner_box(header, *ids, first.record_public, first.record_secret)
        half = leaf.leaf(header.expiry_day, header.conversation)
        keys = (second.record_public, second.record_secret)
        sealedpart.stream_key(header, box, half, *keys)
        return [("expect", "opened"), ("w", open_box(box, *keys).hex())]
    except Refusal as refusal:
        assert refusal.rule in answer.values("rule"), refusal.rule
        return [("expect", ANSWERS[refusal.answer])]


def _calendar(answer: KnownAnswer, folder: Path) -> Fields:
    value = bytes.fromhex(answer.value("cell-value"))
    (name,) = answer.files
    assert name == keycalendar.file_name(value)
    try:
        calendar = keycalendar.decrypt(answer.content(name), value)
    except Refusal:
        return REFUSED
    today = day_number(datetime.date.fromisoformat(answer.value("today")))
    return calendar_outcome(calendar, answer.values("question"), today)


def _slot(answer: KnownAnswer, folder: Path) -> Fields:
    slot = cell.parse_slot(answer.content("slot"))
    if slot is None:
        return [("expect", "not-valid")]
    found = [("vault", slot.vault.hex()), ("serial", str(slot.serial))]
    return [("expect", "valid"), *found, ("cell-value", slot.value.hex())]


def _cell(answer: KnownAnswer, folder: Path) -> Fields:
    names = [folder / "cells" / str(n + 1) for n in range(int(answer.value("cells")))]
    vault = bytes.fromhex(answer.value("vault"))
    try:
        calendar = cell.calendar_in_force(folder / "vault", vault, names)
    except Refusal as refusal:
        damaged = refusal.answer is Answer.CALENDAR
        return [("expect", f"calendar-{refusal.rule}" if damaged else "refused")]
    return [("expect", "in-force"), ("serial", str(calendar.serial))]


def _intent(answer: KnownAnswer, folder: Path) -> Fields:
    try:
        intent = cell.parse_intent(
            answer.content("intent"), bytes.fromhex(answer.value("keeper-key"))
        )
    except Refusal:
        return REFUSED
    found = [("vault", intent.vault), ("serial", str(intent.serial)), ("act", intent.act)]
    found += [("change", change) for change in intent.changes]
    return [("expect", "accepted"), *found, *(("approval", item) for item in intent.approvals)]


def _ledger(answer: KnownAnswer, folder: Path) -> Fields:
    try:
        read = ledger.verify(answer.content("ledger/acts.jsonl"), common_roster(answer))
    except Refusal:
        return REFUSED
    return [("expect", "believed"), ("counts", f"{len(read.entries)} {read.torn_at_end}")]


def _card(answer: KnownAnswer, folder: Path) -> Fields:
    try:
        read = card.parse(answer.content("x.card"), answer.content("x.card.minisig"))
    except Refusal:
        return REFUSED
    key = "-" if read.record_key_id is None else read.record_key_id.hex()
    ids = [("key-id", key), ("signer-id", read.signing_key.signer_id.hex())]
    named = [("name", read.name), ("role", read.role), ("digest", read.digest)]
    return [("expect", "accepted"), *named, *ids]


def _roster(answer: KnownAnswer, folder: Path) -> Fields:
    pin = folder / "pin"
    try:
        read = Vault(folder).roster(pin if "pin" in answer.files else None)
    except Refusal:
        return REFUSED
    return [("expect", "believed"), ("number", str(read.number)), ("digest", read.digest)]


def _approvals(answer: KnownAnswer, folder: Path) -> Fields:
    act = Act(
        answer.value("act"),
        tuple(answer.values("target")),
        common_roster(answer).vault,
        answer.value("request"),
    )
    moment = parse_moment(answer.value("moment"))
    try:
        given = [
            (approval.parse(answer.content(name)), answer.content(f"{name}.minisig"))
            for name in answer.files
            if not name.endswith(".minisig")
        ]
        holder = bytes.fromhex("".join(answer.values("holder"))) or None
        of = (act, common_roster(answer), moment, answer.value("subject"), holder)
        return [("expect", "approved"), ("signers", str(approval.check(given, *of)))]
    except Refusal:
        return REFUSED


def _request(answer: KnownAnswer, folder: Path) -> Fields:
    try:
        return [
            ("expect", "accepted"),
            ("act", approval.parse_request(answer.content("request")).act),
        ]
    except Refusal:
        return REFUSED


def _statement(answer: KnownAnswer, folder: Path) -> Fields:
    try:
        read = statement.parse(answer.content("statement.txt"))
    except Refusal:
        return REFUSED
    return [
        ("expect", "accepted"),
        ("bundle", read.bundle),
        ("events", f"{read.first_line}-{read.last_line}"),
        ("retain-until", read.retain_until.isoformat()),
        ("created", read.created.strftime("%Y-%m-%dT%H:%M:%SZ")),
    ]


def _consent(answer: KnownAnswer, folder: Path) -> Fields:
    read = acts.parse(answer.content("line"))
    if not isinstance(read, acts.Consent):
        return [("expect", "passed-over")]
    return [("expect", "accepted"), ("real-name", "yes" if read.has_real_name else "no")]


def _bundle(answer: KnownAnswer, folder: Path) -> Fields:
    _, age_secret = bech32.decode(answer.value("age-secret-key").lower())
    keys = [parse_base64(answer.value(n), 32, n) for n in ("record-secret-key", "signing-seed")]
    team = Person("family-support", "team", *keys, age_secret)
    today = datetime.date.fromisoformat(answer.value("today"))
    try:
        read = bundle.verify(answer.content("copy.age"), team, [common_roster(answer)], today)
    except Refusal as refusal:
        return [("expect", ANSWERS[refusal.answer])]
    lines = counted(read.transcript[:-1].split(b"\n"))
    return [("expect", "genuine"), ("bundle", read.statement.bundle), ("lines", lines)]


def _identity(answer: KnownAnswer, folder: Path) -> Fields:
    passphrase = base64.b64decode(answer.value("passphrase"))
    try:
        read = identity.open_person(folder / "identity", passphrase)
    except Refusal:
        return REFUSED
    keys = [("key-id", read.record_key_id.hex())]
    keys += [("signer-id", blake2b(read.signing_public, 16).hex()), ("recipient", read.recipient)]
    return [("expect", "opened"), ("name", read.name), ("role", read.role), *keys]


def _event(answer: KnownAnswer, folder: Path) -> Fields:
    try:
        read = event.parse(answer.content("line"))
    except Refusal as refusal:
        return [("expect", ANSWERS.get(refusal.answer, "refused"))]
    return [("expect", "event"), ("among-workers", "yes" if read.among_workers else "no")]


JUDGES: dict[str, Callable[[KnownAnswer, Path], Fields]] = {
    "part": _record,
    "pair": _pair,
    "handover": _record,
    "calendar": _calendar,
    "slot": _slot,
    "cell": _cell,
    "intent": _intent,
    "ledger": _ledger,
    "card": _card,
    "roster": _roster,
    "approvals": _approvals,
    "request": _request,
    "statement": _statement,
    "consent": _consent,
    "bundle": _bundle,
    "event": _event,
    "identity": _identity,
}
