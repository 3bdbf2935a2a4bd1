"""Writes calendars and cells from the pages, so that tests can write wrong ones."""

from __future__ import annotations

import struct

import nacl.bindings as sodium

from vaultreader import cell, keycalendar
from vaultreader.keycalendar import KeptLeaf, KeyCalendar, Node
from vaultreader.primitives import blake2b, hkdf_sha256

from .chosen import chosen


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


def encrypt(data: bytes, value: bytes, version: int = 1, additional: bytes | None = None) -> bytes:
    """Calendar, "File"."""
    start = keycalendar.MAGIC + struct.pack("<H", version)
    bound = start if additional is None else additional
    nonce = chosen(24, b"calendar", data, value)
    key = hkdf_sha256(value, b"transcript-vault/v1/calendar\0", 32)
    return (
        start + nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(data, bound, nonce, key)
    )


def slot(vault: bytes, value: bytes, serial: int, magic: bytes = cell.MAGIC) -> bytes:
    """Cell, "Slots"."""
    start = struct.pack("<8s16s32sQ", magic, vault, value, serial)
    return start + blake2b(start, 16) + chosen(cell.SLOT_BYTES - 80, b"slot", start)
