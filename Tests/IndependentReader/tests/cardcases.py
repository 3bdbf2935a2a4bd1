"""Cards (Card), right and wrong."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from vaultreader.primitives import blake2b, ed25519_public

from .cast import ANNA, KEEPER, LENA, SERVICE, TEAM
from .knownanswer import Fields, KnownAnswer
from .signing import Signer, Somebody

Named = Iterator[tuple[str, KnownAnswer]]


def card_cases() -> Named:
    """Card, its table."""
    lines = ANNA.card_lines()
    recipient = lines[4]
    for somebody in (ANNA, LENA, TEAM, SERVICE, KEEPER):
        yield _card(f"a {somebody.role}", somebody, True)
    many = [recipient.replace("2026-01-01", f"{2000 + n}-01-01") for n in range(65)]
    raw = b"Ed" + bytes(8) + b"\1" + bytes(31)
    small_order = base64.b64encode(raw).decode()
    legacy = base64.b64encode(b"ED" + base64.b64decode(ANNA.signer.text)[2:]).decode()
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
    yield _card("a key id that the minisign program drew", _drawn(lines), True)
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
        "a signing key of small order": [*lines[:3], f"signing-key: {small_order}", *lines[4:]],
        "a signing key of another algorithm": [*lines[:3], f"signing-key: {legacy}", *lines[4:]],
        "a last day that is none": [*lines[:4], recipient.replace(" to -", " to -1")],
        "no last day": [*lines[:4], recipient.replace(" to -", "")],
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
        "another key id in the signature": _signature(signature, 2, b"x" * 8),
        "a signature whose scalar is not reduced": _signature(
            signature, 42, _not_reduced(signature)
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


def _drawn(lines: list[str]) -> Somebody:
    """Somebody whose key id is not derived from the key."""
    somebody = Somebody("anna", "worker")
    somebody.signer = _Drawn(somebody.signer.seed)
    somebody.lines = [*lines[:3], f"signing-key: {somebody.signer.text}", *lines[4:]]
    return somebody


class _Drawn(Signer):
    @property
    def key_id(self) -> bytes:
        """As the minisign program draws it."""
        return bytes(range(8))


def _signature(file: bytes, place: int, data: bytes) -> bytes:
    """A signature file with other bytes in its second line."""
    lines = file.splitlines(keepends=True)
    signed = bytearray(base64.b64decode(lines[1]))
    signed[place : place + len(data)] = data
    return lines[0] + base64.b64encode(signed) + b"\n" + b"".join(lines[2:])


def _not_reduced(file: bytes) -> bytes:
    """The second half of an Ed25519 signature, with the order of the group added to it."""
    scalar = base64.b64decode(file.splitlines()[1])[42:]
    order = 2**252 + 27742317777372353535851937790883648493
    return (int.from_bytes(scalar, "little") + order).to_bytes(32, "little")


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
