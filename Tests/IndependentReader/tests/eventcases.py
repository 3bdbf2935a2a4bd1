"""Event lines (Event), right and wrong."""

from __future__ import annotations

from collections.abc import Iterator

from .knownanswer import Fields, KnownAnswer

Named = Iterator[tuple[str, KnownAnswer]]
_HEAD = '"v":1,"kind":"message","conversation":"c"'


def event_line(more: str) -> bytes:
    """An event line with some fields more."""
    return f"{{{_HEAD}{more}}}".encode()


def _of_version(version: bytes) -> bytes:
    return b'{"v":%s,"kind":"end","conversation":"c"}' % version


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
        "version 1e0": b'{"v":1e0,"kind":"end","conversation":"c"}',
        "version 0.1E+1": b'{"v":0.1E+1,"kind":"end","conversation":"c"}',
        "version 1 with many zeros": b'{"v":1.' + b"0" * 40 + b',"kind":"end","conversation":"c"}',
        "escapes in a key": b'{"\\u0076":1,"kind":"end","conversation":"c"}',
        "escapes in a kind": b'{"v":1,"kind":"\\u0065nd","conversation":"c"}',
        "an escaped NUL in the conversation": b'{"v":1,"kind":"end","conversation":"\\u0000"}',
        "half of a pair in the conversation": b'{"v":1,"kind":"end","conversation":"\\udc00"}',
        "an escaped solidus": line(',"x":"\\/"'),
        "a null id": line(',"id":null,"at":null,"visibility":null'),
        "a number of 400 digits": line(',"x":' + "9" * 400),
        "a number that is too great": line(',"x":1e999'),
        "U+FFFF": line(',"x":"\uffff"'),
        "a raw DEL": line(',"x":"\x7f"'),
        "among workers, by a visibility that is not known": line(',"visibility":"some"'),
        "among workers, by an escape": line(',"visibility":"worker\\u0073"'),
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
        "version 1.1": b'{"v":1.1,"kind":"end","conversation":"c"}'.replace(b"1.1", b"1.x"),
        "no version": b'{"kind":"end","conversation":"c"}',
        "a null version": b'{"v":null,"kind":"end","conversation":"c"}',
        "a null kind": b'{"v":1,"kind":null,"conversation":"c"}',
        "a null conversation": b'{"v":1,"kind":"end","conversation":null}',
        "a conversation that is a number": b'{"v":1,"kind":"end","conversation":5}',
        "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf" + line(""),
        "a vertical tab before it": b"\x0b" + line(""),
        "a form feed behind it": line("") + b"\x0c",
        "NUL behind it": line("") + b"\0",
        "an escape that there is not": line(',"x":"\\x41"'),
        "an escape of three digits": line(',"x":"\\u041"'),
        "a string in single quotes": line(",'x':1"),
        "a comment": line("/**/"),
        "a plus before a number": line(',"x":+1'),
        "a point without digits": line(',"x":1.'),
        "an exponent without digits": line(',"x":1e'),
        "minus alone": line(',"x":-'),
        "true in capitals": line(',"x":TRUE'),
        "a key without a value": line(',"x"'),
        "a key that is a number": line(",1:1"),
        "half of a surrogate pair in UTF-8": line(',"x":"A"').replace(b"A", b"\xed\xa0\x80"),
        "a code point beyond the last": line(',"x":"A"').replace(b"A", b"\xf4\x90\x80\x80"),
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
            among = label.startswith("among workers")
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
    tiny = b"0." + b"0" * 20 + b"1e21"
    yield case("version 1 with many digits and an exponent", _of_version(tiny), "event")
    near = {"more": b"1.00000000000000000000001", "less": b"0.99999999999999999999999"}
    for label, version in near.items():
        yield case(
            f"later: version a little {label} than 1", _of_version(version), "later-version"
        )
    yield case("version 1 to the minus nothing", _of_version(b"1e-0"), "event")
    yield case("later: version minus 1.0", _of_version(b"-1.0"), "later-version")
    yield case(
        "later: a version with an exponent of 24 digits",
        _of_version(b"1e" + b"9" * 24),
        "later-version",
    )
    for label, more in (
        ("a body that is an array", ',"body":[]'),
        ("a time that is none", ',"at":"x"'),
        ("a kind that is not known", ',"kind":"shout"'),
    ):
        text = event_line(more).replace(b'"v":1', b'"v":2')
        yield case(f"later: version 2 with {label}", text, "later-version")
    yield case("later: version 2 and nothing else", b'{"v":2}', "later-version")
    for version in (b"0", b"2", b"-1", b"1.5", b"10", b"1e1", b"1e400", b"11e-1"):
        label = f"later: version {version.decode()}"
        yield case(label, _of_version(version), "later-version")
    yield case("version 2", b'{"v":2,"kind":"message","conversation":"c"}', "later-version")
