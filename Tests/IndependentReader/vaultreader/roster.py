"""The roster and its chain (Roster), and the pin."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

from . import approval as approvals, canonicaljson, card as cards, minisign, signedtext
from .approval import Act, Approval
from .card import Card
from .minisign import PublicKey
from .primitives import sha256
from .refusal import Answer, Refusal, require
from .signedtext import Field
from .values import is_value, parse_day, parse_digest, parse_id, parse_moment, parse_number

CONTEXT = "transcript-vault roster 1"
PIN_CONTEXT = "transcript-vault pin 1"
LIMIT_BYTES = 4 * 1024 * 1024
GREATEST_NUMBER = 1_000_000
MOST_APPROVALS = 64
MOST_LEADS = 26
_PERIOD = re.compile(r"P[1-9][0-9]{0,2}[YMD]")
_FILE = re.compile(r"([1-9][0-9]*)\.json")
_KEYS = (
    "approvals",
    "created",
    "entries",
    "number",
    "organisation",
    "policy",
    "predecessor",
    "type",
    "vault",
)
_PIN_TABLE = [Field("organisation-key"), Field("vault"), Field("number"), Field("digest")]


@dataclass(frozen=True)
class Entry:
    """A card and the days on which it counts."""

    card: Card
    text: str
    signature: str
    valid_from: datetime.date
    valid_to: datetime.date | None

    def in_force(self) -> bool:
        """Whether it has no end ("Days": never a question to the clock)."""
        return self.valid_to is None

    def counts_on(self, day: datetime.date) -> bool:
        """Whether what it signed on a day counts."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Roster:
    """A roster in its one form. Verified when a chain gave it out."""

    vault: str
    organisation: str
    number: int
    created: datetime.datetime
    predecessor: str | None
    policy: dict[str, object]
    entries: tuple[Entry, ...]
    approvals: tuple[tuple[Approval, bytes], ...]
    digest: str

    def in_force(self) -> list[Entry]:
        """The entries in force."""
        return [entry for entry in self.entries if entry.in_force()]

    def leads(self) -> list[Entry]:
        """The leads in force."""
        return [entry for entry in self.in_force() if entry.card.role == "lead"]

    def latest_signer(self, signer_id: bytes) -> Card | None:
        """The latest card with that signing key, in force or not."""
        found = None
        for entry in self.entries:
            if entry.card.signing_key.signer_id == signer_id:
                found = entry.card
        return found

    def keepers(self) -> list[Card]:
        """All keepers there ever were."""
        return [e.card for e in self.entries if e.card.role == "keeper"]


@dataclass(frozen=True)
class Pin:
    """What an installation last verified."""

    organisation_key: PublicKey
    vault: str
    number: int
    digest: str


def parse_pin(text: bytes) -> Pin:
    """Roster, "Pin"."""
    fields = signedtext.parse(text, PIN_CONTEXT, _PIN_TABLE)
    return Pin(
        organisation_key=minisign.parse_public_key(fields["organisation-key"][0]),
        vault=parse_id(fields["vault"][0], "a pin's vault"),
        number=parse_number(fields["number"][0], "a pin's number"),
        digest=parse_digest(fields["digest"][0], "a pin's digest"),
    )


def parse(file: bytes) -> Roster:
    """Roster, "File", and what holds in every roster."""
    value = canonicaljson.fields(canonicaljson.parse_file(file, LIMIT_BYTES), _KEYS, "a roster")
    require(value["type"] == CONTEXT, Answer.FORM, "a roster's type")
    organisation = canonicaljson.string(value["organisation"], "organisation")
    require(
        is_value(organisation) and len(organisation.encode()) <= 100,
        Answer.FORM,
        "the organisation's name",
    )
    predecessor = value["predecessor"]
    roster = Roster(
        vault=parse_id(value["vault"], "a roster's vault"),
        organisation=organisation,
        number=canonicaljson.integer(value["number"], 1, GREATEST_NUMBER, "number"),
        created=parse_moment(value["created"], "created"),
        predecessor=(None if predecessor is None else parse_digest(predecessor, "predecessor")),
        policy=_policy(value["policy"]),
        entries=tuple(
            _entry(item) for item in canonicaljson.array(value["entries"], LIMIT_BYTES, "entries")
        ),
        approvals=tuple(
            _approval(item)
            for item in canonicaljson.array(value["approvals"], MOST_APPROVALS, "approvals")
        ),
        digest=sha256(file).hex(),
    )
    _check_people(roster)
    return roster


