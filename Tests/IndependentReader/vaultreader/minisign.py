"""Public keys and signature files (Minisign)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .primitives import blake2b, ed25519_verifies
from .refusal import Answer, Refusal, require
from .values import parse_base64

PUB_LIMIT_BYTES = 128
SIGNATURE_LIMIT_BYTES = 1_024
_UNTRUSTED = "untrusted comment: signature from minisign secret key"
_TRUSTED = "trusted comment: "
_CONTROLS = re.compile("[\u0000-\u0008\u000a-\u001f\u007f-\u009f]")


@dataclass(frozen=True)
class PublicKey:
    """A minisign public key: its hint and the Ed25519 key (Minisign)."""

    key_id: bytes
    ed25519: bytes

    @property
    def signer_id(self) -> bytes:
        """BLAKE2b-128 of the Ed25519 key (Card, "Derived from it")."""
        return blake2b(self.ed25519, 16)


@dataclass(frozen=True)
class SignatureFile:
    """A signature file, taken apart."""

    key_id: bytes
    signature: bytes
    comment: bytes
    global_signature: bytes


def parse_public_key(text: str) -> PublicKey:
    """A public key in base64, 56 characters."""
    data = parse_base64(text, 42, "a minisign public key")
    require(data[:2] == b"Ed", Answer.FORM, "a public key of another algorithm")
    return PublicKey(key_id=data[2:10], ed25519=data[10:])


def parse_public_key_file(data: bytes) -> PublicKey:
    """A .pub file."""
    require(len(data) <= PUB_LIMIT_BYTES, Answer.FORM, "a .pub file is too long")
    lines = _lines(data, 2)
    key = parse_public_key(lines[1])
    number = int.from_bytes(key.key_id, "little")
    require(
        lines[0] == f"untrusted comment: minisign public key {number:X}",
        Answer.FORM,
        "the first line of a .pub file",
    )
    return key


def parse_signature_file(data: bytes) -> SignatureFile:
    """A .minisig file."""
    require(len(data) <= SIGNATURE_LIMIT_BYTES, Answer.FORM, "a signature is too long")
    lines = _lines(data, 4)
    require(lines[0] == _UNTRUSTED, Answer.FORM, "a signature's first line")
    first = parse_base64(lines[1], 74, "a signature")
    require(first[:2] == b"ED", Answer.FORM, "a signature of another algorithm")
    require(lines[2].startswith(_TRUSTED), Answer.FORM, "a signature's third line")
    comment = lines[2].removeprefix(_TRUSTED)
    require(
        1 <= len(comment.encode()) <= 512 and _CONTROLS.search(comment) is None,
        Answer.FORM,
        "a trusted comment",
    )
    return SignatureFile(
        key_id=first[2:10],
        signature=first[10:],
        comment=comment.encode(),
        global_signature=parse_base64(lines[3], 64, "a global signature"),
    )


def verify(file: bytes, signature_file: bytes, key: PublicKey, comment: str) -> None:
    """Minisign, "Verification". Whatever fails, the answer is the same."""
    try:
        parsed = parse_signature_file(signature_file)
    except Refusal as refusal:
        raise Refusal(Answer.SIGNATURE, refusal.rule) from refusal
    good = (
        parsed.key_id == key.key_id
        and parsed.comment == comment.encode()
        and ed25519_verifies(parsed.signature, blake2b(file, 64), key.ed25519)
        and ed25519_verifies(
            parsed.global_signature, parsed.signature + parsed.comment, key.ed25519
        )
    )
    require(good, Answer.SIGNATURE, f"minisign: {comment}")


def _lines(data: bytes, count: int) -> list[str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(Answer.FORM, "minisign: not UTF-8") from error
    lines = text.split("\n")
    require(
        len(lines) == count + 1 and lines[-1] == "", Answer.FORM, f"minisign: not {count} lines"
    )
    return lines[:-1]
