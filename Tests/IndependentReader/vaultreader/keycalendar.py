"""The key calendar (Calendar): pages, tree, leaves, file, answers."""

from __future__ import annotations

import datetime
import struct
from dataclasses import dataclass

from .primitives import CryptoFailure, hkdf_sha256, kdf_child, xchacha20poly1305_open
from .refusal import Answer, Refusal, require
from .values import LAST_DAY, day_number

MAGIC = bytes.fromhex("8954564B430D0A1A")
DEPTH = 64
LIMIT_BYTES = 256 * 1024 * 1024
MOST_PAGES = 36_525
MOST_KEPT = 1_048_576
MOST_SPENT = 1_048_576
MOST_BUDGET_DAYS = 7
GREATEST_SERIAL = 2**64 - 2
_FIXED = struct.Struct("<16sQIH16sQIII")
_PAGE = struct.Struct("<IH")
_NODE = struct.Struct("<BQ32s")
_KEPT = struct.Struct("<16sIIB32s")
_SPENT = struct.Struct("<16sI")


@dataclass(frozen=True)
class Node:
    """A key that stands for every path that begins with its bits."""

    bits: int
    prefix: int
    key: bytes

    def covers(self, path: int) -> bool:
        """Whether a path begins with this node's bits."""
        return self.bits == 0 or (path ^ self.prefix) >> (DEPTH - self.bits) == 0

    @property
    def last(self) -> int:
        """The greatest path below this node."""
        return self.prefix | ((1 << (DEPTH - self.bits)) - 1)


@dataclass(frozen=True)
class KeptLeaf:
    """A leaf lifted out of its page, with a last day of its own."""

    conversation: bytes
    day: int
    until: int
    kept_class: int
    leaf: bytes


@dataclass(frozen=True)
class KeyCalendar:
    """The content of a calendar file."""

    vault: bytes
    serial: int
    high_water: int
    budget: int
    mark_boot: bytes
    mark_seconds: int
    pages: dict[int, tuple[Node, ...]]
    kept: tuple[KeptLeaf, ...]
    spent: tuple[tuple[bytes, int], ...]

    def today(self, clock: datetime.date) -> int:
        """The clock's day or the high-water day, whichever is later."""
        return max(day_number(clock), self.high_water)

    def leaf(self, day: int, conversation: bytes, clock: datetime.date) -> bytes:
        """Calendar, "Answers"."""
        today = self.today(clock)
        for kept in self.kept:
            if (kept.conversation, kept.day) == (conversation, day):
                if kept.until >= today:
                    return kept.leaf
        require(day >= today, Answer.EXPIRED, "the day is over")
        require(day in self.pages, Answer.NO_PAGE, "no page for that day")
        path = path_of(conversation)
        for node in self.pages[day]:
            if node.covers(path):
                return descend(node, path)
        raise Refusal(Answer.ERASED, "the path was punctured")


@dataclass(frozen=True)
class CalendarOnDay:
    """A calendar, and the clock's day on which it is asked."""

    calendar: KeyCalendar
    clock: datetime.date

    def leaf(self, day: int, conversation: bytes) -> bytes:
        """The leaf, or a refusal."""
        return self.calendar.leaf(day, conversation, self.clock)

    def erased(self, conversation: bytes) -> bool:
        """Keeper, "States", without a day: from a page whose day is not over.

        Not where a leaf of it is kept. A page of one node is whole.
        """
        path, today = path_of(conversation), self.calendar.today(self.clock)
        if any(
            kept.conversation == conversation and kept.until >= today
            for kept in self.calendar.kept
        ):
            return False
        return any(
            day >= today and len(nodes) > 1 and not any(node.covers(path) for node in nodes)
            for day, nodes in self.calendar.pages.items()
        )


def path_of(conversation: bytes) -> int:
    """Calendar, "Tree": the first 8 bytes of the id."""
    return int.from_bytes(conversation[:8], "big")


def descend(node: Node, path: int) -> bytes:
    """The leaf at the end of a path below a node."""
    key = node.key
    for level in range(node.bits, DEPTH):
        key = kdf_child(key, path >> (DEPTH - 1 - level) & 1, b"calendar")
    return key


def puncture(node: Node, path: int) -> list[Node]:
    """Calendar, "Puncture": the nodes that replace one, ascending."""
    nodes, key = [], node.key
    for level in range(node.bits, DEPTH):
        place = DEPTH - 1 - level
        bit = path >> place & 1
        sibling = ((path >> place) ^ 1) << place
        nodes.append(Node(level + 1, sibling, kdf_child(key, 1 - bit, b"calendar")))
        key = kdf_child(key, bit, b"calendar")
    return sorted(nodes, key=lambda item: item.prefix)