def check_first(roster: Roster) -> None:
    """Roster, "Which roster follows": number 1."""
    leads, everybody = len(roster.leads()), len(roster.entries)
    require(
        roster.number == 1 and roster.predecessor is None and not roster.approvals,
        Answer.ROSTER,
        "the first roster has no predecessor and no approvals",
    )
    require(
        all(e.valid_from == roster.created.date() and e.valid_to is None for e in roster.entries),
        Answer.ROSTER,
        "the first roster's days",
    )
    require(
        leads == 0 or (leads >= 3 and leads == everybody),
        Answer.ROSTER,
        "the first roster has at least three leads and nobody else, or no leads",
    )


def check_next(before: Roster, after: Roster) -> None:
    """Roster, "Which roster follows": number n + 1."""
    require(
        after.number == before.number + 1
        and after.predecessor == before.digest
        and (after.vault, after.organisation, after.policy)
        == (before.vault, before.organisation, before.policy)
        and after.created >= before.created,
        Answer.ROSTER,
        "a roster does not name what it follows",
    )
    enrolled, retired = _changes(before, after)
    require(bool(enrolled or retired), Answer.ROSTER, "a roster changes nothing")
    require(
        not before.leads() or len(after.leads()) >= 2,
        Answer.ROSTER,
        "a vault that had leads keeps at least two",
    )
    for act, changed in (("enrol", enrolled), ("retire", retired)):
        given = [item for item in after.approvals if item[0].act == act]
        if not changed:
            require(not given, Answer.ROSTER, f"approvals to {act} nobody")
            continue
        what = Act(
            act=act,
            targets=tuple(sorted(entry.card.digest for entry in changed)),
            vault=before.vault,
            request=before.digest[:32],
        )
        leads = approvals.count_leads(given, what, before, after.created)
        wanted = approvals.leads_wanted({entry.card.role for entry in changed})
        require(leads >= wanted, Answer.ROSTER, f"too few leads to {act}")
    require(
        all(item[0].act in ("enrol", "retire") for item in after.approvals),
        Answer.ROSTER,
        "an approval of an act that does not happen",
    )


def _changes(before: Roster, after: Roster) -> tuple[list[Entry], list[Entry]]:
    """The entries enrolled and retired by a roster."""
    day = after.created.date()
    require(len(after.entries) >= len(before.entries), Answer.ROSTER, "an entry is gone")
    retired = []
    for old, new in zip(before.entries, after.entries):
        require(
            (old.text, old.signature, old.valid_from) == (new.text, new.signature, new.valid_from),
            Answer.ROSTER,
            "an entry was changed",
        )
        if old.valid_to != new.valid_to:
            require(
                old.valid_to is None and new.valid_to == day,
                Answer.ROSTER,
                "an entry's end was changed",
            )
            retired.append(new)
    enrolled = list(after.entries[len(before.entries) :])
    require(
        all(e.valid_from == day and e.valid_to is None for e in enrolled),
        Answer.ROSTER,
        "an enrolled entry's days",
    )
    return enrolled, retired


