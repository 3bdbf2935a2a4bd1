"""Conversations, right and wrong, and what each page says of them.

The same cases are given to this reader and to the programs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vaultreader.conversation import Notice
from vaultreader.refusal import Answer
from vaultreader.sealedpart import LINE
from vaultreader.values import day_of_number

from .cast import Cast
from .writer import PartWriter, record

EVENT = b'{"v":1,"kind":"message","conversation":"x","id":"1","body":{"text":"one"}}'
CONVERSATION = bytes(range(16))


@dataclass
class PartCase:
    """Files, and what is to be said of them."""

    label: str
    files: list[tuple[str, str, bytes]]
    lines: list[bytes] | None = None
    answer: Answer | None = None
    rule: str = ""
    acts: list[bytes] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    roster: int = 2


class CaseBuilder:
    """Builds parts and cases for a cast."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.records = f"records/{day_of_number(cast.day)}"
        self.other_day = f"records/{day_of_number(cast.day - 7)}"

    def writer(self, part: int | None = None, day: int | None = None, **options) -> PartWriter:
        """A part by the service for anna."""
        people = {name: options.pop(name) for name in ("holder_person", "seed") if name in options}
        keys = self.cast.keys(CONVERSATION, people.get("holder_person"), people.get("seed"), day)
        if part is not None:
            options["part"] = bytes([part]) * 16
        expiry = self.cast.day if day is None else day
        return PartWriter(keys, CONVERSATION, expiry, **options)

    def finished(
        self, lines: list[bytes] = [EVENT], acts: list[bytes] = [], **options
    ) -> PartWriter:
        """A part with everything it must have."""
        return self.writer(**options).finished(lines, acts)

    def unfinished(self, lines: list[bytes] = [EVENT], **options) -> PartWriter:
        """A part whose writer was stopped after a frame for each line."""
        part = self.writer(**options)
        part.records(part.opening())
        for line in lines:
            part.records(record(LINE, line))
        return part

    def closed(self, part: PartWriter, folder: str | None = None) -> tuple[str, str, bytes]:
        """The file of a part in its day's folder."""
        return folder or self.records, part.name(), part.data()

    def open(self, part: PartWriter, length: int | None = None) -> tuple[str, str, bytes]:
        """The file of a part in `open/`, cut to a length."""
        return "open", part.name(), part.data()[:length]

    def one(self, label: str, write: Callable[[PartWriter], PartWriter], **expected) -> PartCase:
        """A part that is written so."""
        return PartCase(label, [self.closed(write(self.writer()))], **expected)

    def changed(
        self, label: str, write: Callable[[PartWriter], PartWriter], rule: str
    ) -> PartCase:
        """A part that is refused as changed."""
        return self.one(label, write, answer=Answer.CHANGED, rule=rule)


def flipped(data: bytes, place: int) -> bytes:
    """The data with a bit of a byte changed."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
