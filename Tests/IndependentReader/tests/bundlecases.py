"""Share bundles, right and wrong, and what the importer says of them.

The same bundles are given to this reader and to the team's program.
"""

from __future__ import annotations

import copy
import datetime
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vaultreader import age, canonicaljson
from vaultreader.refusal import Answer

from .bundling import age_encrypt, bundle_content, scope_digest, statement_lines, statement_text
from .signing import Signer, secret

Fields = list[tuple[str, str]]


@dataclass
class BundleCase:
    """A bundle, and the answer; None: everything holds."""

    label: str
    data: bytes
    answer: Answer | None


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
    ) -> bytes:
        """A bundle that is right but for what is said."""
        transcript = self.transcript if transcript is None else transcript
        consent = _changed(self.consent, {"id": os.urandom(16).hex(), **change})
        if right_digest:
            consent["scope"]["digest"] = scope_digest(transcript)
        line = canonicaljson.encode(consent)
        sender = sender or self.sender
        recipients = recipients or [self.recipient]
        created = (self.now + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        fields = statement_lines(
            line, transcript, sender, listed or recipients, roster or self.roster, created
        )
        archive = bundle_content(
            statement_text(fix(fields)), signer or sender[1], line, transcript
        )
        return age_encrypt(content(archive), recipients, extra)

    def all(self) -> list[BundleCase]:
        """Every case."""
        return [
            *self._files(),
            *self._senders(),
            *self._statements(),
            *self._consents(),
            *self._transcripts(),
        ]

    def _files(self) -> list[BundleCase]:
        """Rules 1, 2, 6 and 7."""
        other = age.recipient(secret("another team"))
        right = self.bundle()
        return [
            BundleCase("right", right, None),
            BundleCase("a byte changed", right[:-50] + b"x" + right[-49:], Answer.NOT_GENUINE),
            BundleCase("cut", right[:-1], Answer.NOT_GENUINE),
            BundleCase("longer", right + b"x", Answer.NOT_GENUINE),
            BundleCase("no age file", b"hello", Answer.NOT_GENUINE),
            BundleCase("for another", self.bundle(recipients=[other]), Answer.NOT_FOR_YOU),
            BundleCase("listed for another", self.bundle(listed=[other]), Answer.NOT_FOR_YOU),
            BundleCase(
                "a stanza more",
                self.bundle(recipients=[self.recipient, other], listed=[self.recipient]),
                Answer.NOT_GENUINE,
            ),
            BundleCase(
                "a recipient more",
                self.bundle(recipients=[self.recipient, other]),
                Answer.NOT_GENUINE,
            ),
            BundleCase("grease", self.bundle(extra=b"-> grease x\n\n"), Answer.NOT_GENUINE),
            BundleCase(
                "a user in the archive",
                self.bundle(content=lambda c: c[:110] + b"1" + c[111:]),
                Answer.NOT_GENUINE,
            ),
            BundleCase(
                "a block more", self.bundle(content=lambda c: c + bytes(512)), Answer.NOT_GENUINE
            ),
            BundleCase(
                "padding that is not zero",
                self.bundle(content=lambda c: c[:-1025] + b"x" + c[-1024:]),
                Answer.NOT_GENUINE,
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

            cases.append(BundleCase(f"{name} {value}", self.bundle(fix=fix), Answer.NOT_GENUINE))
        return cases + [
            BundleCase(
                "a field more",
                self.bundle(fix=lambda fields: [*fields, ("x", "y")]),
                Answer.NOT_GENUINE,
            )
        ]

    def _consents(self) -> list[BundleCase]:
        """Rules 9, 10 and 12: what the consent says."""
        today = self.now.date()
        day = datetime.timedelta(days=1)
        wrong = (
            {"state": "withdrawn"},
            {"state": "x"},
            {"real_name": " "},
            {"real_name": "\u3164"},
            {"real_name": "123"},
            {"previous": 5},
            {"x": 1},
            {"pseudonym": None},
            {"valid_until": str(today - day)},
            {"valid_until": "x"},
            {"given_at": (self.now + day).strftime("%Y-%m-%dT%H:%M:%SZ")},
            {"given_at": "x"},
            {"scope.from": 0},
            {"scope.includes_internal": None},
            {"recipient.team": "other"},
        )
        right = (
            {"real_name": "\uff32obin"},
            {"pseudonym": ""},
            {"id": "x"},
            {"previous": "x"},
            {"valid_until": str(today)},
            {"copy_expires": str(today)},
            {"given_at": "2026-01-01t00:00:00.5+01:00"},
            {"withdrawal_explained": False},
        )
        return [
            *(BundleCase(f"{c}", self.bundle(c), Answer.NOT_GENUINE) for c in wrong),
            *(BundleCase(f"{c}", self.bundle(c), None) for c in right),
            BundleCase("expired", self.bundle({"copy_expires": str(today - day)}), Answer.EXPIRED),
            BundleCase(
                "another card", self.bundle({"recipient.card": "ab" * 32}), Answer.NOT_FOR_YOU
            ),
        ]

    def _transcripts(self) -> list[BundleCase]:
        """Rule 11."""

        def event(**more: Any) -> bytes:
            value = {"v": 1, "kind": "message", "conversation": "x", **more}
            return json.dumps(value).encode() + b"\n"

        inside = event(visibility="workers")
        cases: tuple[tuple[str, bytes, dict[str, Any], bool], ...] = (
            ("no line feed", self.transcript[:-1], {}, False),
            ("nothing", b"", {}, False),
            ("an empty line", event() + b"\n" + event(), {}, False),
            ("no event", b"{}\n", {}, False),
            ("among workers", inside, {}, False),
            ("among workers, agreed to", inside, {"scope.includes_internal": True}, True),
            ("too many lines", event() * 3, {"scope.to": 2}, False),
            ("as many as can be", event() * 2, {"scope.to": 2}, True),
            ("redacted lines count", event() * 2, {"scope.to": 2, "scope.redacted": [2]}, False),
            ("redacted wherever", event(), {"scope.to": 2, "scope.redacted": [9]}, True),
        )
        return [
            *(
                BundleCase(label, self.bundle(change, data), None if good else Answer.NOT_GENUINE)
                for label, data, change, good in cases
            ),
            BundleCase(
                "another scope",
                self.bundle({"scope.digest": "ab" * 32}, right_digest=False),
                Answer.NOT_GENUINE,
            ),
        ]


def _changed(value: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    value = copy.deepcopy(value)
    for name, item in change.items():
        *path, last = name.split(".")
        inner = value
        for part in path:
            inner = inner[part]
        inner[last] = item
    return value
