"""Share bundle: rules 1 to 12, with bundles made from the pages."""

from __future__ import annotations

import datetime
import unittest
from typing import Any

from vaultreader import acts, age, bundle, canonicaljson
from vaultreader.refusal import Refusal

from . import cast
from .bundlecases import BundleCases
from .cast import ANNA, SERVICE, TEAM

TRANSCRIPT = b"".join(
    b'{"v":1,"kind":"message","conversation":"x","id":"%d"}\n' % number for number in range(11)
)


def right_consent() -> dict[str, Any]:
    """A consent to a copy for the team of the tests."""
    return {
        "type": acts.CONSENT,
        "id": "12" * 16,
        "conversation": "34" * 16,
        "state": "given",
        "previous": None,
        "pseudonym": "Bluebird",
        "real_name": "Robin Example",
        "expressed_by": "the young person",
        "expressed_how": "in the chat",
        "evidence": {
            "asked": "1",
            "asked_digest": "00" * 32,
            "answered": "2",
            "answered_digest": "11" * 32,
            "answer": "yes",
        },
        "notice": {"version": "1", "language": "en", "text": "We send a copy."},
        "understanding": "said it back",
        "purpose": "support at home",
        "scope": {"from": 1, "to": 11, "redacted": [], "includes_internal": False, "digest": ""},
        "recipient": {"team": TEAM.name, "card": TEAM.digest, "contact": "room 2"},
        "lawful_basis": "consent",
        "given_at": "2026-11-25T10:00:00Z",
        "valid_until": "2026-12-12",
        "copy_expires": "2027-05-27",
        "how_to_withdraw": "in the chat",
        "withdrawal_explained": True,
        "may_be_counted": False,
    }


class Bundles(unittest.TestCase):
    """Bundles for the team, verified on a day of the tests."""

    def test_every_bundle(self) -> None:
        """Each has its answer."""
        roster = cast.current_roster()
        cases = BundleCases(
            consent=right_consent(),
            transcript=TRANSCRIPT,
            sender=(ANNA.name, ANNA.signer),
            service=(SERVICE.name, SERVICE.signer),
            recipient=age.recipient(TEAM.age_secret),
            roster=(roster.number, roster.digest),
            now=datetime.datetime.combine(cast.TODAY, datetime.time(12)),
        )
        team = cast.person(TEAM)
        for case in cases.all():
            with self.subTest(case.label):
                if case.answer is None:
                    bundle.verify(case.data, team, [roster], cast.TODAY)
                else:
                    with self.assertRaises(Refusal) as caught:
                        bundle.verify(case.data, team, [roster], cast.TODAY)
                    self.assertIs(caught.exception.answer, case.answer)

    def test_acts_that_are_passed_over(self) -> None:
        """Acts, first section."""
        right = right_consent()
        self.assertIsNotNone(acts.parse(canonicaljson.encode(right)))
        for line in (
            b"",
            b"x",
            b"[]",
            b'{"type":"transcript-vault note 1"}',
            canonicaljson.encode({**right, "x": 1}),
            canonicaljson.encode(right) + b"\n",
            canonicaljson.encode({**right, "state": "x"}),
        ):
            self.assertIsNone(acts.parse(line))

    def test_real_names(self) -> None:
        """Acts, `real_name`: a letter that can be seen."""
        for name, good in (
            ("x", True),
            ("\u5b57", True),
            ("\u02b0", True),
            ("\u00aa", True),
            ("", False),
            ("123", False),
            ("\u3164", False),
            ("\u115f", False),
            ("\U0001f600", False),
            ("\u200b", False),
            ("\u2167", False),
            ("\u17b4", False),
            ("\uffa0", False),
        ):
            line = canonicaljson.encode({**right_consent(), "real_name": name})
            with self.subTest(name):
                self.assertEqual(acts.parse_consent(line).has_real_name, good)


if __name__ == "__main__":
    unittest.main()
