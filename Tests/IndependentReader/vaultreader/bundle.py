"""Share bundles (Share bundle, "Importing it")."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from . import acts, age, archive, event, minisign, statement as statements
from .acts import Consent
from .age import AgeFile
from .identity import Person
from .primitives import blake2b, sha256
from .refusal import Answer, Refusal, require
from .roster import Roster
from .statement import Statement
from .values import parse_day

LIMIT_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True)
class Bundle:
    """A bundle of which everything holds."""

    statement: Statement
    consent: Consent
    transcript: bytes
    files: dict[str, bytes]
    roster: Roster


def verify(data: bytes, team: Person, rosters: list[Roster], today: datetime.date) -> Bundle:
    """Share bundle, "Importing it", rules 1 to 12 in their order.

    `rosters` are the senders' as the team has pinned them, tried in turn.
    """
    require(len(data) <= LIMIT_BYTES, Answer.NOT_GENUINE, "1: longer than a bundle")
    stanzas, content = _decrypt(data, team)
    files, statement = _open(content)
    roster = _sender_roster(statement, rosters)
    _check_statement(statement, files, roster)
    _genuine(team.recipient in statement.recipients, "6", Answer.NOT_FOR_YOU)
    _genuine(stanzas == len(statement.recipients), "7: stanzas")
    consent = _check_files(statement, files)
    _check_consent(consent, statement, files["transcript.jsonl"])
    _check_team(consent, statement, roster, team)
    _check_lines(consent, files["transcript.jsonl"])
    _genuine(
        statement.created.date() <= today + datetime.timedelta(days=1), "12: made in the future"
    )
    _genuine(statement.retain_until >= today, "12", Answer.EXPIRED)
    return Bundle(statement, consent, files["transcript.jsonl"], files, roster)


def _decrypt(data: bytes, team: Person) -> tuple[int, bytes]:
    """Rule 1: the number of stanzas and the archive."""
    try:
        file: AgeFile = age.parse(data)
        _genuine(
            all(stanza.arguments[0] == "X25519" for stanza in file.stanzas),
            "1: another stanza than X25519",
        )
        content = age.open_content(file, age.x25519_unwrap(team.age_secret))
    except age.NoMatch as failure:
        raise Refusal(Answer.NOT_FOR_YOU, "1: no stanza") from failure
    except (age.HeaderFailure, age.MacFailure, age.PayloadFailure) as failure:
        raise Refusal(Answer.NOT_GENUINE, "1: the age file") from failure
    return len(file.stanzas), content


def _open(content: bytes) -> tuple[dict[str, bytes], Statement]:
    """Rule 2."""
    try:
        files = archive.parse(content)
        return files, statements.parse(files["statement.txt"])
    except Refusal as refusal:
        raise Refusal(Answer.NOT_GENUINE, f"2: {refusal.rule}") from refusal


def _sender_roster(statement: Statement, rosters: list[Roster]) -> Roster:
    """Rule 3: the roster in which the sender is, or the last one's answer."""
    day = statement.created.date()
    for roster in rosters:
        for entry in roster.entries:
            if (
                entry.card.signing_key == statement.sender_key
                and entry.card.name == statement.sender
                and entry.card.role in ("worker", "lead")
                and entry.counts_on(day)
            ):
                return roster
    newer = bool(rosters) and statement.roster_number > rosters[-1].number
    raise Refusal(Answer.NEWER_ROSTER if newer else Answer.UNKNOWN_SENDER, "3")


def _check_statement(statement: Statement, files: dict[str, bytes], roster: Roster) -> None:
    """Rules 4 and 5."""
    _genuine(statement.roster_number <= roster.number, "4", Answer.NEWER_ROSTER)
    if statement.roster_number == roster.number:
        _genuine(statement.roster_digest == roster.digest, "4: the roster's digest")
    try:
        minisign.verify(
            files["statement.txt"],
            files["statement.txt.minisig"],
            statement.sender_key,
            statements.CONTEXT,
        )
    except Refusal as refusal:
        raise Refusal(Answer.NOT_GENUINE, "5: the signature") from refusal


def _check_files(statement: Statement, files: dict[str, bytes]) -> Consent:
    """Rule 8, and the form of rule 9."""
    for name, named in statement.files.items():
        _genuine(
            len(files[name]) == named.length and sha256(files[name]).hex() == named.sha256,
            f"8: {name}",
        )
    _genuine(statement.bundle == bundle_id(files["consent.json"]), "8: the bundle's id")
    try:
        return acts.parse_consent(files["consent.json"])
    except Refusal as refusal:
        raise Refusal(Answer.NOT_GENUINE, f"9: {refusal.rule}") from refusal


def bundle_id(consent: bytes) -> str:
    """Statement, `bundle`."""
    context = b"transcript-vault/v1/bundle\0"
    return blake2b(context + blake2b(consent, 32), 16).hex()


def _check_consent(consent: Consent, statement: Statement, transcript: bytes) -> None:
    """Rule 9."""
    _genuine(consent.state == "given", "9: the state")
    _genuine(consent.has_real_name, "9: the real name")
    _genuine(
        (
            consent.conversation,
            consent.purpose,
            consent.scope.first,
            consent.scope.last,
            consent.copy_expires,
        )
        == (
            statement.conversation,
            statement.purpose,
            statement.first_line,
            statement.last_line,
            statement.retain_until.isoformat(),
        ),
        "9: consent and statement differ",
    )
    given_at = event.parse_time(consent.given_at)
    _genuine(given_at is not None and given_at <= statement.created, "9: given later")
    try:
        valid_until = parse_day(consent.valid_until)
    except Refusal as refusal:
        raise Refusal(Answer.NOT_GENUINE, "9: valid_until") from refusal
    _genuine(statement.created.date() <= valid_until, "9: not valid any more")
    _genuine(blake2b(transcript, 32).hex() == consent.scope.digest, "9: the scope")


def _check_team(consent: Consent, statement: Statement, roster: Roster, team: Person) -> None:
    """Rule 10."""
    cards = [entry.card for entry in roster.entries if entry.card.digest == consent.team_card]
    _genuine(
        bool(cards)
        and cards[0].record_key == team.record_public
        and cards[0].signing_key.ed25519 == team.signing_public,
        "10",
        Answer.NOT_FOR_YOU,
    )
    _genuine(
        cards[0].role == "team" and cards[0].name == consent.team, "10: the card's role or name"
    )
    listed = {item.recipient for item in cards[0].recipients}
    _genuine(set(statement.recipients) <= listed, "10: a recipient not on the card")


def _check_lines(consent: Consent, transcript: bytes) -> None:
    """Rule 11."""
    _genuine(transcript.endswith(b"\n"), "11: no line feed at the end")
    lines = transcript[:-1].split(b"\n")
    scope = consent.scope
    _genuine(
        all(a < b for a, b in zip((scope.first - 1, *scope.redacted), scope.redacted))
        and all(line <= scope.last for line in scope.redacted),
        "11: the redacted lines",
    )
    most = scope.last - scope.first + 1 - len(scope.redacted)
    _genuine(len(lines) <= most, "11: too many lines")
    for line in lines:
        try:
            among_workers = event.parse(line).among_workers
        except Refusal as refusal:
            raise Refusal(Answer.NOT_GENUINE, "11: no event") from refusal
        _genuine(scope.includes_internal or not among_workers, "11: among workers")


def _genuine(holds: bool, rule: str, answer: Answer = Answer.NOT_GENUINE) -> None:
    require(holds, answer, rule)
