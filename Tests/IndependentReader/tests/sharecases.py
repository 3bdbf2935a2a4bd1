"""Statements and consents (their pages), right and wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vaultreader import acts, age, canonicaljson

from .bundling import statement_lines, statement_text
from .cast import ANNA, CREATED, TEAM
from .chosen import secret
from .knownanswer import Fields, KnownAnswer

Named = Iterator[tuple[str, KnownAnswer]]
TRANSCRIPT = b"".join(
    b'{"v":1,"kind":"message","conversation":"x","id":"%d"}\n' % number for number in range(11)
)


def right_consent() -> dict[str, Any]:
    """A consent to a copy for the team of the tests."""
    return {
        "type": acts.CONSENT,
        "id": "12" * 16,
        "conversation": "34" * 16,
        "state": "given",
        "previous": None,
        "pseudonym": "Bluebird",
        "real_name": "Robin Example",
        "expressed_by": "the young person",
        "expressed_how": "in the chat",
        "evidence": {
            "asked": "1",
            "asked_digest": "00" * 32,
            "answered": "2",
            "answered_digest": "11" * 32,
            "answer": "yes",
        },
        "notice": {"version": "1", "language": "en", "text": "We send a copy."},
        "understanding": "said it back",
        "purpose": "support at home",
        "scope": {"from": 1, "to": 11, "redacted": [], "includes_internal": False, "digest": ""},
        "recipient": {"team": TEAM.name, "card": TEAM.digest, "contact": "room 2"},
        "lawful_basis": "consent",
        "given_at": "2026-11-25T10:00:00Z",
        "valid_until": "2026-12-12",
        "copy_expires": "2027-05-27",
        "how_to_withdraw": "in the chat",
        "withdrawal_explained": True,
        "may_be_counted": False,
    }


def statement_cases() -> Named:
    """Statement, its table."""
    consent = canonicaljson.encode(right_consent())
    recipient = TEAM.recipient
    sender = (ANNA.name, ANNA.signer)
    fields = statement_lines(consent, TRANSCRIPT, sender, [recipient], (2, "ab" * 32), CREATED)
    right = statement_text(fields)
    others = sorted(age.recipient(secret(f"recipient {n}")) for n in range(65))

    def case(label: str, text: bytes, good: bool = False) -> tuple[str, KnownAnswer]:
        outcome: Fields = [("expect", "refused")]
        if good:
            lines = [line.partition(": ") for line in text.decode().splitlines()[1:]]
            outcome = [("expect", "accepted")]
            outcome += [
                (n, v) for n, _, v in lines if n in ("bundle", "events", "retain-until", "created")
            ]
        fact = f"A statement is {'accepted' if good else 'refused'}: {label}."
        return label, KnownAnswer("statement", fact, [], {"statement.txt": text}, outcome)

    def put(name: str, *values: str) -> bytes:
        changed: Fields = []
        for field, value in fields:
            if field != name:
                changed.append((field, value))
            elif values:
                changed += [(name, item) for item in values]
                values = ()
        return statement_text(changed)

    yield case("right", right, True)
    yield case("lines up to 2^63 - 1", put("events", f"1-{2**63 - 1}"), True)
    yield case("64 recipients", put("recipient", *others[:64]), True)
    yield case("one line", put("events", "7-7"), True)
    yield case(
        "a purpose in any script", put("purpose", "\u0418\u0433\u0440\u0430 \U0001f600"), True
    )
    long = "x" * (65_536 - len(put("purpose", "")))
    for code in (0xA0, 0x200B, 0x200E, 0x2060, 0xE000, 0xFFFD, 0xFFFE, 0x10FFFF):
        yield case(f"U+{code:04X} in the purpose", put("purpose", f"a{chr(code)}b"), True)
    for code in (
        0,
        9,
        0x1F,
        0x7F,
        0x80,
        0x85,
        0x9F,
        0x2028,
        0x2029,
        0x202A,
        0x2066,
        0x2069,
        0xFEFF,
    ):
        yield case(f"U+{code:04X} in the purpose, refused", put("purpose", f"a{chr(code)}b"))
    yield case("a purpose in decomposed characters", put("purpose", "e\u0301"), True)
    yield case("a colon in the purpose", put("purpose", "a: b"), True)
    yield case("a purpose of U+00A0", put("purpose", "\u00a0"), True)
    yield case("as long as signed text may be", put("purpose", long), True)
    yield case("a byte longer", put("purpose", long + "x"))
    file, second = (value for name, value in fields if name == "file")
    for label, text in {
        "65 recipients": put("recipient", *others),
        "no recipient": put("recipient"),
        "a recipient twice": put("recipient", recipient, recipient),
        "recipients that descend": put("recipient", *others[1::-1]),
        "a recipient that is none": put("recipient", "age1x"),
        "a recipient of a plugin": put("recipient", "age1yubikey1" + "q" * 50),
        "a name that is none": put("from", f"Anna {ANNA.signer.text}"),
        "a sender without a key": put("from", "anna"),
        "a sender's key with a word more": put("from", f"anna {ANNA.signer.text} x"),
        "a roster without its digest": put("roster", "2"),
        "a roster's number below 0": put("roster", "-1 " + "ab" * 32),
        "a roster's number with a leading zero": put("roster", "02 " + "ab" * 32),
        "a roster's digest in capitals": put("roster", "2 " + "AB" * 32),
        "events from line 0": put("events", "0-11"),
        "events backwards": put("events", "9-3"),
        "events with a leading zero": put("events", "1-011"),
        "events with a sign": put("events", "+1-11"),
        "one file": put("file", file),
        "three files": put("file", file, second, second),
        "the files in another order": put("file", second, file),
        "a file of another name": put("file", file, second.replace("transcript", "events")),
        "a file's length with a leading zero": put("file", file.replace(" ", " 0", 1), second),
        "a file of 2^63 bytes": put(
            "file", file.replace(file.split(" ")[1], str(2**63), 1), second
        ),
        "a file below 0 bytes": put("file", file.replace(" ", " -", 1), second),
        "an event that is beyond 2^63": put("events", f"1-{2**63}"),
        "a file's digest cut short": put("file", file[:-1], second),
        "two spaces in a file": put("file", file.replace(" ", "  ", 1), second),
        "a day that there is not": put("retain-until", "2027-02-29"),
        "a moment without seconds": put("created", "2026-11-20T10:00Z"),
        "a moment in small letters": put("created", "2026-11-20t10:00:00z"),
        "a leap second": put("created", "2016-12-31T23:59:60Z"),
        "a previous statement": put("previous", "ab" * 16),
        "no purpose": put("purpose"),
        "an empty purpose": put("purpose", ""),
        "a purpose of two lines": put("purpose", "a\rb"),
        "a purpose that turns the line round": put("purpose", "a\u202eb"),
        "a purpose that ends with a space": put("purpose", "a "),
        "a field more": statement_text([*fields, ("x", "y")]),
        "a field twice": statement_text([fields[0], *fields]),
        "fields in another order": statement_text([fields[1], fields[0], *fields[2:]]),
        "another context line": right.replace(b"statement 1", b"statement 2"),
        "CR LF": right.replace(b"\n", b"\r\n"),
        "no line feed at the end": right[:-1],
        "NUL": right.replace(b"support", b"supp\0rt"),
        "overlong UTF-8": right.replace(b"support", b"supp\xc0\xafrt"),
        "half of a surrogate pair": right.replace(b"support", b"supp\xed\xa0\x80rt"),
    }.items():
        yield case(label, text)


NAMES = {
    "a letter": ("x", True),
    "a letter of China": ("\u5b57", True),
    "a modifier letter": ("\u02b0", True),
    "an ordinal indicator": ("\u00aa", True),
    "a full-width letter": ("\uff32obin", True),
    "nothing": ("", False),
    "a space": (" ", False),
    "digits": ("123", False),
    "a Hangul filler": ("\u3164", False),
    "a Hangul filler in front": ("\u115f", False),
    "a picture": ("\U0001f600", False),
    "a space of no width": ("\u200b", False),
    "a Roman numeral": ("\u2167", False),
    "an inherent vowel": ("\u17b4", False),
    "a half-width filler": ("\uffa0", False),
}


def consent_cases() -> Named:
    """Acts, "Consent": the one form, and whether the real name is one."""

    def case(label: str, line: bytes, real: bool | None = None) -> tuple[str, KnownAnswer]:
        outcome: Fields = [("expect", "passed-over")]
        if real is not None:
            outcome = [("expect", "accepted"), ("real-name", "yes" if real else "no")]
        fact = f"A line is {'a consent' if real is not None else 'no consent'}: {label}."
        return label, KnownAnswer("consent", fact, [], {"line": line}, outcome)

    value = right_consent()
    right = canonicaljson.encode(value)

    def put(**changes: Any) -> bytes:
        return canonicaljson.encode({**value, **changes})

    yield case("right", right, True)
    for label, (name, good) in NAMES.items():
        yield case(f"real name: {label}", put(real_name=name), good)
    for state in ("asked", "refused", "withdrawn", "expired"):
        yield case(f"state {state}", put(state=state), True)
    awkward = put(pseudonym='\u0000\u001f"\\/\u007f\u2028\U0001f600', purpose="\u0008\t\n\u000c\r")
    yield case("every kind of escape", awkward, True)
    yield case("the greatest integer", put(scope={**value["scope"], "to": 2**53 - 1}), True)
    least = -(2**53 - 1)
    yield case("the least integer", put(scope={**value["scope"], "from": least}), True)
    for code in (0x7F, 0x85, 0xA0, 0x2029, 0xE000, 0xFFFE, 0xFFFF, 0x10FFFF):
        yield case(f"U+{code:04X} in a string", put(pseudonym=f"a{chr(code)}b"), True)
    yield case("decomposed characters", put(pseudonym="e\u0301"), True)
    yield case("a negative line", put(scope={**value["scope"], "from": -1}), True)
    without = {name: item for name, item in value.items() if name != "previous"}
    for label, line in {
        "no byte": b"",
        "no JSON": b"x",
        "an array": b"[]",
        "another type": put(type="transcript-vault consent 2"),
        "a key more": put(x=1),
        "a key is missing": canonicaljson.encode(without),
        "a line feed at the end": right + b"\n",
        "a space": right.replace(b":", b": ", 1),
        "CR at the end": right + b"\r",
        "a byte order mark": b"\xef\xbb\xbf" + right,
        "a key twice": right.replace(b'{"conv', b'{"copy_expires":"2027-05-27","conv', 1),
        "keys in another order": json.dumps(value, separators=(",", ":")).encode(),
        "an escape that is not needed": right.replace(b"Robin", b"\\u0052obin"),
        "an escaped solidus": right.replace(b"Robin", b"\\/obin"),
        "an escape in capitals": put(pseudonym="\u001f").replace(b"\\u001f", b"\\u001F"),
        "1.0 for 1": right.replace(b'"from":1', b'"from":1.0'),
        "1e0 for 1": right.replace(b'"from":1', b'"from":1e0'),
        "-0": right.replace(b'"from":1', b'"from":-0'),
        "an integer below -2^53": right.replace(b'"from":1', b'"from":-9007199254740992'),
        "an integer of 40 digits": right.replace(b'"from":1', b'"from":' + b"1" * 40),
        "a leading zero": right.replace(b'"from":1', b'"from":01'),
        "a plus": right.replace(b'"from":1', b'"from":+1'),
        "an escaped DEL": put(pseudonym="\x7f").replace(b"\x7f", b"\\u007f"),
        "an escaped separator": put(pseudonym="\u2028").replace("\u2028".encode(), b"\\u2028"),
        "a long escape for a short one": put(pseudonym="\n").replace(b"\\n", b"\\u000a"),
        "a raw tab": put(pseudonym="\t").replace(b"\\t", b"\t"),
        "an object for a string": put(pseudonym={}),
        "a key within a key more": put(recipient={**value["recipient"], "x": ""}),
        "redacted missing": put(
            scope={n: v for n, v in value["scope"].items() if n != "redacted"}
        ),
        "null for redacted": put(scope={**value["scope"], "redacted": None}),
        "two lines": right + b"\n" + right,
        "an integer beyond 2^53": right.replace(b'"from":1', b'"from":9007199254740992'),
        "a number for a string": put(pseudonym=5),
        "null for a string": put(pseudonym=None),
        "1 for true": put(withdrawal_explained=1),
        "a state that is not known": put(state="x"),
        "a number in previous": put(previous=5),
        "a string in redacted": put(scope={**value["scope"], "redacted": ["1"]}),
        "a fraction in redacted": right.replace(b'"redacted":[]', b'"redacted":[1.5]'),
        "NUL after the end": right + b"\0",
        "overlong UTF-8": right.replace(b"Robin", b"\xc1\x92obin"),
        "half of a surrogate pair": right.replace(b"Robin", b"\\ud800obin"),
    }.items():
        yield case(label, line)
