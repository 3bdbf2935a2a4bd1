"""Known answers about records: parts, handovers, calendars, slots, cells, intents, ledgers."""

from __future__ import annotations

from vaultreader import keycalendar
from vaultreader.identity import Person
from vaultreader.primitives import sha256
from vaultreader.refusal import Answer
from vaultreader.values import LAST_DAY, day_number, day_of_number

from . import calendarwriter, cast
from .calendarcases import CalendarCase, CalendarCases
from .calendarfilecases import file_cases
from .cast import KEEPER, VAULT, Cast
from .cellcases import cell_cases, intent_cases, slot_cases
from .chosen import chosen
from .conversationcases import all_part_cases, erased_cases
from .handovercases import LINE, HandoverCases
from .knownanswer import Fields, KnownAnswer, base64_text
from .ledgercases import LedgerCases
from .paircases import pair_cases
from .partcases import CONVERSATION, CaseBuilder, PartCase

Answers = dict[str, KnownAnswer]
ANSWERS = {
    Answer.CHANGED: "changed",
    Answer.TOO_LONG: "too-long",
    Answer.MISSING: "missing",
    Answer.EXPIRED: "expired",
    Answer.ERASED: "erased",
    Answer.NOT_YOURS: "not-yours",
    Answer.NO_PAGE: "no-page",
    Answer.NO_PAIR: "no-pair",
    Answer.LATER_VERSION: "later-version",
    Answer.NOT_FOR_YOU: "not-for-you",
    Answer.NOT_GENUINE: "not-genuine",
    Answer.NEWER_ROSTER: "newer-roster",
    Answer.UNKNOWN_SENDER: "unknown-sender",
}
SHORTEST_ZEROS = 2_048


def add(answers: Answers, name: str, answer: KnownAnswer) -> None:
    """Add an answer under the name that its label gives."""
    slug = "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())
    path = f"{FOLDERS[answer.kind]}/{slug}"
    assert slug.isascii() and path not in answers, path
    for file, data in answer.files.items():
        rest = data.rstrip(b"\0")
        if len(data) - len(rest) >= SHORTEST_ZEROS:
            answer.files[file], answer.zeros[file] = rest, len(data) - len(rest)
    answers[path] = answer


FOLDERS = {
    "part": "parts",
    "pair": "pairs",
    "handover": "handovers",
    "calendar": "calendars",
    "slot": "slots",
    "cell": "cells",
    "intent": "intents",
    "ledger": "ledgers",
    "card": "cards",
    "roster": "rosters",
    "approvals": "approvals",
    "request": "requests",
    "statement": "statements",
    "bundle": "bundles",
    "consent": "consents",
    "event": "events",
    "identity": "identities",
}


def counted(items: list[bytes]) -> str:
    """How many lines, and SHA-256 of them, each with its line feed."""
    whole = b"".join(item + b"\n" for item in items)
    return f"{len(items)} {sha256(whole).hex()}"


def record_answers() -> Answers:
    """Every one of these."""
    people = cast.test_cast()
    answers: Answers = {}
    for case in all_part_cases(people):
        _part(answers, people, case)
    for case in erased_cases(people):
        case.label = f"erased: {case.label}"
        _part(answers, people, case, erased=True)
    _handovers(answers, people)
    for name, answer in pair_cases(people, _keeper(people, people.anna)):
        add(answers, name, answer)
    _calendars(answers, people)
    for name, answer in (*slot_cases(), *cell_cases(), *intent_cases()):
        add(answers, name, answer)
    _ledgers(answers)
    return answers


def _keeper(people: Cast, reader: Person, erased: bool = False, roster: int = 2) -> Fields:
    """Who reads, and what the keeper answers."""
    leaf = "erased" if erased else people.keys(CONVERSATION).leaf.hex()
    days = (
        (0, "expired"),
        (people.day, leaf),
        (people.day + 3000, "no-page"),
        (LAST_DAY, "no-page"),
    )
    return [
        ("roster", str(roster)),
        ("conversation", CONVERSATION.hex()),
        ("record-secret-key", base64_text(reader.record_secret)),
        *(("leaf", f"{day_of_number(day)} {answer}") for day, answer in days),
        ("erased", "yes" if erased else "no"),
    ]


def _opened(lines: list[bytes], acts: list[bytes], notices: list[str]) -> Fields:
    found = [("expect", "opened"), ("lines", counted(lines)), ("acts", counted(acts))]
    told = sorted(set(notices))
    return found + [("notice", f"{notice} {notices.count(notice)}") for notice in told]


