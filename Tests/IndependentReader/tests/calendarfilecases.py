"""Files of calendars (Calendar, "File"), right and wrong."""

from __future__ import annotations

from collections.abc import Iterator

from vaultreader import keycalendar
from vaultreader.keycalendar import KeyCalendar

from . import calendarwriter
from .calendarcases import CalendarCase
from .chosen import chosen
from .partcases import flipped

FileCase = tuple[CalendarCase, bytes, str, bytes]


def file_cases(calendar: KeyCalendar) -> Iterator[FileCase]:
    """Each content with the cell value, the name and the bytes of a file."""
    content = calendarwriter.content(calendar)
    value, other = chosen(32, b"cell value", content), chosen(32, b"another value")
    right = calendarwriter.encrypt(content, value)
    name = keycalendar.file_name(value)

    def refused(label: str, file: bytes) -> FileCase:
        return CalendarCase(label, b"", False, []), value, name, file

    for label, place in (
        ("magic", 0),
        ("nonce", 10),
        ("ciphertext", 34),
        ("tag", len(right) - 1),
    ):
        yield refused(f"a bit of its {label} was changed", flipped(right, place))
    version_2 = calendarwriter.encrypt(content, value, version=2)
    yield refused("version 2, which a reader of version 1 cannot tell from damage", version_2)
    yield refused("cut by one byte", right[:-1])
    yield refused("one byte longer", right + b"\0")
    yield refused("no byte", b"")
    yield refused("shorter than nonce and tag", right[:49])
    yield refused("the tag of nothing", calendarwriter.encrypt(b"", value))
    sealed = calendarwriter.encrypt(content, other)
    yield refused("under another cell value", sealed)
    unbound = calendarwriter.encrypt(content, value, additional=b"")
    yield refused("sealed without its first ten bytes as additional data", unbound)
