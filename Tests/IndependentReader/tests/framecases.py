"""Sealed part: frames, records and torn tails."""

from __future__ import annotations

import struct
from collections.abc import Callable

from vaultreader.conversation import Notice
from vaultreader.refusal import Answer
from vaultreader.sealedpart import LINE, padme

from .partcases import EVENT, CaseBuilder, PartCase
from .writer import TAG_FINAL, TAG_REKEY, PartWriter, record


class FrameCases(CaseBuilder):
    """What is inside of one part."""

    def all(self) -> list[PartCase]:
        """Every case."""
        return [*self.frames(), *self.records_in_frames(), *self.torn()]

    def frames(self) -> list[PartCase]:
        """Sealed part, "Frames" and "Closing"."""

        def body(part: PartWriter, plain: bytes, tag: int = TAG_REKEY) -> PartWriter:
            return part.records(part.opening()).frame(plain, tag)

        line = record(LINE, EVENT)
        return [
            self.one("right", lambda p: p.finished([EVENT]), lines=[EVENT]),
            self.one(
                "a frame of zeros",
                lambda p: body(p, bytes(256)).records(line).close(),
                lines=[EVENT],
            ),
            self.one(
                "an empty frame before the opening",
                lambda p: p.frame(b"").records(p.opening() + line).close(),
                lines=[EVENT],
            ),
            self.one("a frame without padding", lambda p: body(p, line).close(), lines=[EVENT]),
            self.changed(
                "the tag MESSAGE", lambda p: body(p, line, 0).close(), "5: a frame's tag"
            ),
            self.changed("the tag PUSH", lambda p: body(p, line, 1).close(), "5: a frame's tag"),
            self.changed(
                "FINAL without a closing", lambda p: body(p, line, TAG_FINAL), "5: the FINAL frame"
            ),
            self.changed(
                "FINAL and empty", lambda p: body(p, b"", TAG_FINAL), "5: the FINAL frame"
            ),
            self.changed(
                "a closing that is not FINAL",
                lambda p: body(p, record(4, bytes(80))),
                "5: a closing",
            ),
            self.changed(
                "a frame after FINAL",
                lambda p: p.finished([EVENT]).records(line),
                "5: bytes after the FINAL frame",
            ),
            self.changed(
                "a zero after FINAL", _followed_by(bytes(1)), "5: bytes after the FINAL frame"
            ),
            self.changed(
                "another length",
                lambda p: p.records(p.opening()).close(padme(len(p.data()) + 106) + 1),
                "7: the file's length",
            ),
            self.changed("a closing alone", lambda p: p.close(), "5: no opening at the start"),
            self.changed(
                "a closing whose padding is not zero",
                lambda p: p.records(p.opening()).close(filling=b"x"),
                "5: bytes after the records",
            ),
            PartCase(
                "an opening that somebody else signed",
                [self.closed(self.finished(opening_seed=self.cast.ben.signing_seed))],
                answer=Answer.CHANGED,
                rule="6: the opening's signature",
            ),
            PartCase(
                "a closing that somebody else signed",
                [self.closed(self.finished(closing_seed=self.cast.ben.signing_seed))],
                answer=Answer.CHANGED,
                rule="7: the closing's signature",
            ),
            PartCase(
                "another closing signer",
                [self.closed(self.finished(closing_signer=bytes(16)))],
                answer=Answer.CHANGED,
                rule="7: another signer",
            ),
        ]

    def records_in_frames(self) -> list[PartCase]:
        """Sealed part, records and openings."""

        def one_frame(after: bytes) -> Callable[[PartWriter], PartWriter]:
            return lambda p: p.frame(p.opening() + after).close()

        line = record(LINE, EVENT)
        return [
            self.one("an empty line", lambda p: p.finished([b"", EVENT]), lines=[b"", EVENT]),
            self.one("bytes that are no event", lambda p: p.finished([b"\xff"]), lines=[b"\xff"]),
            self.one("no line", lambda p: p.finished([]), lines=[]),
            self.one(
                "lines with NUL, CR and overlong UTF-8, kept as they are",
                lambda p: p.finished([b"a\r", b"\0", b"\xc0\xaf", b"\xef\xbb\xbf"]),
                lines=[b"a\r", b"\0", b"\xc0\xaf", b"\xef\xbb\xbf"],
            ),
            self.one(
                "the same line twice", lambda p: p.finished([EVENT, EVENT]), lines=[EVENT, EVENT]
            ),
            self.one("three zeros at the end", one_frame(line + bytes(3)), lines=[EVENT]),
            self.changed(
                "something after the zeros",
                one_frame(bytes(4) + b"x"),
                "5: bytes after the records",
            ),
            self.changed(
                "a type that is not known", one_frame(record(5, b"x")), "5: a record's type"
            ),
            self.changed(
                "a record beyond its frame",
                one_frame(struct.pack("<IB", 500, LINE) + b"x"),
                "5: a record beyond its frame",
            ),
            self.changed(
                "two openings",
                lambda p: p.records(p.opening()).records(p.opening()).close(),
                "5: another opening",
            ),
            self.changed(
                "a line before the opening",
                lambda p: p.records(line + p.opening()).close(),
                "5: no opening at the start",
            ),
            self.changed(
                "an opening with one byte too many",
                lambda p: p.records(record(1, p.opening()[5:] + b"x")).close(),
                "5: an opening's length",
            ),
            self.one(
                "a worker's act in a service's part",
                lambda p: p.finished([EVENT], [b"{}"]),
                lines=[EVENT],
            ),
        ]

    def torn(self) -> list[PartCase]:
        """Sealed part, "Torn tails"."""
        good = self.closed(self.finished([b"good"], part=1))
        part = self.unfinished([b"one", b"two"], part=2)
        data, header = part.data(), len(part.header)
        proven, name = [Notice.END_NOT_PROVEN], part.name()
        cases = [
            PartCase(
                f"torn before the first frame: {length} bytes",
                [good, ("open", name, data[:length])],
                lines=[b"good"],
                notices=proven,
            )
            for length in (0, 8, 100, 177, header, header + 23, header + 24, header + 27)
        ]
        cases += [
            PartCase(
                f"zeros behind a crash: {label}",
                [good, ("open", name, content)],
                lines=[b"good"],
                notices=proven,
            )
            for label, content in (
                ("alone", bytes(4096)),
                ("after the header", data[:header] + bytes(300)),
                ("after the stream's header", data[: header + 24] + bytes(300)),
                ("after a length that says more", data[:10] + b"\x60\xea" + data[12:]),
                ("after a header that was changed", b"x" + data[1 : header + 24]),
            )
        ]
        first = header + 24 + 4 + 17 + 256
        tails = (
            b"",
            b"\0\0",
            bytes(300),
            bytes(5) + b"x" + bytes(20),
            struct.pack("<I", 17),
            struct.pack("<I", 1_081_361) + b"x",
        )
        cases += [
            PartCase(
                f"a torn tail of {len(tail)} bytes",
                [("open", name, data[:first] + tail)],
                lines=[],
                notices=proven,
            )
            for tail in tails
        ]
        frame, more = data[first : first + 277], data[first + 277 :]
        cases += [
            PartCase(
                f"a frame on its way into reserved zeros: {label}",
                [("open", name, data[:first] + content)],
                lines=lines,
                notices=proven,
            )
            for label, content, lines in (
                ("all of it arrived", frame + bytes(1), [b"one"]),
                ("not its end", frame[:100] + bytes(177 + 300), []),
                ("not its middle", frame[:50] + bytes(50) + frame[100:] + bytes(1), []),
                ("its length alone", frame[:4] + bytes(273 + 1), []),
                ("not its length", bytes(4) + frame[4:] + bytes(300), []),
            )
        ]
        flipped = frame[:-1] + bytes([frame[-1] ^ 1])
        cases += [
            PartCase(
                f"a changed frame: {label}",
                [("open", name, data[:first] + content)],
                answer=Answer.CHANGED,
                rule="5: a frame does not decrypt",
            )
            for label, content in (
                ("at the end", flipped),
                ("before another", flipped + more),
                ("before another in reserved zeros", flipped + more + bytes(300)),
                ("before zeros and one byte more", flipped + bytes(300) + b"x"),
            )
        ]
        wrong = (struct.pack("<I", 16) + bytes(16), struct.pack("<I", 1_081_362))
        cases += [
            PartCase(
                f"no torn tail: {tail[:4].hex()}",
                [("open", name, data[:first] + tail)],
                answer=Answer.CHANGED,
                rule="5: a frame's length",
            )
            for tail in wrong
        ]
        return cases + [
            PartCase(
                "nothing but a torn part",
                [("open", name, data[:header])],
                answer=Answer.CHANGED,
                rule="2: no part is left",
            ),
            PartCase(
                "a first frame too short to be one, and not whole",
                [good, ("open", name, data[: header + 24] + struct.pack("<I", 5) + b"abc")],
                answer=Answer.CHANGED,
                rule="5: a frame's length",
            ),
            PartCase(
                "torn before the first frame, in its day's folder",
                [good, (self.records, name, data[: header + 30])],
                answer=Answer.CHANGED,
                rule="5: no opening at the start",
            ),
            PartCase(
                "a torn frame of zeros",
                [("open", name, data[: first + 4] + bytes(273))],
                answer=Answer.CHANGED,
                rule="5: a frame does not decrypt",
            ),
            PartCase(
                "torn, in its day's folder",
                [(self.records, name, data[:-1])],
                lines=[b"one"],
                notices=proven,
            ),
        ]


def _followed_by(more: bytes) -> Callable[[PartWriter], PartWriter]:
    def write(part: PartWriter) -> PartWriter:
        part.finished([EVENT]).body += more
        return part

    return write
