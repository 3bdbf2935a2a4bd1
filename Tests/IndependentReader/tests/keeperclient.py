"""Asks a running keeper for leaves (Keeper), to compare them with our own."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

LEAVES, TODAY, STATES = 1, 2, 9
UNKNOWN_DAY = 2**32 - 1
TO_SEAL, TO_READ = 1, 2


class KeeperError(Exception):
    """The keeper answered with a code."""


class KeeperClient:
    """A connection to a keeper's socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(str(path))

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def today(self) -> tuple[int, bytes]:
        """The keeper's day, and the vault's id."""
        day, vault = struct.unpack("<I16s", self._ask(TODAY, b""))
        return day, vault

    def leaf(self, day: int, conversation: bytes, purpose: int = TO_READ) -> tuple[int, bytes]:
        """The state and the leaf of one question."""
        question = struct.pack("<BHI16s", purpose, 1, day, conversation)
        count, state, leaf = struct.unpack("<HB32s", self._ask(LEAVES, question))
        assert count == 1
        return state, leaf

    def state(self, conversation: bytes, day: int = UNKNOWN_DAY) -> int:
        """What became of a record."""
        question = struct.pack("<HI16s", 1, day, conversation)
        count, state = struct.unpack("<HB", self._ask(STATES, question))
        assert count == 1
        return state

    def _ask(self, kind: int, payload: bytes) -> bytes:
        self._socket.sendall(struct.pack("<IBB", len(payload) + 2, 1, kind) + payload)
        length, version, answer = struct.unpack("<IBB", self._receive(6))
        content = self._receive(length - 2)
        if answer != kind + 128 or version != 1:
            raise KeeperError(content[1:].decode(errors="replace"))
        return content

    def _receive(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = self._socket.recv(length - len(data))
            if not piece:
                raise KeeperError("the keeper closed the connection")
            data += piece
        return data
