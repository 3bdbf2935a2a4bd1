"""Event lines (Event), right and wrong."""

from __future__ import annotations

from collections.abc import Iterator

from .knownanswer import Fields, KnownAnswer

Named = Iterator[tuple[str, KnownAnswer]]
_HEAD = '"v":1,"kind":"message","conversation":"c"'


def event_line(more: str) -> bytes:
    """An event line with some fields more."""
    return f"{{{_HEAD}{more}}}".encode()


def event_cases() -> Named:
    """Event, "What is read from it"."""
    line = event_line
    nested = "[" * 510 + "]" * 510
    good = {
        "the least": line(""),
        "white space around it": b" \t" + line("") + b"\r",
        "half of a surrogate pair": line(',"x":"\\ud800"'),
        "a byte order mark": b"\xef\xbb\xbf" + line(""),
        "a second version is not looked at": line(',"v":2'),
        "version 1.0": b'{"v":1.0,"kind":"end","conversation":"c"}',
        "version 10e-1": b'{"v":10e-1,"kind":"end","conversation":"\\ud83d\\ude00"}',
        "nulls for objects": line(',"author":null,"body":null,"relation":7'),
        "replaces that is no string": line(',"relation":{"replaces":5}'),
        "a role that is not known": line(',"author":{"role":"boss","id":5}'),
        "attachments that are none": line(',"attachments":5,"source":[]'),
        "512 levels": line(f',"x":[{nested}]'),
        "received at no time": line(',"received_at":null'),
        "received at x, but it has a time": line(',"at":"2999-01-01T09:00:02Z","received_at":"x"'),
        "conversation of 1,024 bytes": b'{"v":1,"kind":"end","conversation":"'
        + b"x" * 1_024
        + b'"}',
        "among workers": line(',"visibility":"workers"'),
        "the first of two keys counts": line(',"visibility":"all","visibility":"workers"'),
    }
    bad = {
        "no byte": b"",
        "null": b"null",
        "an array": b"[1]",
        "an empty object": b"{}",
        "no end": line("")[:-1],
        "something behind it": line("") + b"x",
        "NaN": line(',"x":NaN'),
        "an author that is a string": line(',"author":"x"'),
        "a name that is a number": line(',"author":{"name":5}'),
        "a body that is an array": line(',"body":[]'),
        "an id that is a number": line(',"id":5'),
        "received at a number": line(',"at":"2999-01-01T09:00:02Z","received_at":5'),
        "received at x": line(',"received_at":"x"'),
        "a number with a leading zero": line(',"x":01'),
        "a comma more": line(',"x":[1,]'),
        "a raw tab in a string": line(',"x":"a\tb"'),
        "a visibility that is a number": line(',"visibility":5'),
        "513 levels": line(f',"x":[[{nested}]]'),
        "a byte that is no UTF-8": line(',"x":"A"').replace(b"A", b"\xff"),
        "overlong UTF-8": line(',"x":"A"').replace(b"A", b"\xc1\x81"),
        "a version that is a string": b'{"v":"1","kind":"end","conversation":"c"}',
        "a version that is true": b'{"v":true,"kind":"end","conversation":"c"}',
        "a kind that is not known": b'{"v":1,"kind":"shout","conversation":"c"}',
        "an empty conversation": b'{"v":1,"kind":"end","conversation":""}',
        "conversation of 1,025 bytes": b'{"v":1,"kind":"end","conversation":"'
        + b"x" * 1_025
        + b'"}',
        "no conversation": b'{"v":1,"kind":"end"}',
    }
    times = {
        "2026-11-02T09:00:02Z": True,
        "2026-11-02t09:00:02.5z": True,
        "2026-06-15T12:34:60+01:30": True,
        "1970-01-01T00:00:00+01:00": True,
        "9999-12-31T23:59:59-23:59": True,
        "2024-02-29T00:00:00Z": True,
        "2026-06-15T12:34:56." + "1" * 19 + "Z": True,
        "2026-11-02 09:00:02Z": False,
        "2026-11-02T09:00:02": False,
        "2026-11-02T24:00:00Z": False,
        "2026-02-30T09:00:02Z": False,
        "1969-12-31T23:59:59Z": False,
        "2026-11-02T09:00:02+24:00": False,
        "2026-11-02T09:00:02.Z": False,
        "2026-06-15T12:34:56." + "1" * 20 + "Z": False,
        "": False,
    }

    def case(label: str, text: bytes, expect: str) -> tuple[str, KnownAnswer]:
        outcome: Fields = [("expect", expect)]
        if expect == "event":
            among = b'"visibility":"workers"' in text and b'"visibility":"all"' not in text
            outcome.append(("among-workers", "yes" if among else "no"))
        fact = f"A line is {'an event' if expect == 'event' else 'no event'}: {label}."
        return label, KnownAnswer("event", fact, [], {"line": text}, outcome)

    for label, text in good.items():
        yield case(label, text, "event")
    for label, text in bad.items():
        yield case(label, text, "refused")
    for time, is_good in times.items():
        expect = "event" if is_good else "refused"
        yield case(f"at {time or 'nothing'}", line(f',"at":"{time}"'), expect)
    yield case("version 2", b'{"v":2,"kind":"message","conversation":"c"}', "later-version")
