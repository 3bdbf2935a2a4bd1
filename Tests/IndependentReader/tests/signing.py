"""Makes keys, cards, approvals and rosters from the pages, right and wrong."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import nacl.bindings as sodium

from vaultreader import age, canonicaljson
from vaultreader.primitives import blake2b, ed25519_public, sha256, x25519_public

from .chosen import secret


@dataclass
class Signer:
    """A minisign key pair (Minisign)."""

    seed: bytes

    @property
    def public(self) -> bytes:
        """The Ed25519 key."""
        return ed25519_public(self.seed)

    @property
    def key_id(self) -> bytes:
        """The hint."""
        return blake2b(self.public, 8)

    @property
    def text(self) -> str:
        """The public key in base64."""
        return base64.b64encode(b"Ed" + self.key_id + self.public).decode()

    @property
    def pub_file(self) -> bytes:
        """The .pub file."""
        number = int.from_bytes(self.key_id, "little")
        return f"untrusted comment: minisign public key {number:X}\n{self.text}\n".encode()

    def sign_raw(self, message: bytes) -> bytes:
        """Ed25519."""
        _, key = sodium.crypto_sign_seed_keypair(self.seed)
        return sodium.crypto_sign(message, key)[:64]

    def sign(self, file: bytes, comment: str) -> bytes:
        """The .minisig file."""
        signature = self.sign_raw(blake2b(file, 64))
        overall = self.sign_raw(signature + comment.encode())
        return (
            "untrusted comment: signature from minisign secret key\n"
            f"{base64.b64encode(b'ED' + self.key_id + signature).decode()}\n"
            f"trusted comment: {comment}\n"
            f"{base64.b64encode(overall).decode()}\n"
        ).encode()


@dataclass
class Somebody:
    """Somebody with keys of their own, and a card."""

    name: str
    role: str
    signer: Signer = field(init=False)
    record_secret: bytes = field(init=False)
    age_secret: bytes = field(init=False)
    lines: list[str] | None = None

    def __post_init__(self) -> None:
        self.signer = Signer(secret(f"{self.name} signs"))
        self.record_secret = secret(f"{self.name} opens")
        self.age_secret = secret(f"{self.name} receives")

    @property
    def record_public(self) -> bytes:
        """The key that records are sealed to."""
        return x25519_public(self.record_secret)

    @property
    def recipient(self) -> str:
        """The age recipient."""
        return age.recipient(self.age_secret)

    @property
    def card(self) -> bytes:
        """The card's text."""
        lines = ["transcript-vault card 1", *(self.lines or self.card_lines())]
        return "".join(line + "\n" for line in lines).encode()

    def card_lines(self) -> list[str]:
        """The lines of a right card, without the context line."""
        lines = [f"name: {self.name}", f"role: {self.role}"]
        person = self.role in ("worker", "lead", "team")
        if person:
            key = base64.b64encode(self.record_public).decode()
            lines.append(f"record-key: {key}")
        lines.append(f"signing-key: {self.signer.text}")
        if person:
            lines.append(f"age-recipient: {self.recipient} from 2026-01-01 to -")
        return lines

    @property
    def card_signature(self) -> bytes:
        """The card's signature."""
        return self.signer.sign(self.card, "transcript-vault card 1")

    @property
    def digest(self) -> str:
        """The card's digest."""
        return blake2b(self.card, 32).hex()

    def entry(self, valid_from: str, valid_to: str | None = None) -> dict[str, Any]:
        """The entry of a roster."""
        return {
            "card": self.card.decode(),
            "signature": self.card_signature.decode(),
            "valid_from": valid_from,
            "valid_to": valid_to,
        }


def approval(
    by: Somebody, act: str, targets: list[str], vault: str, request: str, expires: str
) -> dict[str, str]:
    """An approval as a roster holds it."""
    lines = ["transcript-vault approval 1", f"act: {act}"]
    lines += [f"target: {target}" for target in targets]
    lines += [f"vault: {vault}", f"request: {request}", f"expires: {expires}"]
    text = "".join(line + "\n" for line in lines)
    signature = by.signer.sign(text.encode(), "transcript-vault approval 1")
    return {"signature": signature.decode(), "text": text}


def roster_file(value: dict[str, Any]) -> bytes:
    """A roster's file."""
    return canonicaljson.encode(value) + b"\n"


def first_roster(vault: str, created: str, people: list[Somebody]) -> dict[str, Any]:
    """A right first roster."""
    return {
        "type": "transcript-vault roster 1",
        "vault": vault,
        "organisation": "The Example",
        "number": 1,
        "created": created,
        "predecessor": None,
        "policy": {
            "notices": [],
            "replicas": [],
            "retention": {"default": "P1Y", "disclosure": "P7Y"},
        },
        "entries": [person.entry(created[:10]) for person in people],
        "approvals": [],
    }


def next_roster(
    before: dict[str, Any],
    created: str,
    expires: str,
    enrolled: list[Somebody],
    retired: list[str] = [],
    leads: list[Somebody] = [],
) -> dict[str, Any]:
    """A right roster that follows, approved by some leads."""
    day = created[:10]
    entries = []
    digests = []
    for entry in before["entries"]:
        entry = dict(entry)
        name = entry["card"].split("\n")[1].removeprefix("name: ")
        if name in retired and entry["valid_to"] is None:
            entry["valid_to"] = day
            digests.append(blake2b(entry["card"].encode(), 32).hex())
        entries.append(entry)
    digest = sha256(roster_file(before))
    changes = (
        ("enrol", sorted(person.digest for person in enrolled)),
        ("retire", sorted(digests)),
    )
    return {
        **before,
        "number": before["number"] + 1,
        "created": created,
        "predecessor": digest.hex(),
        "entries": entries + [person.entry(day) for person in enrolled],
        "approvals": [
            approval(lead, act, targets, before["vault"], digest.hex()[:32], expires)
            for act, targets in changes
            if targets
            for lead in leads
        ],
    }