def _part(answers: Answers, people: Cast, case: PartCase, erased: bool = False) -> None:
    if case.answer is None:
        assert case.lines is not None
        notices = [notice.name.lower().replace("_", "-") for notice in case.notices]
        outcome = _opened(case.lines, case.acts, notices)
        told = "opens"
    else:
        outcome = [("expect", ANSWERS[case.answer])]
        told = f"is answered with: {case.answer.value}"
    files = {f"{folder}/{name}": data for folder, name, data in case.files}
    fact = f"A conversation {told}: {case.label}."
    given = _keeper(people, people.anna, erased, case.roster)
    if case.rule:
        given.insert(0, ("rule", case.rule))
    add(answers, case.label, KnownAnswer("part", fact, given, files, outcome))


def _handovers(answers: Answers, people: Cast) -> None:
    cases, builder = HandoverCases(people, VAULT), CaseBuilder(people)
    folder, name, part = builder.closed(cases.part)
    for case in cases.all():
        files = {f"{folder}/{name}": part, f"{folder}/{cases.file_name()}": case.data}
        outcome = _opened([LINE], [], []) if case.good else [("expect", "changed")]
        told = "opens the part" if case.good else "opens nothing"
        fact = f"A handover {told} to its new holder: {case.label}."
        given = _keeper(people, people.ben, roster=case.roster)
        add(answers, case.label, KnownAnswer("handover", fact, given, files, outcome))


def calendar_outcome(
    calendar: keycalendar.KeyCalendar, questions: list[str], today: int
) -> Fields:
    """What a calendar holds, and its answers to questions of a day and a conversation each."""
    half = keycalendar.CalendarOnDay(calendar, day_of_number(today))
    found = [
        ("expect", "opened"),
        ("vault", calendar.vault.hex()),
        ("serial", str(calendar.serial)),
        ("high-water", day_of_number(calendar.high_water).isoformat()),
        ("counts", f"{len(calendar.pages)} {len(calendar.kept)} {len(calendar.spent)}"),
    ]
    for question in questions:
        day, conversation = question.split(" ")
        number = day_number(cast.datetime.date.fromisoformat(day))
        found.append(("answer", f"{question} {_answer(half, number, conversation)}"))
    for conversation in dict.fromkeys(question.split(" ")[1] for question in questions):
        erased = half.erased(bytes.fromhex(conversation))
        found.append(("erased", f"{conversation} {'yes' if erased else 'no'}"))
    return found


def _answer(half: keycalendar.CalendarOnDay, day: int, conversation: str) -> str:
    try:
        return half.leaf(day, bytes.fromhex(conversation)).hex()
    except keycalendar.Refusal as refusal:
        return ANSWERS[refusal.answer]


def _calendars(answers: Answers, people: Cast) -> None:
    today = day_number(people.today)
    for case in CalendarCases(people.calendar, people.day, today).all():
        value = chosen(32, b"cell value", case.content)
        file = calendarwriter.encrypt(case.content, value)
        _calendar(answers, case, today, value, keycalendar.file_name(value), file)
    for case, value, name, file in file_cases(people.calendar):
        _calendar(answers, case, today, value, name, file)


def _calendar(
    answers: Answers, case: CalendarCase, today: int, value: bytes, name: str, file: bytes
) -> None:
    questions = [f"{day_of_number(day)} {of.hex()}" for day, of in case.questions]
    given = [("cell-value", value.hex()), ("today", day_of_number(today).isoformat())]
    given += [("question", question) for question in questions if case.good]
    outcome = [("expect", "refused")]
    if case.calendar is not None and case.good:
        outcome = calendar_outcome(case.calendar, questions, today)
    fact = f"A calendar {'opens' if case.good else 'is refused'}: {case.label}."
    add(answers, case.label, KnownAnswer("calendar", fact, given, {name: file}, outcome))


def _ledgers(answers: Answers) -> None:
    cases = LedgerCases(KEEPER.signer, VAULT, 3, [])
    for act in ("create", "draw"):
        cases.lines.append(cases.entry(act=act))
    for case in cases.all():
        outcome = [("expect", "refused")]
        if case.counts is not None:
            outcome = [("expect", "believed"), ("counts", "{} {}".format(*case.counts))]
        fact = f"A ledger is {'refused' if case.counts is None else 'believed'}: {case.label}."
        files = {"ledger/acts.jsonl": case.data}
        add(answers, case.label, KnownAnswer("ledger", fact, [("roster", "2")], files, outcome))
