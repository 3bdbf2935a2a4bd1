"""Chains of rosters that are followed from a pin, and which files of one count (Roster)."""

from __future__ import annotations

from typing import Any

from vaultreader.primitives import sha256
from vaultreader.roster import CONTEXT

from .cast import FIRST, SECOND
from .chosen import secret
from .rostercases import ORGANISATION, RosterCase
from .signing import Signer, roster_file


def pin_cases() -> list[RosterCase]:
    """Roster, "Pin": chains that are followed from a pin, and which files count."""
    files = [roster_file(FIRST), roster_file(SECOND)]
    first = pin(FIRST)
    others = {
        "of another digest": first.replace(b"digest: ", b"digest: 0")[:-2] + b"\n",
        "of a number that is not there": pin({**SECOND, "number": 3}),
        "of another key": pin(FIRST, Signer(secret("another organisation"))),
        "of another vault": pin({**FIRST, "vault": "cd" * 16}, digest_of=FIRST),
        "with a leading zero": first.replace(b"number: 1", b"number: 01"),
        "of number 0": first.replace(b"number: 1", b"number: 0"),
        "with CR LF": first.replace(b"\n", b"\r\n"),
        "with a field more": first + b"x: y\n",
        "of no byte": b"",
    }
    signature = "rosters/2.json.minisig"
    two = files[1]
    signed = {
        "signed by somebody else": Signer(secret("another organisation")).sign(two, CONTEXT),
        "signed for another purpose": ORGANISATION.sign(two, "transcript-vault card 1"),
        "whose signature was changed": ORGANISATION.sign(files[0], CONTEXT),
        "with an empty signature file": b"",
    }
    return [
        RosterCase("from a pin of the first", files, True, {"pin": first}),
        RosterCase("from a pin of the latest", files, True, {"pin": pin(SECOND)}),
        RosterCase("an older copy than the pin's", files[:1], False, {"pin": pin(SECOND)}),
        *(
            RosterCase(f"a pin {label}", files, False, {"pin": text})
            for label, text in others.items()
        ),
        *(
            RosterCase(f"a roster {label}", files, False, {signature: text})
            for label, text in signed.items()
        ),
        RosterCase("a number is missing between", files, False, numbers=[1, 3]),
        RosterCase("the first is missing", files, False, numbers=[2, 3]),
        RosterCase(
            "a second file without its signature", files[:1], True, {"rosters/2.json": two}
        ),
        RosterCase(
            "under a name with a leading zero",
            files[:1],
            True,
            {"rosters/02.json": two, "rosters/02.json.minisig": b"x"},
        ),
    ]


def pin(
    value: dict[str, Any], key: Signer = ORGANISATION, digest_of: dict[str, Any] | None = None
) -> bytes:
    """The pin that an installation keeps of a roster."""
    digest = sha256(roster_file(digest_of or value)).hex()
    return (
        f"transcript-vault pin 1\norganisation-key: {key.text}\nvault: {value['vault']}\n"
        f"number: {value['number']}\ndigest: {digest}\n"
    ).encode()
