"""Archives that differ from the one form in one thing (Share bundle, "The archive")."""

from __future__ import annotations

from collections.abc import Callable

from vaultreader import archive

Change = Callable[[bytes], bytes]
BLOCK = archive.BLOCK_BYTES


def _put(place: int, data: bytes, sum_is_right: bool = True) -> Change:
    """Other bytes in the first header, whose sum is right again where it is to be."""

    def change(content: bytes) -> bytes:
        header = bytearray(content[:BLOCK])
        header[place : place + len(data)] = data
        if sum_is_right:
            header[148:156] = b" " * 8
            header[148:156] = b"%06o\0 " % sum(header)
        return bytes(header) + content[BLOCK:]

    return change


def _members(content: bytes) -> list[bytes]:
    """Each file with its header and its zeros."""
    files = archive.parse(content)
    whole, place = [], 0
    for name in archive.NAMES:
        length = BLOCK + len(files[name]) + -len(files[name]) % BLOCK
        whole.append(content[place : place + length])
        place += length
    return whole


def _joined(order: Callable[[list[bytes]], list[bytes]]) -> Change:
    return lambda content: b"".join(order(_members(content))) + bytes(2 * BLOCK)


def deviations() -> dict[str, Change]:
    """Each change by what it makes of the archive."""
    return {
        "a file's user is 1": _put(108, b"0000001\0"),
        "another mode": _put(100, b"0000644\0"),
        "a time": _put(136, b"00000000001\0"),
        "a name with a folder": _put(0, b"./statement.txt"),
        "a link's name": _put(157, b"x"),
        "a file of the type zero byte": _put(156, b"\0"),
        "a symbolic link": _put(156, b"2"),
        "the magic of GNU tar": _put(257, b"ustar  \0"),
        "a user's name": _put(265, b"root"),
        "a prefix": _put(345, b"x"),
        "a byte behind the header's fields": _put(511, b"x"),
        "a size with a space for its zero byte": _put(135, b" "),
        "a wrong sum": _put(148, b"000000\0 ", sum_is_right=False),
        "a sum of seven digits": _seven_digits,
        "a block of zeros less": lambda content: content[:-BLOCK],
        "cut within a file": lambda content: content[: BLOCK + 10],
        "nothing but zeros": lambda content: bytes(2 * BLOCK),
        "nothing": lambda content: b"",
        "padding that is not zero": lambda content: content[:-1025] + b"x" + content[-1024:],
        "filling behind a file that is not zero": _filled,
        "two files in another order": _joined(lambda all: [all[1], all[0], *all[2:]]),
        "a file is missing": _joined(lambda all: all[:3] + all[4:]),
        "no PADDING": _joined(lambda all: all[:4]),
        "a file twice": _joined(lambda all: [all[0], *all]),
        "PADDING of another length": _joined(lambda all: [*all[:4], _padding(3 * BLOCK)]),
        "a block of zeros behind PADDING": _joined(lambda all: [*all, bytes(BLOCK)]),
    }


def _seven_digits(content: bytes) -> bytes:
    digits = content[148:154]
    return content[:148] + b"0" + digits + b"\0" + content[156:]


def _filled(content: bytes) -> bytes:
    statement = _members(content)[0]
    return statement[:-1] + b"x" + content[len(statement) :]


def _padding(length: int) -> bytes:
    files = dict.fromkeys(archive.NAMES[:-1], b"")
    empty = _members(archive.build(files))[4]
    return _put(124, b"%011o\0" % length)(empty) + bytes(length)
