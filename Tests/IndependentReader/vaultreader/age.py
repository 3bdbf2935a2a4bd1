"""age v1 files in the binary format (age-encryption.org/v1).

X25519 and scrypt stanzas are unwrapped; others are ignored, as that
specification wants. Identity files and share bundles are age files.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import bech32
from .primitives import (
    CryptoFailure,
    chacha20poly1305_open,
    hkdf_sha256,
    scrypt,
    x25519,
    x25519_public,
)

VERSION_LINE = b"age-encryption.org/v1\n"
CHUNK_BYTES = 65_536
GREATEST_WORK_FACTOR = 22  # Identity, "A person's"
_ARGUMENT = re.compile(rb"[\x21-\x7e]+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*")
_WORK_FACTOR = re.compile(r"[1-9][0-9]?")


class HeaderFailure(Exception):
    """The header is not one of age v1, or a stanza is malformed."""


class NoMatch(Exception):
    """No stanza is for this identity."""


class MacFailure(Exception):
    """The header was changed."""


class PayloadFailure(Exception):
    """The payload was changed or is not whole."""


@dataclass(frozen=True)
class Stanza:
    """A recipient stanza: its arguments and its body."""

    arguments: list[str]
    body: bytes


@dataclass(frozen=True)
class AgeFile:
    """An age file, taken apart and not yet believed."""

    stanzas: list[Stanza]
    mac: bytes
    authenticated: bytes
    payload: bytes


Unwrap = Callable[[list[Stanza]], bytes]


def parse(data: bytes) -> AgeFile:
    """age, "Header"."""
    if not data.startswith(VERSION_LINE):
        raise HeaderFailure("the version line")
    place = len(VERSION_LINE)
    stanzas: list[Stanza] = []
    while True:
        line, place = _line(data, place)
        if line.startswith(b"---"):
            break
        if not line.startswith(b"-> "):
            raise HeaderFailure("a stanza's first line")
        arguments = line[3:].split(b" ")
        if not all(_ARGUMENT.fullmatch(argument) for argument in arguments):
            raise HeaderFailure("a stanza's arguments")
        body = b""
        while True:
            text, place = _line(data, place)
            if len(text) > 64:
                raise HeaderFailure("a long line in a stanza's body")
            body += _base64(text)
            if len(text) < 64:
                break
        stanzas.append(Stanza([a.decode("ascii") for a in arguments], body))
    if not stanzas or not line.startswith(b"--- ") or len(line) != 4 + 43:
        raise HeaderFailure("the last line of the header")
    end = place - len(line) - 1
    return AgeFile(
        stanzas=stanzas, mac=_base64(line[4:]), authenticated=data[: end + 3], payload=data[place:]
    )


def decrypt(data: bytes, unwrap: Unwrap) -> bytes:
    """All of an age file's content."""
    return open_content(parse(data), unwrap)


def open_content(file: AgeFile, unwrap: Unwrap) -> bytes:
    """All of the content; nothing is given out before it was verified whole."""
    key = unwrap(file.stanzas)
    mac_key = hkdf_sha256(key, b"header", 32)
    mac = hmac.digest(mac_key, file.authenticated, "sha256")
    if not hmac.compare_digest(mac, file.mac):
        raise MacFailure()
    return b"".join(_payload(file.payload, key))


def _payload(payload: bytes, file_key: bytes) -> Iterator[bytes]:
    """age, "Payload"."""
    nonce, sealed = payload[:16], payload[16:]
    if len(nonce) != 16:
        raise HeaderFailure("the nonce is not whole")
    key = hkdf_sha256(file_key, b"payload", 32, salt=nonce)
    counter, place = 0, 0
    while True:
        chunk = sealed[place : place + CHUNK_BYTES + 16]
        place += len(chunk)
        final = place == len(sealed)
        try:
            plain = chacha20poly1305_open(chunk, counter.to_bytes(11, "big") + bytes([final]), key)
        except CryptoFailure as failure:
            raise PayloadFailure("a chunk does not verify") from failure
        if plain == b"" and counter > 0:
            raise PayloadFailure("an empty last chunk")
        yield plain
        if final:
            return
        counter += 1


def x25519_unwrap(secret: bytes) -> Unwrap:
    """age, "X25519 recipient stanza": for an identity's 32 bytes."""
    public = x25519_public(secret)

    def unwrap(stanzas: list[Stanza]) -> bytes:
        for stanza in stanzas:
            if stanza.arguments[0] == "scrypt" and len(stanzas) > 1:
                raise HeaderFailure("a scrypt stanza must be the only one")
        for stanza in stanzas:
            if stanza.arguments[0] != "X25519":
                continue
            if len(stanza.arguments) != 2:
                raise HeaderFailure("an X25519 stanza's arguments")
            share = _base64(stanza.arguments[1].encode())
            if len(share) != 32 or len(stanza.body) != 32:
                raise HeaderFailure("an X25519 stanza's lengths")
            try:
                shared = x25519(secret, share)
            except CryptoFailure as failure:
                raise HeaderFailure("a share of small order") from failure
            key = hkdf_sha256(shared, b"age-encryption.org/v1/X25519", 32, salt=share + public)
            try:
                return chacha20poly1305_open(stanza.body, bytes(12), key)
            except CryptoFailure:
                continue
        raise NoMatch()

    return unwrap


def scrypt_unwrap(passphrase: bytes) -> Unwrap:
    """age, "scrypt recipient stanza"."""

    def unwrap(stanzas: list[Stanza]) -> bytes:
        if not any(stanza.arguments[0] == "scrypt" for stanza in stanzas):
            raise NoMatch()
        if len(stanzas) != 1:
            raise HeaderFailure("a scrypt stanza must be the only one")
        arguments, body = stanzas[0].arguments, stanzas[0].body
        if len(arguments) != 3 or len(body) != 32:
            raise HeaderFailure("a scrypt stanza's form")
        salt = _base64(arguments[1].encode())
        if len(salt) != 16 or not _WORK_FACTOR.fullmatch(arguments[2]):
            raise HeaderFailure("a scrypt stanza's arguments")
        work_factor = int(arguments[2])
        if work_factor > GREATEST_WORK_FACTOR:
            raise HeaderFailure("a work factor that is too great")
        key = scrypt(passphrase, b"age-encryption.org/v1/scrypt" + salt, work_factor)
        try:
            return chacha20poly1305_open(body, bytes(12), key)
        except CryptoFailure as failure:
            raise NoMatch() from failure

    return unwrap


def identity_secret(text: str) -> bytes:
    """The 32 bytes of AGE-SECRET-KEY-1…; upper case, as age writes it."""
    prefix, data = bech32.decode(text)
    if text != text.upper() or prefix != "age-secret-key-" or len(data) != 32:
        raise HeaderFailure("no age identity")
    return data


def recipient(secret: bytes) -> str:
    """The recipient, age1…, of an identity's 32 bytes."""
    return bech32.encode("age", x25519_public(secret))


def _line(data: bytes, place: int) -> tuple[bytes, int]:
    end = data.find(b"\n", place)
    if end < 0:
        raise HeaderFailure("a line without its end")
    return data[place:end], end + 1


def _base64(text: bytes) -> bytes:
    """RFC 4648 section 4 without padding; only what is canonical."""
    if not _BASE64.fullmatch(text) or len(text) % 4 == 1:
        raise HeaderFailure("base64")
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise HeaderFailure("base64") from error
    if base64.b64encode(data).rstrip(b"=") != text:
        raise HeaderFailure("base64 that is not canonical")
    return data
