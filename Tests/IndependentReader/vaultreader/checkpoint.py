"""Checkpoints and proofs of the ledger (Ledger, "Checkpoint" and "Proof").

A checkpoint is a signed note (c2sp.org/signed-note) of three lines.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from . import merkle
from .primitives import ed25519_verifies, sha256
from .refusal import Answer, Refusal, require
from .roster import Roster

LIMIT_BYTES = 131_072
PROOF_TYPE = b"c2sp.org/tlog-proof@v1"
_SIZE = re.compile(rb"0|[1-9][0-9]{0,15}")
_SIGNATURE = re.compile(rb"\xe2\x80\x94 ([^ +]+) ([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True)
class Checkpoint:
    """How many entries there are, and the root of their tree."""

    size: int
    root: bytes


def origin(vault: str) -> bytes:
    """The first line, and the name of the keepers' keys."""
    return b"transcript-vault/ledger/" + vault.encode()


def key_id(name: bytes, key: bytes) -> bytes:
    """Four bytes that find a key among others."""
    return sha256(name + b"\n\x01" + key)[:4]


def verify(note: bytes, roster: Roster) -> Checkpoint:
    """A checkpoint that one of the vault's keepers signed, and none falsely."""
    require(len(note) <= LIMIT_BYTES, Answer.LEDGER, "checkpoint: too long")
    _require_text(note)
    end = note.rfind(b"\n\n")
    require(end >= 0 and note.endswith(b"\n"), Answer.LEDGER, "checkpoint: no note")
    text, lines = note[: end + 1], note[end + 2 : -1].split(b"\n")
    name, good = origin(roster.vault), 0
    keepers = [card.signing_key.ed25519 for card in roster.keepers()]
    for line in lines:
        match = _SIGNATURE.fullmatch(line)
        require(match is not None, Answer.LEDGER, "checkpoint: no signature line")
        assert match is not None
        value = _base64(match.group(2))
        require(len(value) > 4, Answer.LEDGER, "checkpoint: no signature")
        for key in keepers:
            if (match.group(1), value[:4]) == (name, key_id(name, key)):
                require(
                    len(value) == 68 and ed25519_verifies(value[4:], text, key),
                    Answer.LEDGER,
                    "checkpoint: a false signature",
                )
                good += 1
    require(good > 0, Answer.LEDGER, "checkpoint: no keeper signed it")
    return _parse(text, name)


def _require_text(note: bytes) -> None:
    try:
        note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(Answer.LEDGER, "checkpoint: not UTF-8") from error
    require(
        all(byte >= 0x20 or byte == 0x0A for byte in note),
        Answer.LEDGER,
        "checkpoint: control characters",
    )


def _parse(text: bytes, name: bytes) -> Checkpoint:
    lines = text.split(b"\n")
    require(len(lines) == 4, Answer.LEDGER, "checkpoint: not three lines")
    require(lines[0] == name, Answer.LEDGER, "checkpoint: of another ledger")
    require(_SIZE.fullmatch(lines[1]) is not None, Answer.LEDGER, "checkpoint: size")
    root = _base64(lines[2])
    require(len(root) == 32, Answer.LEDGER, "checkpoint: root")
    return Checkpoint(int(lines[1]), root)


def _base64(text: bytes) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Refusal(Answer.LEDGER, "base64") from error
    require(base64.b64encode(value) == text, Answer.LEDGER, "base64: not canonical")
    return value


def verify_proof(text: bytes, roster: Roster) -> tuple[int, bytes]:
    """The number of the entry that a proof is of, and its line."""
    head, _, note = text.partition(b"\n\n")
    lines = head.split(b"\n")
    require(
        len(lines) >= 3
        and lines[0] == PROOF_TYPE
        and lines[1].startswith(b"extra ")
        and lines[2].startswith(b"index ")
        and _SIZE.fullmatch(lines[2][6:]) is not None,
        Answer.LEDGER,
        "no proof",
    )
    line, index = _base64(lines[1][6:]), int(lines[2][6:])
    hashes = [_base64(value) for value in lines[3:]]
    checkpoint = verify(note, roster)
    found = merkle.root_from(merkle.leaf(line), index, checkpoint.size, hashes)
    require(found == checkpoint.root, Answer.LEDGER, "a proof of something else")
    return index + 1, line
