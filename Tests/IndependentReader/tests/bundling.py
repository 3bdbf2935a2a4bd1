"""Makes share bundles from the pages, right and wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import nacl.bindings as sodium

from vaultreader import archive, bech32
from vaultreader.bundle import bundle_id
from vaultreader.primitives import blake2b, chunks, hkdf_sha256, scrypt, x25519, x25519_public

from .chosen import chosen
from .signing import Signer


def age_encrypt(content: bytes, recipients: list[str], extra: bytes = b"") -> bytes:
    """An age file to X25519 recipients; extra is a stanza that is put in."""
    key = chosen(16, b"file key", content, *(item.encode() for item in recipients))
    header = b"age-encryption.org/v1\n" + extra
    for recipient in recipients:
        _, public = bech32.decode(recipient)
        ephemeral = chosen(32, b"ephemeral", key, public)
        share = x25519_public(ephemeral)
        wrap = hkdf_sha256(
            x25519(ephemeral, public), b"age-encryption.org/v1/X25519", 32, share + public
        )
        body = sodium.crypto_aead_chacha20poly1305_ietf_encrypt(key, b"", bytes(12), wrap)
        header += b"-> X25519 " + _raw(share) + b"\n" + _raw(body) + b"\n"
    header += b"---"
    mac = hmac.digest(hkdf_sha256(key, b"header", 32), header, "sha256")
    return header + b" " + _raw(mac) + b"\n" + _payload(content, key)


def age_encrypt_with_passphrase(content: bytes, passphrase: bytes, log_n: int) -> bytes:
    """An age file under a passphrase."""
    key, salt = (chosen(16, use, content, passphrase) for use in (b"file key", b"salt"))
    wrap = scrypt(passphrase, b"age-encryption.org/v1/scrypt" + salt, log_n)
    body = sodium.crypto_aead_chacha20poly1305_ietf_encrypt(key, b"", bytes(12), wrap)
    header = b"age-encryption.org/v1\n-> scrypt " + _raw(salt) + f" {log_n}\n".encode()
    header += _raw(body) + b"\n---"
    mac = hmac.digest(hkdf_sha256(key, b"header", 32), header, "sha256")
    return header + b" " + _raw(mac) + b"\n" + _payload(content, key)


def _payload(content: bytes, file_key: bytes) -> bytes:
    nonce = chosen(16, b"payload", file_key)
    key = hkdf_sha256(file_key, b"payload", 32, nonce)
    pieces = list(chunks(content, 65_536)) or [b""]
    sealed = b""
    for counter, piece in enumerate(pieces):
        final = counter == len(pieces) - 1
        number = counter.to_bytes(11, "big") + bytes([final])
        sealed += sodium.crypto_aead_chacha20poly1305_ietf_encrypt(piece, b"", number, key)
    return nonce + sealed


def _raw(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def statement_lines(
    consent: bytes,
    transcript: bytes,
    sender: tuple[str, Signer],
    recipients: list[str],
    roster: tuple[int, str],
    created: str,
) -> list[tuple[str, str]]:
    """The fields of a right statement for a consent."""
    value: dict[str, Any] = json.loads(consent)
    scope = value["scope"]
    fields = [("bundle", bundle_id(consent)), ("from", f"{sender[0]} {sender[1].text}")]
    fields += [("recipient", recipient) for recipient in sorted(recipients)]
    fields += [
        ("roster", f"{roster[0]} {roster[1]}"),
        ("conversation", value["conversation"]),
        ("events", f"{scope['from']}-{scope['to']}"),
    ]
    for name, data in (("consent.json", consent), ("transcript.jsonl", transcript)):
        fields.append(("file", f"{name} {len(data)} {hashlib.sha256(data).hexdigest()}"))
    return fields + [
        ("purpose", value["purpose"]),
        ("retain-until", value["copy_expires"]),
        ("created", created),
        ("previous", "-"),
    ]


def statement_text(fields: list[tuple[str, str]]) -> bytes:
    """A statement's text."""
    lines = ["transcript-vault statement 1", *(f"{name}: {value}" for name, value in fields)]
    return "".join(line + "\n" for line in lines).encode()


def bundle_content(statement: bytes, signature: bytes, consent: bytes, transcript: bytes) -> bytes:
    """The archive of a bundle."""
    return archive.build(
        {
            "statement.txt": statement,
            "statement.txt.minisig": signature,
            "consent.json": consent,
            "transcript.jsonl": transcript,
        }
    )


def scope_digest(transcript: bytes) -> str:
    """The digest that a consent's scope names."""
    return blake2b(transcript, 32).hex()