class RosterFolder:
    """A folder `rosters` (Vault layout): number.json and its signature."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def highest(self) -> int:
        """The highest number of which both files are there; 0 if none."""
        numbers = [0]
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            match = _FILE.fullmatch(path.name)
            if match and path.with_name(path.name + ".minisig").exists():
                numbers.append(int(match[1]))
        return max(numbers)

    def read(self, number: int, key: PublicKey) -> Roster:
        """A roster with the organisation's signature."""
        path = self.folder / f"{number}.json"
        try:
            file = path.read_bytes()
            signature = path.with_name(path.name + ".minisig").read_bytes()
        except OSError as error:
            raise Refusal(Answer.ROSTER, f"roster {number} is missing") from error
        try:
            minisign.verify(file, signature, key, CONTEXT)
            roster = parse(file)
        except Refusal as refusal:
            raise Refusal(Answer.ROSTER, refusal.rule) from refusal
        require(roster.number == number, Answer.ROSTER, "a roster's number")
        return roster

    def verify_from_first(self, key: PublicKey) -> Roster:
        """The latest roster, at the first sight of a vault (Roster, "Pin")."""
        first = self.read(1, key)
        check_first(first)
        return self._follow(first, key)

    def verify_from_pin(self, pin: Pin) -> Roster:
        """The latest roster, from what was verified last (Roster, "Pin")."""
        require(self.highest() >= pin.number, Answer.ROSTER, "an older copy")
        pinned = self.read(pin.number, pin.organisation_key)
        require(
            (pinned.digest, pinned.vault) == (pin.digest, pin.vault),
            Answer.ROSTER,
            "another roster than the one that was pinned",
        )
        return self._follow(pinned, pin.organisation_key)

    def _follow(self, roster: Roster, key: PublicKey) -> Roster:
        for number in range(roster.number + 1, self.highest() + 1):
            after = self.read(number, key)
            try:
                check_next(roster, after)
            except Refusal as refusal:
                raise Refusal(Answer.ROSTER, refusal.rule) from refusal
            roster = after
        return roster


def _policy(value: object) -> dict[str, object]:
    policy = canonicaljson.fields(value, ("notices", "replicas", "retention"), "the policy")
    for name in ("notices", "replicas"):
        for item in canonicaljson.array(policy[name], 64, name):
            require(is_value(item) and len(item.encode()) <= 1_024, Answer.FORM, name)
    retention = canonicaljson.fields(policy["retention"], ("default", "disclosure"), "retention")
    for name in ("default", "disclosure"):
        period = canonicaljson.string(retention[name], "a period")
        require(_PERIOD.fullmatch(period) is not None, Answer.FORM, "a period")
    return policy


def _entry(value: object) -> Entry:
    item = canonicaljson.fields(value, ("card", "signature", "valid_from", "valid_to"), "an entry")
    text = canonicaljson.string(item["card"], "a card")
    signature = canonicaljson.string(item["signature"], "a signature")
    valid_to = item["valid_to"]
    return Entry(
        card=cards.parse(text.encode(), signature.encode()),
        text=text,
        signature=signature,
        valid_from=parse_day(item["valid_from"]),
        valid_to=None if valid_to is None else parse_day(valid_to),
    )


def _approval(value: object) -> tuple[Approval, bytes]:
    item = canonicaljson.fields(value, ("signature", "text"), "an approval")
    text = canonicaljson.string(item["text"], "an approval")
    signature = canonicaljson.string(item["signature"], "a signature")
    return approvals.parse(text.encode()), signature.encode()


def _check_people(roster: Roster) -> None:
    """Roster: "In every roster, of the entries in force … of all entries"."""
    in_force = roster.in_force()
    names = [entry.card.name for entry in in_force]
    roles = [entry.card.role for entry in in_force]
    require(len(set(names)) == len(names), Answer.ROSTER, "a name stands twice")
    require(roles.count("keeper") <= 1, Answer.ROSTER, "more than one keeper")
    require(roles.count("lead") <= MOST_LEADS, Answer.ROSTER, "too many leads")
    owners: dict[tuple[str, object], tuple[str, str]] = {}
    for entry in roster.entries:
        for key in _keys(entry.card):
            require(
                owners.setdefault(key, entry.card.person) == entry.card.person,
                Answer.ROSTER,
                "two people have one key",
            )


def _keys(card: Card) -> list[tuple[str, object]]:
    keys: list[tuple[str, object]] = [("signing", card.signing_key.ed25519)]
    if card.record_key is not None:
        keys.append(("record", card.record_key))
    keys += [("age", item.recipient) for item in card.recipients]
    return keys