def file_name(cell_value: bytes) -> str:
    """Calendar, "File": the name that a cell value gives."""
    name = hkdf_sha256(cell_value, b"transcript-vault/v1/calendar-id\0", 16)
    return name.hex() + ".calendar"


def decrypt(file: bytes, cell_value: bytes) -> KeyCalendar:
    """Calendar, "File". Whatever fails gives one answer."""
    require(len(file) <= LIMIT_BYTES, Answer.CALENDAR, "too long")
    require(
        file[:10] == MAGIC + b"\x01\x00" and len(file) >= 34 + 16,
        Answer.CALENDAR,
        "magic, version or length",
    )
    key = hkdf_sha256(cell_value, b"transcript-vault/v1/calendar\0", 32)
    try:
        content = xchacha20poly1305_open(file[34:], file[:10], file[10:34], key)
    except CryptoFailure as failure:
        raise Refusal(Answer.CALENDAR, "it does not verify") from failure
    return parse(content)


class _Bytes:
    """Reads one struct after the other, and never beyond the end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def take(self, form: struct.Struct) -> tuple:
        _check(self._place + form.size <= len(self._data), "it ends too early")
        values = form.unpack_from(self._data, self._place)
        self._place += form.size
        return values

    def end(self) -> None:
        _check(self._place == len(self._data), "bytes after the end")


def parse(content: bytes) -> KeyCalendar:
    """Calendar, "Content": the one encoding of it."""
    source = _Bytes(content)
    vault, serial, high_water, budget, boot, seconds, pages, kept, spent = source.take(_FIXED)
    _check(1 <= serial <= GREATEST_SERIAL, "the serial")
    _check(high_water <= LAST_DAY and budget <= MOST_BUDGET_DAYS, "day or budget")
    _check(pages <= MOST_PAGES and kept <= MOST_KEPT and spent <= MOST_SPENT, "a count")
    calendar = KeyCalendar(
        vault=vault,
        serial=serial,
        high_water=high_water,
        budget=budget,
        mark_boot=boot,
        mark_seconds=seconds,
        pages=_pages(source, pages, high_water),
        kept=_kept(source, kept, high_water),
        spent=_spent(source, spent, high_water),
    )
    source.end()
    return calendar


def _pages(source: _Bytes, count: int, high_water: int) -> dict[int, tuple[Node, ...]]:
    pages: dict[int, tuple[Node, ...]] = {}
    last_day = high_water - 1
    for _ in range(count):
        day, number = source.take(_PAGE)
        _check(last_day < day <= LAST_DAY, "a page's day")
        _check(number >= 1, "a page without nodes")
        pages[day] = tuple(_nodes(source, number))
        last_day = day
    return pages


def _nodes(source: _Bytes, count: int) -> list[Node]:
    nodes: list[Node] = []
    for _ in range(count):
        node = Node(*source.take(_NODE))
        _check(node.bits <= DEPTH, "a node's bits")
        _check(node.prefix & ((1 << (DEPTH - node.bits)) - 1) == 0, "a node's prefix")
        _check(not nodes or nodes[-1].last < node.prefix, "nodes that overlap")
        nodes.append(node)
    return nodes


def _kept(source: _Bytes, count: int, high_water: int) -> tuple[KeptLeaf, ...]:
    leaves = [KeptLeaf(*source.take(_KEPT)) for _ in range(count)]
    for leaf in leaves:
        _check(
            leaf.kept_class <= 3 and leaf.day <= LAST_DAY and high_water <= leaf.until <= LAST_DAY,
            "a kept leaf",
        )
    keys = [(leaf.conversation, leaf.day, leaf.kept_class) for leaf in leaves]
    _check(all(a < b for a, b in zip(keys, keys[1:])), "kept leaves do not ascend")
    return tuple(leaves)


def _spent(source: _Bytes, count: int, high_water: int) -> tuple[tuple[bytes, int], ...]:
    spent = [source.take(_SPENT) for _ in range(count)]
    _check(all(high_water <= until <= LAST_DAY for _, until in spent), "a spent request")
    ids = [request for request, _ in spent]
    _check(all(a < b for a, b in zip(ids, ids[1:])), "spent requests do not ascend")
    return tuple((request, until) for request, until in spent)


def _check(holds: bool, rule: str) -> None:
    require(holds, Answer.CALENDAR, rule)
