"""A conversation of several parts (Sealed part, "Reading")."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from . import handover as handovers, sealedpart
from .card import Card
from .identity import Person
from .primitives import blake2b
from .refusal import Answer, Refusal, require
from .roster import Roster
from .sealedpart import Content, Header
from .values import day_number, day_of_number, parse_day

_NAME = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})\.transcript")

_ANSWERS_BEFORE_ERASED = (Answer.MISSING, Answer.CHANGED, Answer.EXPIRED, Answer.NO_PAGE)
LeafSource = Callable[[int, bytes], bytes]
"""Expiry day and conversation id to the leaf, or a refusal: rule 3."""


class CalendarHalf(Protocol):
    """What stands in the keeper's place."""

    def leaf(self, day: int, conversation: bytes) -> bytes:
        """The leaf, or a refusal."""

    def erased(self, conversation: bytes) -> bool:
        """Whether a conversation was erased, whatever its day."""


class Notice(enum.Enum):
    """What is reported beside a conversation."""

    ANOTHER_HOLDER = "a part is somebody else's"
    ANOTHER_SIGNER = "a part was signed by neither a service nor its holder"
    PART_MISSING = "a part is missing"
    END_NOT_PROVEN = "the end is not proven"


@dataclass(frozen=True)
class PartFile:
    """A file that is named like a part."""

    path: Path
    vault: Path
    conversation: bytes
    part: bytes
    is_open: bool

    def handover(self, header: Header, to: bytes) -> Path:
        """Where a handover of it to somebody lies (Handover, "Files")."""
        day = day_of_number(header.expiry_day).isoformat()
        return self.vault / "records" / day / handovers.file_name(header, to)


@dataclass(frozen=True)
class Part:
    """A part that was verified by itself: rules 1 to 7."""

    header: Header
    content: Content
    signer: Card
    length: int
    digest: bytes

    @property
    def by_service(self) -> bool:
        """Whether a service signed it."""
        return self.signer.role == "service"

    @property
    def by_holder(self) -> bool:
        """Whether the holder of the part signed it."""
        return self.signer.record_key_id == self.header.holder


@dataclass(frozen=True)
class Conversation:
    """What a conversation holds, in reading order."""

    id: bytes
    expiry_day: int
    parts: tuple[Part, ...]
    lines: tuple[bytes, ...]
    acts: tuple[bytes, ...]
    notices: tuple[tuple[Notice, bytes], ...]

    def received(self) -> bytes:
        """All received lines, each with its line feed."""
        return b"".join(line + b"\n" for line in self.lines)


def find_files(vault: Path, conversation: bytes) -> list[PartFile]:
    """The parts of a conversation (Vault layout), those in `open/` too.

    Day by day, by their names; what is in `open/` comes last.
    """
    folders = [
        folder
        for folder in sorted((vault / "records").glob("*"))
        if _is_day(folder.name) and folder.is_dir()
    ]
    files: list[PartFile] = []
    for folder in [*folders, vault / "open"]:
        for path in sorted(folder.glob(f"{conversation.hex()}.*.transcript")):
            match = _NAME.fullmatch(path.name)
            if match is None:
                continue
            part = bytes.fromhex(match[2])
            files.append(PartFile(path, vault, conversation, part, folder.name == "open"))
    return _without_copies(files)


def read(
    conversation: bytes, files: list[PartFile], reader: Person, half: CalendarHalf, roster: Roster
) -> Conversation:
    """Sealed part, "Reading", all of it, and which answer is true."""
    try:
        require(bool(files), Answer.MISSING, "no part")
        return _read_all(files, reader, half.leaf, roster)
    except Refusal as refusal:
        if refusal.answer not in _ANSWERS_BEFORE_ERASED:
            raise
        if half.erased(conversation):
            raise Refusal(Answer.ERASED, refusal.rule) from refusal
        if refusal.answer in (Answer.EXPIRED, Answer.NO_PAGE) and not _one_day(files):
            raise Refusal(Answer.CHANGED, f"3: not {refusal.answer.value}") from refusal
        raise


def _read_all(
    files: list[PartFile], reader: Person, leaf: LeafSource, roster: Roster
) -> Conversation:
    notices: list[tuple[Notice, bytes]] = []
    parts: list[Part] = []
    for file in files:
        data = _read(file.path)
        if file.is_open and sealedpart.is_torn_at_first_frame(data):
            notices.append((Notice.END_NOT_PROVEN, file.part))
            continue
        header = _header(file, data)
        handed_over = file.handover(header, reader.record_key_id)
        if header.holder == reader.record_key_id:
            part = _read_part(data, header, None, reader, leaf, roster)
        elif handed_over.exists():
            part = _read_part(data, header, handed_over, reader, leaf, roster)
        else:
            notices.append((Notice.ANOTHER_HOLDER, file.part))
            continue
        if part.by_service or part.by_holder:
            parts.append(part)
        else:
            notices.append((Notice.ANOTHER_SIGNER, file.part))
    if not parts:
        others = any(notice is Notice.ANOTHER_HOLDER for notice, _ in notices)
        raise Refusal(Answer.NOT_YOURS if others else Answer.CHANGED, "2: no part is left")
    return _together(parts, notices)


