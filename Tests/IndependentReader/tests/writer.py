"""Writes sealed parts from the page, so that tests can write wrong ones.

Every step of Sealed part is a parameter that a test may replace.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import nacl.bindings as sodium

from vaultreader.primitives import (
    STREAM_HEADER_BYTES,
    blake2b,
    ed25519_public,
    hkdf_sha256,
)
from vaultreader.sealedpart import ACT, CLOSING, LINE, MAGIC, OPENING, PAIR_BYTES, padme

from .chosen import box as chosen_box, chosen

TAG_REKEY, TAG_FINAL = 2, 3


@dataclass
class Keys:
    """Who writes a part, for whom, under which leaf."""

    leaf: bytes
    holder_key: bytes
    signing_seed: bytes


@dataclass
class PartWriter:
    """One part. What it does not say is as the page wants it."""

    keys: Keys
    conversation: bytes
    expiry_day: int
    part: bytes = bytes(range(16, 32))
    predecessors: list[tuple[bytes, int, bytes]] = field(default_factory=list)
    pairs: bytes = b""
    make_pairs: Callable[[bytes, bytes], bytes] | None = None
    pair_count: int = 0
    version: int = 1
    holder: bytes | None = None
    box: bytes | None = None
    opening_seed: bytes | None = None
    closing_seed: bytes | None = None
    closing_signer: bytes | None = None

    def __post_init__(self) -> None:
        self.signer = blake2b(ed25519_public(self.keys.signing_seed), 16)
        self.header = self._header()
        self.stream_header = b""
        self.body = b""

    def _header(self) -> bytes:
        half = self.half = chosen(32, b"W", self.keys.leaf, self.part)
        box = self.box or chosen_box(half, self.keys.holder_key)
        holder = self.holder or blake2b(self.keys.holder_key, 16)
        count = self.pair_count or len(self.pairs) // PAIR_BYTES
        bound = struct.pack(
            "<8sHHI16s16s16s80s",
            MAGIC,
            self.version,
            178 + count * PAIR_BYTES,
            self.expiry_day,
            self.conversation,
            self.part,
            holder,
            box,
        )
        pairs = self.make_pairs(bound, half) if self.make_pairs else self.pairs
        header = bound + struct.pack("<H", count) + pairs
        derived = hkdf_sha256(
            self.keys.leaf + half, b"transcript-vault/v1/transcript\0" + header, 64
        )
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        # The writing end starts in the state of the reading end, whose header can be chosen.
        self._stream_header = chosen(STREAM_HEADER_BYTES, b"stream", derived)
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(
            self._state, self._stream_header, derived[32:]
        )
        return header + derived[:32]

    def opening(self) -> bytes:
        """The opening record."""
        listed = struct.pack("<H", len(self.predecessors)) + b"".join(
            struct.pack("<16sQ32s", *item) for item in self.predecessors
        )
        signed = b"transcript-vault/v1/opening\0" + self.header + listed
        return record(OPENING, listed + self.signer + self._sign(signed, self.opening_seed))

    def frame(self, plain: bytes, tag: int = TAG_REKEY) -> PartWriter:
        """Append a frame with this plaintext."""
        message = sodium.crypto_secretstream_xchacha20poly1305_push(self._state, plain, None, tag)
        self.body += struct.pack("<I", len(message)) + message
        return self

    def records(self, records: bytes) -> PartWriter:
        """Append a frame with these records, padded."""
        return self.frame(records + bytes(padme(max(256, len(records))) - len(records)))

    def close(self, length: int | None = None, filling: bytes = b"") -> PartWriter:
        """Append the FINAL frame."""
        before = len(self.data())
        signed = b"transcript-vault/v1/closing\0" + blake2b(self.data(), 32)
        closing = record(
            CLOSING, (self.closing_signer or self.signer) + self._sign(signed, self.closing_seed)
        )
        whole = length if length is not None else padme(before + 106)
        zeros = whole - before - 4 - 17 - len(closing)
        return self.frame(closing + bytes(zeros - len(filling)) + filling, TAG_FINAL)

    def data(self) -> bytes:
        """The file so far."""
        return self.header + self._stream_header + self.body

    def named(self) -> tuple[bytes, int, bytes]:
        """This part as a predecessor of another."""
        return self.part, len(self.data()), blake2b(self.data(), 32)

    def name(self) -> str:
        """Its file name."""
        return f"{self.conversation.hex()}.{self.part.hex()}.transcript"

    def finished(self, lines: list[bytes], acts: list[bytes] = []) -> PartWriter:
        """Write everything that a finished part has."""
        records_ = self.opening()
        records_ += b"".join(record(LINE, line) for line in lines)
        records_ += b"".join(record(ACT, act) for act in acts)
        return self.records(records_).close()

    def _sign(self, message: bytes, seed: bytes | None) -> bytes:
        _, secret = sodium.crypto_sign_seed_keypair(seed or self.keys.signing_seed)
        return sodium.crypto_sign(message, secret)[:64]


def record(kind: int, content: bytes) -> bytes:
    """A record: length, type, bytes."""
    return struct.pack("<IB", len(content) + 1, kind) + content
