"""The Merkle tree of RFC 6962, section 2.1 (Ledger, "Tree")."""

from __future__ import annotations

from collections.abc import Sequence

from .primitives import sha256
from .refusal import Answer, require


def leaf(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data)


def node(left: bytes, right: bytes) -> bytes:
    """The hash of a node."""
    return sha256(b"\x01" + left + right)


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of a tree of leaf hashes, as section 2.1 defines it."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node(root(leaves[:split]), root(leaves[split:]))


class Roots:
    """The roots of a tree that grows, without hashing it anew for each leaf."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self._whole: list[tuple[int, bytes]] = []

    def append(self, hashed: bytes) -> None:
        """Add a leaf hash."""
        self.leaves.append(hashed)
        size = 1
        while self._whole and self._whole[-1][0] == size:
            hashed = node(self._whole.pop()[1], hashed)
            size *= 2
        self._whole.append((size, hashed))

    def root(self) -> bytes:
        """The root of all leaves so far."""
        if not self._whole:
            return sha256(b"")
        top = self._whole[-1][1]
        for _, left in reversed(self._whole[:-1]):
            top = node(left, top)
        return top


def root_from(hashed: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that an inclusion proof leads to (section 2.1.1)."""
    require(0 <= index < size, Answer.LEDGER, "a place that is not there")
    if size == 1:
        require(not proof, Answer.LEDGER, "a proof that is too long")
        return hashed
    require(len(proof) > 0, Answer.LEDGER, "a proof that is too short")
    split = _split(size)
    if index < split:
        return node(root_from(hashed, index, split, proof[:-1]), proof[-1])
    return node(proof[-1], root_from(hashed, index - split, size - split, proof[:-1]))


def _split(count: int) -> int:
    """The largest power of two that is less than the number of leaves."""
    return 1 << (count - 1).bit_length() - 1