def _one_day(files: list[PartFile]) -> bool:
    """Whether all headers name one day, and the closed parts lie in its folder."""
    days = set()
    for file in files:
        try:
            data = _read(file.path)
            if file.is_open and len(data) < sealedpart.LEAST_HEADER_BYTES:
                continue
            days.add(_header(file, data).expiry_day)
        except Refusal:
            return False
        if not file.is_open:
            days.add(day_number(parse_day(file.path.parent.name)))
    return len(days) == 1


def _is_day(name: str) -> bool:
    try:
        parse_day(name)
    except Refusal:
        return False
    return True


def _read(path: Path) -> bytes:
    require(path.stat().st_size <= sealedpart.LIMIT_BYTES, Answer.TOO_LONG, "1: length")
    return path.read_bytes()


def _read_handover(path: Path) -> bytes:
    require(path.stat().st_size <= handovers.LIMIT_BYTES, Answer.CHANGED, "handover 2: too long")
    return path.read_bytes()


def _without_copies(files: list[PartFile]) -> list[PartFile]:
    """A part that lies in both places is read from its day's folder."""
    closed = {file.part for file in files if not file.is_open}
    return [file for file in files if not (file.is_open and file.part in closed)]


def _header(file: PartFile, data: bytes) -> Header:
    """Rule 1."""
    header = sealedpart.parse_header(data)
    require(
        (header.conversation, header.part) == (file.conversation, file.part),
        Answer.CHANGED,
        "1: another name",
    )
    return header


def _read_part(
    data: bytes,
    header: Header,
    handed_over: Path | None,
    reader: Person,
    leaf: LeafSource,
    roster: Roster,
) -> Part:
    """Rules 3 to 7."""
    service_half = leaf(header.expiry_day, header.conversation)
    box = header.box
    if handed_over is not None:
        box = handovers.box_for(
            _read_handover(handed_over), header, service_half, reader.record_key_id, roster
        )
    key = sealedpart.stream_key(
        header, box, service_half, reader.record_public, reader.record_secret
    )
    content = sealedpart.read_content(data, header, key)
    signer = roster.latest_signer(content.opening.signer)
    if signer is None:
        raise Refusal(Answer.CHANGED, "6: no card has the signer's key")
    sealedpart.check_signatures(data, content, signer.signing_key.ed25519)
    return Part(header, content, signer, len(data), blake2b(data, 32))


def _together(parts: list[Part], notices: list[tuple[Notice, bytes]]) -> Conversation:
    """Rules 8 to 11, and what counts."""
    ids = [part.header.part for part in parts]
    days = {part.header.expiry_day for part in parts}
    require(len(set(ids)) == len(ids), Answer.CHANGED, "8: a part id stands twice")
    require(len(days) == 1, Answer.CHANGED, "8: several expiry days")
    by_id = {part.header.part: part for part in parts}
    named: set[bytes] = set()
    for part in parts:
        for predecessor in part.content.opening.predecessors:
            named.add(predecessor.part)
            found = by_id.get(predecessor.part)
            if found is None:
                notices.append((Notice.PART_MISSING, predecessor.part))
                continue
            require(
                (found.length, found.digest) == (predecessor.length, predecessor.digest),
                Answer.CHANGED,
                "10: a predecessor was changed",
            )
    for part in parts:
        if part.content.closing is None and part.header.part not in named:
            notices.append((Notice.END_NOT_PROVEN, part.header.part))
    ordered = _ordered(by_id)
    return Conversation(
        id=parts[0].header.conversation,
        expiry_day=parts[0].header.expiry_day,
        parts=tuple(ordered),
        lines=tuple(line for part in ordered if _adds_lines(part) for line in part.content.lines),
        acts=tuple(act for part in ordered if part.by_holder for act in part.content.acts),
        notices=tuple(notices),
    )


def _ordered(parts: dict[bytes, Part]) -> list[Part]:
    """Rule 9: each part after its predecessors, the smallest id next."""
    placed: list[bytes] = []
    waiting = {
        part_id: {
            predecessor.part
            for predecessor in part.content.opening.predecessors
            if predecessor.part in parts
        }
        for part_id, part in parts.items()
    }
    while waiting:
        ready = [p for p, before in waiting.items() if before <= set(placed)]
        require(bool(ready), Answer.CHANGED, "9: a circle")
        placed.append(min(ready))
        del waiting[placed[-1]]
    return [parts[part_id] for part_id in placed]


def _adds_lines(part: Part) -> bool:
    """Only a service's parts add lines, and a team's that is their holder."""
    return part.by_service or (part.by_holder and part.signer.role == "team")
