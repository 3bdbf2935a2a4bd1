"""Known answers about people and copies: cards, rosters, approvals, bundles, events and others."""

from __future__ import annotations

import datetime

from vaultreader import bech32, roster
from vaultreader.bundle import bundle_id
from vaultreader.primitives import sha256

from . import cast
from .approvalcases import approvals_cases, request_cases
from .bundlecases import BundleCase, BundleCases
from .cardcases import card_cases
from .cast import ANNA, FIRST, FOURTH, SECOND, SERVICE, TEAM, THIRD
from .eventcases import event_cases
from .identitycases import PASSPHRASE, identity_cases, identity_file, identity_text
from .knownanswer import Fields, KnownAnswer, base64_text
from .paircases import LEADS_IN_ORDER
from .pincases import pin_cases
from .recordanswers import ANSWERS, Answers, add, counted
from .rostercases import ORGANISATION, RosterCase, all_cases
from .sharecases import TRANSCRIPT, consent_cases, right_consent, statement_cases
from .signing import roster_file

TODAY = cast.TODAY


def common_files() -> dict[str, bytes]:
    """The organisation's key, its right rosters 1 to 4, and identities of a team and a lead."""
    files = {"organisation.pub": ORGANISATION.pub_file}
    for number, value in enumerate((FIRST, SECOND, THIRD, FOURTH), start=1):
        files |= _signed(number, roster_file(value))
    return files | {
        "family-support": identity_file(identity_text(TEAM)),
        "first-lead": identity_file(identity_text(LEADS_IN_ORDER[0])),
    }


def _signed(number: int, file: bytes) -> dict[str, bytes]:
    name = f"rosters/{number}.json"
    return {name: file, f"{name}.minisig": ORGANISATION.sign(file, roster.CONTEXT)}


def trust_answers() -> Answers:
    """Every one of these."""
    answers: Answers = {}
    for case in (*all_cases(), *pin_cases()):
        _roster(answers, case)
    for cases in (
        card_cases,
        request_cases,
        approvals_cases,
        statement_cases,
        consent_cases,
        event_cases,
        identity_cases,
    ):
        for name, answer in cases():
            add(answers, name, answer)
    _bundles(answers)
    return answers


def _roster(answers: Answers, case: RosterCase) -> None:
    common = common_files()
    files = {"organisation.pub": ORGANISATION.pub_file}
    for number, file in case.numbered():
        files |= _signed(number, file)
    files |= case.others
    shared = [name for name, data in files.items() if common.get(name) == data]
    own = {name: data for name, data in files.items() if name not in shared}
    outcome: Fields = [("expect", "refused")]
    if case.believed:
        digest = sha256(case.files[-1]).hex()
        outcome = [("expect", "believed"), ("number", str(len(case.files))), ("digest", digest)]
    fact = f"A chain of rosters is {'believed' if case.believed else 'refused'}: {case.label}."
    add(answers, case.label, KnownAnswer("roster", fact, [], own, outcome, shared))


def bundle_cases() -> BundleCases:
    """The cases of bundles, for the team of the tests."""
    believed = cast.current_roster()
    return BundleCases(
        consent=right_consent(),
        transcript=TRANSCRIPT,
        sender=(ANNA.name, ANNA.signer),
        service=(SERVICE.name, SERVICE.signer),
        recipient=TEAM.recipient,
        roster=(believed.number, believed.digest),
        now=datetime.datetime.combine(TODAY, datetime.time(12)),
    )


def _bundles(answers: Answers) -> None:
    given = [
        ("today", TODAY.isoformat()),
        ("record-secret-key", base64_text(TEAM.record_secret)),
        ("signing-seed", base64_text(TEAM.signer.seed)),
        ("age-secret-key", bech32.encode("age-secret-key-", TEAM.age_secret).upper()),
        ("passphrase", base64_text(PASSPHRASE)),
    ]
    for case in bundle_cases().all():
        outcome = _bundle_outcome(case)
        told = "genuine" if case.answer is None else f"answered with: {case.answer.value}"
        fact = f"A bundle is {told}: {case.label}."
        files = {"copy.age": case.bundle.data}
        numbered = [("roster", str(case.roster)), *given]
        add(
            answers,
            case.label,
            KnownAnswer("bundle", fact, numbered, files, outcome, ["family-support"]),
        )


def _bundle_outcome(case: BundleCase) -> Fields:
    if case.answer is not None:
        return [("expect", ANSWERS[case.answer])]
    lines = case.bundle.transcript.removesuffix(b"\n").split(b"\n")
    name = bundle_id(case.bundle.consent)
    return [("expect", "genuine"), ("bundle", name), ("lines", counted(lines))]
