"""One sealed part (Sealed part): header, keys, frames, records."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from .primitives import (
    STREAM_EXTRA_BYTES,
    STREAM_HEADER_BYTES,
    TAG_FINAL,
    TAG_REKEY,
    CryptoFailure,
    SecretStream,
    blake2b,
    ed25519_verifies,
    hkdf_sha256,
    open_box,
    same,
)
from .refusal import Answer, Refusal, require
from .values import LAST_DAY

MAGIC = bytes.fromhex("8954564C540D0A1A")
LIMIT_BYTES = 16 * 1024 * 1024
PAIR_BYTES = 192
MOST_PAIRS = 325
PAIRS_AT = 146
BOUND_BYTES = 144
COMMITMENT_BYTES = 32
LEAST_HEADER_BYTES = PAIRS_AT + COMMITMENT_BYTES
LEAST_FRAME = STREAM_EXTRA_BYTES
GREATEST_FRAME = 1_081_361
GREATEST_RECORD = 1_048_576
MOST_PREDECESSORS = 1_024
OPENING, LINE, ACT, CLOSING = 1, 2, 3, 4
_FIXED = struct.Struct("<8sHHI16s16s16s80sH")
_PREDECESSOR = struct.Struct("<16sQ32s")


def padme(length: int) -> int:
    """Padmé (Sealed part, second paragraph)."""
    if length <= 1:
        return length
    e = length.bit_length() - 1
    s = e.bit_length()
    mask = (1 << (e - s)) - 1 if e > s else 0
    return (length + mask) & ~mask


@dataclass(frozen=True)
class Header:
    """A header in its form. Nothing of it is proved yet."""

    expiry_day: int
    conversation: bytes
    part: bytes
    holder: bytes
    box: bytes
    pair_ids: tuple[tuple[bytes, bytes], ...]
    without_commitment: bytes
    commitment: bytes

    @property
    def whole(self) -> bytes:
        """The header with its commitment."""
        return self.without_commitment + self.commitment


@dataclass(frozen=True)
class Predecessor:
    """A part that an opening names, as its writer found it."""

    part: bytes
    length: int
    digest: bytes


@dataclass(frozen=True)
class Opening:
    """The first record of a part."""

    predecessors: tuple[Predecessor, ...]
    signer: bytes
    signature: bytes
    signed: bytes


@dataclass(frozen=True)
class Closing:
    """The only record of the FINAL frame, and where that frame begins."""

    signer: bytes
    signature: bytes
    place: int


@dataclass(frozen=True)
class Content:
    """What the frames of a part hold; `closing` is None for a torn one."""

    opening: Opening
    lines: tuple[bytes, ...]
    acts: tuple[bytes, ...]
    closing: Closing | None


def parse_header(data: bytes) -> Header:
    """Sealed part, "Header": rule 1 of "Reading"."""
    _check(len(data) >= LEAST_HEADER_BYTES, "1: shorter than a header")
    magic, version, length, expiry, conversation, part, holder, box, pairs = _FIXED.unpack_from(
        data
    )
    _check(magic == MAGIC, "1: magic")
    require(version == 1, Answer.LATER_VERSION, "1: version")
    _check(pairs <= MOST_PAIRS, "1: too many pairs")
    end = PAIRS_AT + PAIR_BYTES * pairs
    _check(length == end + COMMITMENT_BYTES, "1: length of the header")
    _check(len(data) >= length, "1: shorter than its header")
    _check(expiry <= LAST_DAY, "1: expiry day")
    _check(pairs > 0 or any(holder + box), "1: nobody could open it")
    return Header(
        expiry_day=expiry,
        conversation=conversation,
        part=part,
        holder=holder,
        box=box,
        pair_ids=_pair_ids(data[PAIRS_AT:end]),
        without_commitment=data[:end],
        commitment=data[end:length],
    )


def _pair_ids(pairs: bytes) -> tuple[tuple[bytes, bytes], ...]:
    ids = [
        (pairs[at : at + 16], pairs[at + 16 : at + 32]) for at in range(0, len(pairs), PAIR_BYTES)
    ]
    _check(all(first < second for first, second in ids), "1: a pair's order")
    _check(all(a < b for a, b in zip(ids, ids[1:])), "1: the order of pairs")
    return tuple(ids)


def stream_key(header: Header, box: bytes, leaf: bytes, public: bytes, secret: bytes) -> bytes:
    """Sealed part, "Keys": rule 4 of "Reading".

    The box is the header's, or that of a handover.
    """
    try:
        half = open_box(box, public, secret)
    except CryptoFailure as failure:
        raise Refusal(Answer.CHANGED, "4: the box") from failure
    derived = hkdf_sha256(
        leaf + half, b"transcript-vault/v1/transcript\0" + header.without_commitment, 64
    )
    _check(same(derived[:32], header.commitment), "4: the commitment")
    return derived[32:]


def inner_box(header: Header, first: bytes, second: bytes, public: bytes, secret: bytes) -> bytes:
    """Handover, "Two leads": what the first lead finds for the second in their pair's box."""
    require((first, second) in header.pair_ids, Answer.NO_PAIR, "not prepared for these two")
    place = PAIRS_AT + header.pair_ids.index((first, second)) * PAIR_BYTES + 32
    try:
        content = open_box(header.without_commitment[place : place + 160], public, secret)
    except CryptoFailure as failure:
        raise Refusal(Answer.CHANGED, "the pair's box") from failure
    bound = blake2b(header.without_commitment[:BOUND_BYTES], 32)
    _check(content[:32] == bound, "a pair of another file")
    return content[32:]


