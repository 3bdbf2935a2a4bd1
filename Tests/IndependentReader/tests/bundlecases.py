"""Share bundles, right and wrong, and what the importer says of them.

The same bundles are given to this reader and to the team's program.
"""

from __future__ import annotations

import base64
import copy
import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from vaultreader import age, canonicaljson
from vaultreader.refusal import Answer

from .archivecases import deviations
from .bundling import age_encrypt, bundle_content, scope_digest, statement_lines, statement_text
from .chosen import secret
from .signing import Signer

Fields = list[tuple[str, str]]
STATEMENT = "transcript-vault statement 1"


def sign_statement(by: Signer, text: bytes) -> bytes:
    """The right signature of a statement."""
    return by.sign(text, STATEMENT)


class Bundle(NamedTuple):
    """A bundle's bytes, and the consent and transcript in it."""

    data: bytes
    consent: bytes = b""
    transcript: bytes = b""


@dataclass
class BundleCase:
    """A bundle, and the answer; None: everything holds."""

    label: str
    bundle: Bundle
    answer: Answer | None
    roster: int = 2


@dataclass
class BundleCases:
    """Builds the cases for a team, on a consent that holds."""

    consent: dict[str, Any]
    transcript: bytes
    sender: tuple[str, Signer]
    service: tuple[str, Signer]
    recipient: str
    roster: tuple[int, str]
    now: datetime.datetime

    def bundle(
        self,
        change: dict[str, Any] = {},
        transcript: bytes | None = None,
        sender: tuple[str, Signer] | None = None,
        signer: Signer | None = None,
        recipients: list[str] | None = None,
        listed: list[str] | None = None,
        roster: tuple[int, str] | None = None,
        days: int = 0,
        fix: Callable[[Fields], Fields] = lambda fields: fields,
        content: Callable[[bytes], bytes] = lambda content: content,
        extra: bytes = b"",
        right_digest: bool = True,
        signature: Callable[[Signer, bytes], bytes] = sign_statement,
        fix_consent: Callable[[bytes], bytes] = lambda line: line,
    ) -> Bundle:
        """A bundle that is right but for what is said."""
        transcript = self.transcript if transcript is None else transcript
        consent = _changed(self.consent, change)
        if right_digest:
            consent["scope"]["digest"] = scope_digest(transcript)
        line = fix_consent(canonicaljson.encode(consent))
        sender = sender or self.sender
        recipients = recipients or [self.recipient]
        created = _moment(self.now + datetime.timedelta(days=days))
        fields = statement_lines(
            line, transcript, sender, listed or recipients, roster or self.roster, created
        )
        statement = statement_text(fix(fields))
        signed = signature(signer or sender[1], statement)
        archive = bundle_content(statement, signed, line, transcript)
        return Bundle(age_encrypt(content(archive), recipients, extra), line, transcript)

    def all(self) -> list[BundleCase]:
        """Every case."""
        return [
            *self._files(),
            *self._senders(),
            *self._days(),
            *self._statements(),
            *self._consents(),
            *self._transcripts(),
        ]

    def _files(self) -> list[BundleCase]:
        """Rules 1, 2, 6 and 7."""
        other = age.recipient(secret("another team"))
        right = self.bundle()
        data = right.data
        torn = {
            "a byte changed": data[:-50] + b"x" + data[-49:],
            "cut by one byte": data[:-1],
            "one byte longer": data + b"x",
            "no age file": b"hello",
            "no byte": b"",
            "armored": _armored(data),
        }
        return [
            BundleCase("right", right, None),
            *(BundleCase(label, Bundle(file), Answer.NOT_GENUINE) for label, file in torn.items()),
            BundleCase("for another", self.bundle(recipients=[other]), Answer.NOT_FOR_YOU),
            BundleCase("listed for another", self.bundle(listed=[other]), Answer.NOT_FOR_YOU),
            BundleCase(
                "a stanza more than recipients",
                self.bundle(recipients=[self.recipient, other], listed=[self.recipient]),
                Answer.NOT_GENUINE,
            ),
            BundleCase(
                "a recipient that is not on the card",
                self.bundle(recipients=[self.recipient, other]),
                Answer.NOT_GENUINE,
            ),
            BundleCase(
                "a stanza that is not X25519",
                self.bundle(extra=b"-> grease x\n\n"),
                Answer.NOT_GENUINE,
            ),
            *(
                BundleCase(f"archive: {label}", self.bundle(content=change), Answer.NOT_GENUINE)
                for label, change in deviations().items()
            ),
        ]

    def _senders(self) -> list[BundleCase]:
        """Rules 3 to 5."""
        stranger = ("mallory", Signer(secret("mallory")))
        number, digest = self.roster
        newer = (number + 1, "ab" * 32)
        return [
            BundleCase("a stranger", self.bundle(sender=stranger), Answer.UNKNOWN_SENDER),
            BundleCase(
                "another name", self.bundle(sender=("ben", self.sender[1])), Answer.UNKNOWN_SENDER
            ),
            BundleCase("a service", self.bundle(sender=self.service), Answer.UNKNOWN_SENDER),
            BundleCase("another's signature", self.bundle(signer=stranger[1]), Answer.NOT_GENUINE),
            BundleCase(
                "signed for another purpose",
                self.bundle(signature=lambda by, text: by.sign(text, "transcript-vault card 1")),
                Answer.NOT_GENUINE,
            ),
            BundleCase(
                "a statement that was changed after it was signed",
                self.bundle(signature=lambda by, text: by.sign(text + b"x", STATEMENT)),
                Answer.NOT_GENUINE,
            ),
            BundleCase("a newer roster", self.bundle(roster=newer), Answer.NEWER_ROSTER),
            BundleCase(
                "a stranger, a newer roster",
                self.bundle(sender=stranger, roster=newer),
                Answer.NEWER_ROSTER,
            ),
            BundleCase(
                "another roster", self.bundle(roster=(number, "ab" * 32)), Answer.NOT_GENUINE
            ),
            BundleCase("an older roster", self.bundle(roster=(1, "ab" * 32)), None),
            BundleCase("made tomorrow", self.bundle(days=1), None),
            BundleCase("made in two days", self.bundle(days=2), Answer.NOT_GENUINE),
        ]

    def _days(self) -> list[BundleCase]:
        """Rules 3 and 4 by a roster in which the sender has a last day: today."""
        return [
            BundleCase("made on the sender's last day", self.bundle(), None, 4),
            BundleCase(
                "made after the sender's last day", self.bundle(days=1), Answer.UNKNOWN_SENDER, 4
            ),
            BundleCase(
                "a roster beyond the one that has the sender's last day",
                self.bundle(roster=(5, "ab" * 32), days=1),
                Answer.NEWER_ROSTER,
                4,
            ),
        ]

    def _statements(self) -> list[BundleCase]:
        """Rules 8 and 9: what the statement says."""
        cases = []
        for name, value in (
            ("purpose", "another"),
            ("conversation", "ab" * 16),
            ("events", "1-9"),
            ("events", "01-11"),
            ("retain-until", "2099-01-01"),
            ("bundle", "ab" * 16),
            ("previous", "ab" * 16),
        ):

            def fix(fields: Fields, name: str = name, value: str = value) -> Fields:
                return [(n, value if n == name else v) for n, v in fields]

            label = f"statement: {name} {value[:16]}"
            cases.append(BundleCase(label, self.bundle(fix=fix), Answer.NOT_GENUINE))
        for name, place, label in (
            ("consent.json", 1, "length"),
            ("consent.json", 2, "digest"),
            ("transcript.jsonl", 1, "length"),
            ("transcript.jsonl", 2, "digest"),
        ):

            def other(fields: Fields, name: str = name, place: int = place) -> Fields:
                return [(n, _with_word(v, place) if v.startswith(name) else v) for n, v in fields]

            what = f"statement: another {label} of {name}"
            cases.append(BundleCase(what, self.bundle(fix=other), Answer.NOT_GENUINE))
        return cases + [
            BundleCase(
                "statement: a field more",
                self.bundle(fix=lambda fields: [*fields, ("x", "y")]),
                Answer.NOT_GENUINE,
            )
        ]

    def _consents(self) -> list[BundleCase]:
        """Rules 9, 10 and 12: what the consent says."""
        today = self.now.date()
        day = datetime.timedelta(days=1)
        wrong: dict[str, dict[str, Any]] = {
            "withdrawn": {"state": "withdrawn"},
            "asked": {"state": "asked"},
            "a state that is not known": {"state": "x"},
            "a space for a real name": {"real_name": " "},
            "a Hangul filler for a real name": {"real_name": "\u3164"},
            "digits for a real name": {"real_name": "123"},
            "a number in previous": {"previous": 5},
            "a field more": {"x": 1},
            "no pseudonym": {"pseudonym": None},
            "its time was over when the copy was made": {"valid_until": str(today - day)},
            "valid until no day": {"valid_until": "x"},
            "given after the copy was made": {"given_at": _moment(self.now + day)},
            "given at no moment": {"given_at": "x"},
            "from line 0": {"scope.from": 0},
            "neither yes nor no": {"scope.includes_internal": None},
            "another team's name": {"recipient.team": "other"},
            "redacted lines that descend": {
                "scope.from": 1,
                "scope.to": 20,
                "scope.redacted": [14, 13],
            },
            "a redacted line twice": {"scope.to": 20, "scope.redacted": [13, 13]},
            "a redacted line before the first": {"scope.to": 20, "scope.redacted": [0]},
            "a redacted line behind the last": {"scope.to": 20, "scope.redacted": [21]},
        }
        right: dict[str, dict[str, Any]] = {
            "a full-width letter in the real name": {"real_name": "\uff32obin"},
            "an empty pseudonym": {"pseudonym": ""},
            "an id that is none": {"id": "x"},
            "a previous that is no digest": {"previous": "x"},
            "valid until the day of the copy": {"valid_until": str(today)},
            "the copy's last day": {"copy_expires": str(today)},
            "given at a moment with fraction and offset": {
                "given_at": "2026-01-01t00:00:00.5+01:00"
            },
            "withdrawal not explained": {"withdrawal_explained": False},
            "the first and the last line redacted": {"scope.to": 20, "scope.redacted": [1, 20]},
        }
        spaced = self.bundle(fix_consent=lambda line: line.replace(b":", b": ", 1))
        return [
            *(
                BundleCase(f"consent: {label}", self.bundle(change), Answer.NOT_GENUINE)
                for label, change in wrong.items()
            ),
            *(
                BundleCase(f"consent: {label}", self.bundle(change), None)
                for label, change in right.items()
            ),
            BundleCase("consent: not canonical JSON", spaced, Answer.NOT_GENUINE),
            BundleCase(
                "consent: the copy's last day is over",
                self.bundle({"copy_expires": str(today - day)}),
                Answer.EXPIRED,
            ),
            BundleCase(
                "consent: another card",
                self.bundle({"recipient.card": "ab" * 32}),
                Answer.NOT_FOR_YOU,
            ),
        ]

    def _transcripts(self) -> list[BundleCase]:
        """Rule 11."""

        def event(**more: Any) -> bytes:
            value = {"v": 1, "kind": "message", "conversation": "x", **more}
            return json.dumps(value).encode() + b"\n"

        inside = event(visibility="workers")
        cases: tuple[tuple[str, bytes, dict[str, Any], bool], ...] = (
            ("no line feed at the end", self.transcript[:-1], {}, False),
            ("no byte", b"", {}, False),
            ("lines that end in CR LF", self.transcript.replace(b"\n", b"\r\n"), {}, True),
            ("an empty line", event() + b"\n" + event(), {}, False),
            ("no event", b"{}\n", {}, False),
            ("among workers", inside, {}, False),
            ("among workers, agreed to", inside, {"scope.includes_internal": True}, True),
            ("too many lines", event() * 3, {"scope.to": 2}, False),
            ("as many as can be", event() * 2, {"scope.to": 2}, True),
            ("redacted lines count", event() * 2, {"scope.to": 2, "scope.redacted": [2]}, False),
            ("one line, one redacted", event(), {"scope.to": 2, "scope.redacted": [2]}, True),
        )
        return [
            *(
                BundleCase(
                    f"transcript: {label}",
                    self.bundle(change, data),
                    None if good else Answer.NOT_GENUINE,
                )
                for label, data, change, good in cases
            ),
            BundleCase(
                "transcript: another than the consent's",
                self.bundle({"scope.digest": "ab" * 32}, right_digest=False),
                Answer.NOT_GENUINE,
            ),
        ]


def _with_word(value: str, place: int) -> str:
    """A value with one word, a number or a digest, changed."""
    words = value.split(" ")
    words[place] = "1" if place == 1 else "ab" * 32
    return " ".join(words)


def _moment(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _armored(file: bytes) -> bytes:
    text = base64.b64encode(file)
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    body = [b"-----BEGIN AGE ENCRYPTED FILE-----", *lines, b"-----END AGE ENCRYPTED FILE-----"]
    return b"".join(line + b"\n" for line in body)


def _changed(value: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    value = copy.deepcopy(value)
    for name, item in change.items():
        *path, last = name.split(".")
        inner = value
        for part in path:
            inner = inner[part]
        inner[last] = item
    return value
