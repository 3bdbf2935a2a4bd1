"""Cards, requests and approvals (their pages), right and wrong."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from vaultreader import canonicaljson
from vaultreader.primitives import blake2b, ed25519_public

from . import signing
from .cast import ANNA, CREATED, EXPIRES, KEEPER, LARA, LENA, LUIS, SERVICE, TEAM, VAULT
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


def card_cases() -> Named:
    """Card, its table."""
    lines = ANNA.card_lines()
    recipient = lines[4]
    for somebody in (ANNA, LENA, TEAM, SERVICE, KEEPER):
        yield _card(f"a {somebody.role}", somebody, True)
    many = [recipient.replace("2026-01-01", f"{2000 + n}-01-01") for n in range(65)]
    right = {
        "the shortest name": ["name: _", *lines[1:]],
        "the longest name": [f"name: {'a' * 100}", *lines[1:]],
        "every character of a name": ["name: az09-_.", *lines[1:]],
        "a recipient for one day": [
            *lines[:4],
            recipient.replace("-01 to -", "-01 to 2026-01-01"),
        ],
        "64 recipients": [*lines[:4], *many[:64]],
        "the first day that there is": [*lines[:4], recipient.replace("2026-01-01", "1970-01-01")],
    }
    for label, changed in right.items():
        yield _card(label, Somebody("anna", "worker", lines=changed), True)
    zero, small = (
        base64.b64encode(bytes(32)).decode(),
        base64.b64encode(b"\1" + bytes(31)).decode(),
    )
    beyond = base64.b64encode((2**255 - 19 + 9).to_bytes(32, "little")).decode()
    top = base64.b64encode((2**255 + 9).to_bytes(32, "little")).decode()
    key = lines[2].removeprefix("record-key: ")
    unused = key[:-2] + chr(ord(key[-2]) + 1) + "="
    wrong: dict[str, list[str]] = {
        "a capital in a name": ["name: Anna", *lines[1:]],
        "a name of 101 characters": [f"name: {'a' * 101}", *lines[1:]],
        "a name that begins with a point": ["name: .anna", *lines[1:]],
        "a name that begins with a hyphen": ["name: -anna", *lines[1:]],
        "a Cyrillic letter in a name": ["name: \u0430nna", *lines[1:]],
        "an empty name": ["name: ", *lines[1:]],
        "a role that there is not": [lines[0], "role: boss", *lines[2:]],
        "no record key": lines[:2] + lines[3:],
        "two record keys": lines[:3] + lines[2:],
        "a service with a record key": [lines[0], "role: service", *lines[2:4]],
        "a service with a recipient": [lines[0], "role: service", *lines[3:]],
        "fields in another order": [lines[1], lines[0], *lines[2:]],
        "a field that is not known": [*lines, "x: y"],
        "an empty line": [*lines, ""],
        "no recipient": lines[:4],
        "65 recipients": [*lines[:4], *many],
        "a recipient twice": [*lines, recipient],
        "recipients that descend": [*lines[:4], many[1], many[0]],
        "a recipient in capitals": [*lines[:4], recipient.replace("age1", "AGE1")],
        "a last day before the first": [*lines[:4], recipient.replace(" to -", " to 2025-12-31")],
        "a space at the end": [*lines[:4], recipient + " "],
        "a space before a value": [lines[0].replace(": ", ":  "), *lines[1:]],
        "no space after the colon": [lines[0].replace(": ", ":"), *lines[1:]],
        "a record key of zeros": [*lines[:2], f"record-key: {zero}", *lines[3:]],
        "a record key of small order": [*lines[:2], f"record-key: {small}", *lines[3:]],
        "a record key that is not reduced": [*lines[:2], f"record-key: {beyond}", *lines[3:]],
        "a record key with its top bit": [*lines[:2], f"record-key: {top}", *lines[3:]],
        "base64 without padding": [*lines[:2], lines[2].rstrip("="), *lines[3:]],
        "base64 with unused bits": [*lines[:2], f"record-key: {unused}", *lines[3:]],
        "a day that there is not": [*lines[:4], recipient.replace("2026-01-01", "2026-02-30")],
        "a day before 1970": [*lines[:4], recipient.replace("2026-01-01", "1969-12-31")],
        "a line separator": [*lines, "age-recipient: x\u2028"],
    }
    for label, changed in wrong.items():
        yield _card(label, Somebody("anna", "worker", lines=changed), False)
    yield from _card_files()


def _card_files() -> Named:
    """The same text in other bytes, each signed as it stands; and signatures."""
    text, signature = ANNA.card, ANNA.card_signature
    context = "transcript-vault card 1"
    for label, changed in {
        "lines that end in CR LF": text.replace(b"\n", b"\r\n"),
        "a byte order mark": b"\xef\xbb\xbf" + text,
        "no line feed at the end": text[:-1],
        "a line feed more": text + b"\n",
        "NUL at the end": text + b"\0",
        "overlong UTF-8": text.replace(b"anna", b"\xc1\xa1nna"),
        "another context line": text.replace(b"card 1", b"card 2"),
        "no byte": b"",
    }.items():
        yield _card_file(label, changed, ANNA.signer.sign(changed, context))
    lines = signature.splitlines(keepends=True)
    other = ANNA.signer.sign(text, "transcript-vault roster 1")
    for label, changed in {
        "signed by somebody else": LENA.signer.sign(text, context),
        "another card's signature": LENA.card_signature,
        "another trusted comment": other,
        "a trusted comment that was changed": signature.replace(b"card 1", b"card 2"),
        "the signature of the untrusted comment's other form": signature.replace(
            b"minisign secret", b"secret"
        ),
        "the legacy algorithm": lines[0]
        + base64.b64encode(b"Ed" + base64.b64decode(lines[1])[2:])
        + b"\n"
        + b"".join(lines[2:]),
        "a global signature of another file": b"".join(
            [*lines[:3], other.splitlines(keepends=True)[3]]
        ),
        "a signature file with CR LF": signature.replace(b"\n", b"\r\n"),
        "a signature file with a line more": signature + b"\n",
        "an empty signature file": b"",
    }.items():
        yield _card_file(label, text, changed)


def _card_file(label: str, text: bytes, signature: bytes) -> tuple[str, KnownAnswer]:
    files = {"x.card": text, "x.card.minisig": signature}
    return label, KnownAnswer(
        "card", f"A card is refused: {label}.", [], files, [("expect", "refused")]
    )


def _card(label: str, of: Somebody, good: bool) -> tuple[str, KnownAnswer]:
    files = {"x.card": of.card, "x.card.minisig": of.card_signature}
    outcome: Fields = [("expect", "refused")]
    if good:
        fields = [line.partition(": ") for line in of.card.decode().splitlines()[1:]]
        first = {name: value for name, _, value in reversed(fields)}
        key = base64.b64decode(first["record-key"]) if "record-key" in first else None
        outcome = [
            ("expect", "accepted"),
            ("name", first["name"]),
            ("role", first["role"]),
            ("digest", of.digest),
            ("key-id", "-" if key is None else blake2b(key, 16).hex()),
            ("signer-id", blake2b(ed25519_public(of.signer.seed), 16).hex()),
        ]
    fact = f"A card is {'accepted' if good else 'refused'}: {label}."
    return label, KnownAnswer("card", fact, [], files, outcome)


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
        leads: int | None = None,
        act: tuple[str, list[str]] = sweep,
        subject: str = "sweep",
    ) -> tuple[str, KnownAnswer]:
        fields: Fields = [("roster", "2"), ("subject", subject), ("act", act[0])]
        fields += [("target", target) for target in act[1]]
        fields += [("request", REQUEST), ("moment", moment)]
        files = {}
        for number, item in enumerate(given, start=1):
            files[f"{number}.approval"] = item["text"].encode()
            files[f"{number}.approval.minisig"] = item["signature"].encode()
        outcome: Fields = [("expect", "refused" if leads is None else "approved")]
        if leads is not None:
            outcome.append(("leads", str(leads)))
        fact = f"Approvals are {'refused' if leads is None else 'enough'}: {label}."
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
