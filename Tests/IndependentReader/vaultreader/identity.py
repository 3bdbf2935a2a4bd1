"""Identity files (Identity)."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from . import age
from .card import is_name
from .primitives import blake2b, ed25519_public, x25519_public
from .refusal import Answer, Refusal, require
from .values import parse_base64

LIMIT_BYTES = 16 * 1024
PASSPHRASE_LIMIT_BYTES = 1_024
PERSON = "# transcript-vault identity 1"
ORGANISATION = "# transcript-vault organisation key 1"
UNATTENDED = "# transcript-vault unattended identity 1"


@dataclass(frozen=True)
class Person:
    """A person's keys: worker, lead or team."""

    name: str
    role: str
    record_secret: bytes
    signing_seed: bytes
    age_secret: bytes

    @property
    def record_public(self) -> bytes:
        """The key that records are sealed to."""
        return x25519_public(self.record_secret)

    @property
    def record_key_id(self) -> bytes:
        """The key id that a part's header names."""
        return blake2b(self.record_public, 16)

    @property
    def signing_public(self) -> bytes:
        """The Ed25519 key of their card."""
        return ed25519_public(self.signing_seed)

    @property
    def recipient(self) -> str:
        """The age recipient that bundles are encrypted to."""
        return age.recipient(self.age_secret)


@dataclass(frozen=True)
class Program:
    """An unattended program's signing key: service or keeper."""

    name: str
    role: str
    signing_seed: bytes


def read_passphrase(path: Path) -> bytes:
    """The first line of a file, without its LF or CRLF."""
    passphrase = path.read_bytes().partition(b"\n")[0].removesuffix(b"\r")
    require(
        1 <= len(passphrase) <= PASSPHRASE_LIMIT_BYTES, Answer.IDENTITY, "the passphrase's length"
    )
    return passphrase


def open_person(path: Path, passphrase: bytes) -> Person:
    """Identity, "A person's"."""
    lines = _lines(_decrypt(path, passphrase), PERSON)
    role = _field(lines, "role")
    require(role in ("worker", "lead", "team"), Answer.IDENTITY, "the role")
    secrets = [line for line in lines if line.startswith("AGE-SECRET-KEY-1")]
    require(len(secrets) == 1, Answer.IDENTITY, "the age key")
    try:
        age_secret = age.identity_secret(secrets[0])
    except (age.HeaderFailure, Refusal) as error:
        raise Refusal(Answer.IDENTITY, "the age key") from error
    return Person(
        name=_name(lines),
        role=role,
        record_secret=_key(lines, "record-secret-key"),
        signing_seed=_key(lines, "signing-seed"),
        age_secret=age_secret,
    )


def open_organisation(path: Path, passphrase: bytes) -> bytes:
    """Identity, "The organisation's": its signing seed."""
    return _key(_lines(_decrypt(path, passphrase), ORGANISATION), "signing-seed")


def open_program(path: Path) -> Program:
    """Identity, "An unattended program's"."""
    mode = stat.S_IMODE(path.stat().st_mode)
    require(mode & 0o077 == 0, Answer.IDENTITY, "others may use it")
    lines = _lines(_read(path), UNATTENDED)
    role = _field(lines, "role")
    require(role in ("service", "keeper"), Answer.IDENTITY, "the role")
    return Program(_name(lines), role, _key(lines, "signing-seed"))


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    require(len(data) <= LIMIT_BYTES, Answer.IDENTITY, "it is too long")
    return data


def _decrypt(path: Path, passphrase: bytes) -> bytes:
    try:
        return age.decrypt(_read(path), age.scrypt_unwrap(passphrase))
    except (age.HeaderFailure, age.NoMatch, age.MacFailure, age.PayloadFailure) as error:
        raise Refusal(Answer.IDENTITY, "it is damaged, or the passphrase") from error


def _lines(data: bytes, first: str) -> list[str]:
    """What is in a line that is not known, and the last line feed, is nothing."""
    lines = data.decode("utf-8", errors="replace").split("\n")
    require(lines[0] == first, Answer.IDENTITY, "the first line")
    return lines


def _field(lines: list[str], name: str) -> str:
    prefix = f"# {name}: "
    values = [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
    require(len(values) == 1, Answer.IDENTITY, name)
    return values[0]


def _name(lines: list[str]) -> str:
    name = _field(lines, "name")
    require(is_name(name), Answer.IDENTITY, "name")
    return name


def _key(lines: list[str], name: str) -> bytes:
    try:
        return parse_base64(_field(lines, name), 32, name)
    except Refusal as refusal:
        raise Refusal(Answer.IDENTITY, name) from refusal
