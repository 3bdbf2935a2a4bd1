"""Requests and approvals (Approval), right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vaultreader import canonicaljson
from vaultreader.primitives import blake2b

from . import signing
from .cast import ANNA, BEN, CREATED, EXPIRES, LARA, LENA, LUIS, SERVICE, TEAM, VAULT
from .knownanswer import Fields, KnownAnswer
from .signing import Somebody

Named = Iterator[tuple[str, KnownAnswer]]
REQUEST = "cd" * 16
RECORD = f"{VAULT} expiring 2027-06-30"
HEAD = f"{REQUEST} expiring 2027-06-30"

# What may be approved, and what may not: Approval, the tables of targets and of their words.
GOOD_TARGETS: tuple[tuple[str, str, list[str]], ...] = (
    ("a sweep", "sweep", ["2027-01-01"]),
    ("an enrolment", "enrol", ["ab" * 32]),
    ("64 enrolments", "enrol", [f"{n:064x}" for n in range(64)]),
    ("an erasure", "erase", [RECORD]),
    ("an erasure that names the holder", "erase", [f"{RECORD} holder {REQUEST}"]),
    ("32 erasures", "erase", [f"{n:032x} expiring 2027-06-30" for n in range(32)]),
    ("one conversation on two days", "erase", [RECORD, RECORD.replace("06-30", "07-01")]),
    ("a hold", "hold", [f"{RECORD} until 2027-07-01"]),
    ("a longer hold", "hold", [f"{RECORD} until 2027-07-02 now 2027-07-01"]),
    ("a release", "release", [f"{RECORD} until 2027-07-01"]),
    ("a class", "change-class", [f"{RECORD} class disclosure until 2033-07-01 reason inquiry"]),
    (
        "a class that ends",
        "change-class",
        [f"{RECORD} class standard until 2033-07-01 reason mistake"],
    ),
)
BAD_TARGETS: tuple[tuple[str, str, list[str]], ...] = (
    ("two days to sweep", "sweep", ["2027-01-01", "2027-01-02"]),
    ("a day that there is not", "sweep", ["2027-02-29"]),
    ("no target", "enrol", []),
    ("65 enrolments", "enrol", [f"{n:064x}" for n in range(65)]),
    ("33 erasures", "erase", [f"{n:032x} expiring 2027-06-30" for n in range(33)]),
    ("a digest in capitals", "enrol", ["AB" * 32]),
    ("targets that descend", "enrol", ["cd" * 32, "ab" * 32]),
    ("a target twice", "enrol", ["ab" * 32, "ab" * 32]),
    ("a conversation without its day", "erase", [VAULT]),
    ("an expiry day that there is not", "erase", [RECORD.replace("06-30", "06-31")]),
    ("two spaces", "erase", [f"{RECORD}  holder {REQUEST}"]),
    ("conversations that descend", "erase", [HEAD, RECORD]),
    ("a conversation twice", "erase", [RECORD, RECORD]),
    (
        "a conversation twice, once with its holder",
        "erase",
        [RECORD, f"{RECORD} holder {REQUEST}"],
    ),
    ("a hold without its end", "hold", [RECORD]),
    ("a hold until a day that there is not", "hold", [f"{RECORD} until 2027-02-30"]),
    ("a hold that gets no longer", "hold", [f"{RECORD} until 2027-07-01 now 2027-07-01"]),
    ("a release with a word of a hold", "release", [f"{RECORD} until 2027-07-01 now 2027-06-01"]),
    (
        "a reason of another class",
        "change-class",
        [f"{RECORD} class disclosure until 2033-07-01 reason ended"],
    ),
    (
        "a class that nobody gives",
        "change-class",
        [f"{RECORD} class held until 2033-07-01 reason inquiry"],
    ),
    (
        "words in another order",
        "change-class",
        [f"{RECORD} until 2033-07-01 class disclosure reason inquiry"],
    ),
    ("an act that is reserved", "remove-cell", [VAULT]),
    ("an act that is not known", "dance", [VAULT]),
)


def request_cases() -> Named:
    """Approval, "Request"."""

    def case(label: str, file: bytes, act: str | None = None) -> tuple[str, KnownAnswer]:
        outcome: Fields = [("expect", "refused" if act is None else "accepted")]
        if act is not None:
            outcome.append(("act", act))
        fact = f"A request is {'refused' if act is None else 'accepted'}: {label}."
        return label, KnownAnswer("request", fact, [], {"request": file}, outcome)

    def request(act: str, targets: list[str], *cards: Somebody, **changes: Any) -> bytes:
        value = {
            "type": "transcript-vault request 1",
            "act": act,
            "vault": VAULT,
            "request": REQUEST,
            "expires": EXPIRES,
            "targets": targets,
            "cards": [
                {"card": of.card.decode(), "signature": of.card_signature.decode()} for of in cards
            ],
        }
        return canonicaljson.encode({**value, **changes}) + b"\n"

    for label, act, targets in GOOD_TARGETS:
        if act != "enrol":
            yield case(label, request(act, targets), act)
    for label, act, targets in BAD_TARGETS:
        yield case(label, request(act, targets))
    right = request("enrol", [SERVICE.digest], SERVICE)
    yield case("an enrolment", right, "enrol")
    two = sorted((SERVICE, ANNA), key=lambda person: person.digest)
    yield case("two enrolments", request("enrol", [of.digest for of in two], *two), "enrol")
    yield case("cards in another order", request("enrol", [of.digest for of in two], *two[::-1]))
    yield case("another card", request("enrol", [ANNA.digest], SERVICE))
    yield case("no card", request("enrol", [SERVICE.digest]))
    yield case("a card for another act", request("retire", [SERVICE.digest], SERVICE))
    forged = {"card": SERVICE.card.decode(), "signature": ANNA.card_signature.decode()}
    yield case(
        "a card that somebody else signed", request("enrol", [SERVICE.digest], cards=[forged])
    )
    yield case("a key more", request("sweep", ["2027-01-01"], x=1))
    yield case("another type", request("sweep", ["2027-01-01"], type="transcript-vault request 2"))
    yield case(
        "a moment with a fraction",
        request("sweep", ["2027-01-01"], expires="2026-11-30T10:00:00.0Z"),
    )
    yield case("an id in capitals", request("sweep", ["2027-01-01"], request="CD" * 16))
    yield case("no line feed", right[:-1])
    yield case("CR LF", right[:-1] + b"\r\n")
    yield case("a space", right.replace(b'":', b'": ', 1))
    yield case("a key twice", right.replace(b'{"act":', b'{"act":"enrol","act":', 1))
    yield case("an escape that is not needed", right.replace(b'"act"', b'"\\u0061ct"', 1))


def approvals_cases() -> Named:
    """Approval, rules 1 to 5 and the table, for acts of the keeper."""
    moment = CREATED
    sweep = ("sweep", ["2027-01-01"])

    def case(
        label: str,
        given: list[dict[str, str]],
        signers: int | None = None,
        act: tuple[str, list[str]] = sweep,
        subject: str = "sweep",
        holder: Somebody | None = None,
    ) -> tuple[str, KnownAnswer]:
        fields: Fields = [("roster", "2"), ("subject", subject), ("act", act[0])]
        if holder is not None:
            fields.append(("holder", blake2b(holder.record_public, 16).hex()))
        fields += [("target", target) for target in act[1]]
        fields += [("request", REQUEST), ("moment", moment)]
        files = {}
        for number, item in enumerate(given, start=1):
            files[f"{number}.approval"] = item["text"].encode()
            files[f"{number}.approval.minisig"] = item["signature"].encode()
        outcome: Fields = [("expect", "refused" if signers is None else "approved")]
        if signers is not None:
            outcome.append(("signers", str(signers)))
        fact = f"Approvals are {'refused' if signers is None else 'enough'}: {label}."
        return label, KnownAnswer("approvals", fact, fields, files, outcome)

    def by(of: Somebody, act: tuple[str, list[str]] = sweep, **changes: str) -> dict[str, str]:
        values = {"vault": VAULT, "request": REQUEST, "expires": EXPIRES, **changes}
        return signing.approval(of, act[0], act[1], **values)

    yield case("two leads", [by(LENA), by(LUIS)], 2)
    yield case("three leads", [by(LENA), by(LUIS), by(LARA)], 3)
    yield case("one lead", [by(LENA)])
    yield case("nobody", [])
    yield case("one lead twice", [by(LENA), by(LENA)])
    yield case("one lead twice, and another", [by(LENA), by(LENA), by(LUIS)])
    yield case("a lead and a worker", [by(LENA), by(ANNA)])
    yield case("a lead and a stranger", [by(LENA), by(Somebody("mallory", "lead"))])
    for label, changes in (
        ("of another vault", {"vault": "cd" * 16}),
        ("of another request", {"request": "ab" * 16}),
        ("expired at that moment", {"expires": moment}),
        ("for 31 days and a second", {"expires": "2026-12-21T10:00:01Z"}),
    ):
        yield case(f"one of two {label}", [by(LENA), by(LUIS, **changes)])
        yield case(
            f"two are enough, a third is {label}", [by(LENA), by(LUIS), by(LARA, **changes)]
        )
    yield case("not expired by a second", [by(LENA), by(LUIS, expires="2026-11-20T10:00:01Z")], 2)
    yield case("for 31 days", [by(LENA), by(LUIS, expires="2026-12-21T10:00:00Z")], 2)
    yield case("of another day", [by(LENA), by(LUIS, ("sweep", ["2027-01-02"]))])
    yield case("of another act", [by(LENA), by(LUIS, ("enrol", ["ab" * 32]))])
    changed = by(LUIS)
    changed["text"] = changed["text"].replace("2027-01-01", "2027-01-02")
    yield case("changed after it was signed", [by(LENA), changed])
    swapped = {
        **by(LUIS),
        "signature": signing.Signer(LUIS.signer.seed)
        .sign(by(LUIS)["text"].encode(), "transcript-vault card 1")
        .decode(),
    }
    yield case("signed for another purpose", [by(LENA), swapped])
    for label, act, targets in GOOD_TARGETS:
        if act not in ("enrol", "retire"):
            subject = {"sweep": "sweep", "hold": "long-hold"}.get(act, act)
            yield case(
                f"two leads: {label}",
                [by(of, (act, targets)) for of in (LENA, LUIS)],
                2,
                (act, targets),
                subject,
            )
    for label, act, targets in BAD_TARGETS:
        if act not in ("enrol", "retire", "dance", "remove-cell"):
            subject = {"sweep": "sweep", "hold": "long-hold"}.get(act, act)
            yield case(
                f"two leads: {label}",
                [by(of, (act, targets)) for of in (LENA, LUIS)],
                None,
                (act, targets),
                subject,
            )
    hold = ("hold", [f"{RECORD} until 2027-07-01"])
    yield case("one lead for a short hold", [by(LENA, hold)], 1, hold, "short-hold")
    yield case("one lead for a long hold", [by(LENA, hold)], None, hold, "long-hold")
    erase = ("erase", [RECORD])
    for label, people, signers, subject, holder in (
        ("the holder and a lead", (ANNA, LENA), 2, "erase", ANNA),
        ("the holder and three leads", (ANNA, LENA, LUIS, LARA), 4, "erase", ANNA),
        ("the holder alone", (ANNA,), None, "erase", ANNA),
        ("a lead alone, where there is a holder", (LENA,), None, "erase", ANNA),
        ("a worker and a lead, where there is no holder", (ANNA, LENA), None, "erase", None),
        (
            "a worker and a lead, where somebody else is the holder",
            (BEN, LENA),
            None,
            "erase",
            ANNA,
        ),
        ("the holder is a lead, and another lead", (LENA, LUIS), 2, "erase", LENA),
        ("the holder is a lead, alone", (LENA,), None, "erase", LENA),
        ("a team for its own copy", (TEAM,), 1, "erase-copy", TEAM),
        ("a team for what is no copy", (TEAM,), None, "erase", TEAM),
        ("two leads for a team's copy", (LENA, LUIS), 2, "erase-copy", TEAM),
        ("a lead for a team's copy", (LENA,), None, "erase-copy", TEAM),
        ("a worker for a team's copy", (ANNA,), None, "erase-copy", TEAM),
    ):
        yield case(label, [by(of, erase) for of in people], signers, erase, subject, holder)
    for label, act, subject in (("short", hold, "short-hold"), ("long", hold, "long-hold")):
        given = [by(of, act) for of in (ANNA, LENA)]
        yield case(f"the holder and a lead for a {label} hold", given, None, act, subject, ANNA)
