"""The archive of a share bundle (Share bundle, "The archive")."""

from __future__ import annotations

from .refusal import Answer, Refusal, require
from .sealedpart import padme

BLOCK_BYTES = 512
NAMES = ("statement.txt", "statement.txt.minisig", "consent.json", "transcript.jsonl", "PADDING")
_SIZE_AT, _SIZE_DIGITS = 124, 11


def parse(data: bytes) -> dict[str, bytes]:
    """The files of an archive in its one form, to the last byte."""
    files: dict[str, bytes] = {}
    place = 0
    for name in NAMES:
        size = _size(data[place : place + BLOCK_BYTES])
        start = place + BLOCK_BYTES
        files[name] = data[start : start + size]
        place = start + _rounded(size)
    require(data == build(files), Answer.FORM, "the archive is not in its one form")
    return files


def build(files: dict[str, bytes]) -> bytes:
    """The one archive of some files; PADDING is made here."""
    archive = b"".join(_member(name, files[name]) for name in NAMES[:-1])
    length = len(archive) + BLOCK_BYTES + 2 * BLOCK_BYTES
    padding = bytes(padme(length) - length)
    return archive + _member("PADDING", padding) + bytes(2 * BLOCK_BYTES)


def _member(name: str, content: bytes) -> bytes:
    return _header(name, len(content)) + content + bytes(-len(content) % BLOCK_BYTES)


def _header(name: str, size: int) -> bytes:
    header = bytearray(BLOCK_BYTES)
    header[0 : len(name)] = name.encode("ascii")
    header[100:108] = b"0000600\0"
    header[108:116] = b"0000000\0"
    header[116:124] = b"0000000\0"
    header[124:136] = b"%011o\0" % size
    header[136:148] = b"00000000000\0"
    header[148:156] = b" " * 8
    header[156:157] = b"0"
    header[257:263] = b"ustar\0"
    header[263:265] = b"00"
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def _size(header: bytes) -> int:
    digits = header[_SIZE_AT : _SIZE_AT + _SIZE_DIGITS]
    if len(digits) != _SIZE_DIGITS or not all(c in b"01234567" for c in digits):
        raise Refusal(Answer.FORM, "an archive's size")
    return int(digits, 8)


def _rounded(size: int) -> int:
    return size + -size % BLOCK_BYTES
