"""Bytes that are the same in every run, where a writer of records would draw them.

Only for tests: whoever chooses a key or a nonce so has no secret.
"""

from __future__ import annotations

import hashlib

import nacl.bindings as sodium

from vaultreader.primitives import blake2b, x25519_public


def secret(label: str) -> bytes:
    """The key of somebody in the tests: SHA-256 of a label."""
    return hashlib.sha256(label.encode()).digest()


def chosen(size: int, *purpose: bytes) -> bytes:
    """SHAKE-256 of what the bytes are for, each item with its length before it."""
    source = hashlib.shake_256(b"transcript-vault known answer\0")
    for item in purpose:
        source.update(len(item).to_bytes(8, "little") + item)
    return source.digest(size)


def box(content: bytes, public: bytes) -> bytes:
    """libsodium's crypto_box_seal, with a chosen ephemeral key."""
    ephemeral = chosen(32, b"box", content, public)
    share = x25519_public(ephemeral)
    nonce = blake2b(share + public, 24)
    return share + sodium.crypto_box(content, nonce, public, ephemeral)
