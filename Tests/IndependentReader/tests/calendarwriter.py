"""Writes calendars and cells from the pages, so that tests can write wrong ones."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import nacl.bindings as sodium

from vaultreader import cell, keycalendar
from vaultreader.keycalendar import KeptLeaf, KeyCalendar, Node
from vaultreader.primitives import blake2b, hkdf_sha256


def content(calendar: KeyCalendar) -> bytes:
    """Calendar, "Content"."""
    data = struct.pack(
        "<16sQIH16sQIII",
        calendar.vault,
        calendar.serial,
        calendar.high_water,
        calendar.budget,
        calendar.mark_boot,
        calendar.mark_seconds,
        len(calendar.pages),
        len(calendar.kept),
        len(calendar.spent),
    )
    for day, nodes in calendar.pages.items():
        data += struct.pack("<IH", day, len(nodes))
        data += b"".join(_node(node) for node in nodes)
    data += b"".join(_kept(leaf) for leaf in calendar.kept)
    return data + b"".join(struct.pack("<16sI", *item) for item in calendar.spent)


def _node(node: Node) -> bytes:
    return struct.pack("<BQ32s", node.bits, node.prefix, node.key)


def _kept(leaf: KeptLeaf) -> bytes:
    return struct.pack(
        "<16sIIB32s", leaf.conversation, leaf.day, leaf.until, leaf.kept_class, leaf.leaf
    )


def encrypt(data: bytes, value: bytes) -> bytes:
    """Calendar, "File"."""
    start = keycalendar.MAGIC + b"\x01\x00"
    nonce = os.urandom(24)
    key = hkdf_sha256(value, b"transcript-vault/v1/calendar\0", 32)
    return (
        start + nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(data, start, nonce, key)
    )


def slot(vault: bytes, value: bytes, serial: int) -> bytes:
    """Cell, "Slots"."""
    start = struct.pack("<8s16s32sQ", cell.MAGIC, vault, value, serial)
    return start + blake2b(start, 16) + os.urandom(cell.SLOT_BYTES - 80)


def put(data: bytes, vault_id: bytes, serial: int, vault: Path, cells: list[Path]) -> bytes:
    """Put a content in force: a fresh value, its file, the cells. The value."""
    value = os.urandom(32)
    file = encrypt(data, value)
    for folder in [vault / "calendar", *cells]:
        for old in folder.glob("*.calendar"):
            old.unlink()
        (folder / keycalendar.file_name(value)).write_bytes(file)
    for directory in cells:
        path = directory / "cell"
        path.write_bytes(slot(vault_id, value, serial) + os.urandom(cell.SLOT_BYTES))
    return value