def read_content(data: bytes, header: Header, key: bytes) -> Content:
    """Sealed part, "Frames" and "Records": rule 5 of "Reading"."""
    place = len(header.whole) + STREAM_HEADER_BYTES
    _check(len(data) >= place, "5: torn in the header of the stream")
    stream = SecretStream(data[place - STREAM_HEADER_BYTES : place], key)
    records: list[tuple[int, bytes]] = []
    closing: Closing | None = None
    while closing is None and not is_torn(data, place):
        length = int.from_bytes(data[place : place + 4], "little")
        _check(LEAST_FRAME <= length <= GREATEST_FRAME, "5: a frame's length")
        end = place + 4 + length
        try:
            plain, tag = _pull(stream, data[place + 4 : end])
        except Refusal:
            if end < len(data) and not any(data[end:]):
                break  # Torn, rule 4.
            raise
        found = parse_records(plain)
        if tag == TAG_FINAL:
            _check([kind for kind, _ in found] == [CLOSING], "5: the FINAL frame")
            closing = _closing(found[0][1], place)
        else:
            _check(all(kind != CLOSING for kind, _ in found), "5: a closing")
            records += found
        place += 4 + length
    if closing is not None:
        _check(place == len(data), "5: bytes after the FINAL frame")
    return _content(header, records, closing)


def is_torn_at_first_frame(data: bytes) -> bool:
    """Sealed part, "Torn tails", last paragraph: by the lengths alone."""
    if len(data) < LEAST_HEADER_BYTES:
        return True
    place = int.from_bytes(data[10:12], "little") + STREAM_HEADER_BYTES
    return is_torn(data, place)


def is_torn(data: bytes, place: int) -> bool:
    """Sealed part, "Torn tails"."""
    rest = len(data) - place
    if rest < 4:
        return True
    length = int.from_bytes(data[place : place + 4], "little")
    if length == 0:
        return True
    return LEAST_FRAME <= length <= GREATEST_FRAME and rest - 4 < length


def parse_records(plain: bytes) -> list[tuple[int, bytes]]:
    """The records of a frame's plaintext: type and bytes."""
    records, place = [], 0
    while len(plain) - place >= 4:
        length = int.from_bytes(plain[place : place + 4], "little")
        if length == 0:
            break
        _check(length <= GREATEST_RECORD, "5: a record's length")
        _check(place + 4 + length <= len(plain), "5: a record beyond its frame")
        kind = plain[place + 4]
        _check(kind in (OPENING, LINE, ACT, CLOSING), "5: a record's type")
        records.append((kind, plain[place + 5 : place + 4 + length]))
        place += 4 + length
    _check(not any(plain[place:]), "5: bytes after the records")
    return records


def _content(header: Header, records: list[tuple[int, bytes]], closing: Closing | None) -> Content:
    _check(bool(records) and records[0][0] == OPENING, "5: no opening at the start")
    _check(all(kind != OPENING for kind, _ in records[1:]), "5: another opening")
    return Content(
        opening=_opening(header, records[0][1]),
        lines=tuple(record for kind, record in records if kind == LINE),
        acts=tuple(record for kind, record in records if kind == ACT),
        closing=closing,
    )


def _opening(header: Header, record: bytes) -> Opening:
    """Sealed part, "Opening"."""
    _check(len(record) >= 2, "5: an opening's length")
    count = int.from_bytes(record[:2], "little")
    end = 2 + count * _PREDECESSOR.size
    _check(count <= MOST_PREDECESSORS, "5: too many predecessors")
    _check(len(record) == end + 16 + 64, "5: an opening's length")
    return Opening(
        predecessors=tuple(Predecessor(*item) for item in _PREDECESSOR.iter_unpack(record[2:end])),
        signer=record[end : end + 16],
        signature=record[end + 16 :],
        signed=b"transcript-vault/v1/opening\0" + header.whole + record[:end],
    )


def _closing(record: bytes, place: int) -> Closing:
    """Sealed part, "Closing"."""
    _check(len(record) == 16 + 64, "5: a closing's length")
    return Closing(signer=record[:16], signature=record[16:], place=place)


def check_signatures(data: bytes, content: Content, signing_key: bytes) -> None:
    """The signatures of rules 6 and 7 of "Reading", and the length of 7."""
    opening, closing = content.opening, content.closing
    _check(
        ed25519_verifies(opening.signature, opening.signed, signing_key),
        "6: the opening's signature",
    )
    if closing is None:
        return
    _check(closing.signer == opening.signer, "7: another signer")
    signed = b"transcript-vault/v1/closing\0" + blake2b(data[: closing.place], 32)
    _check(ed25519_verifies(closing.signature, signed, signing_key), "7: the closing's signature")
    _check(len(data) == padme(closing.place + 106), "7: the file's length")


def _pull(stream: SecretStream, message: bytes) -> tuple[bytes, int]:
    try:
        plain, tag = stream.pull(message)
    except CryptoFailure as failure:
        raise Refusal(Answer.CHANGED, "5: a frame does not decrypt") from failure
    _check(tag in (TAG_REKEY, TAG_FINAL), "5: a frame's tag")
    return plain, tag


def _check(holds: bool, rule: str) -> None:
    require(holds, Answer.CHANGED, rule)
