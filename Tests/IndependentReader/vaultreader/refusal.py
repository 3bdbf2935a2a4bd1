"""The answers a reader may give instead of a result.

Sealed part, section "Reading": all tampering gives one answer, and what is
missing, expired, erased, somebody else's, without a page or of a later
version is told apart. Share bundle, section "Importing it", adds its own.
"""

from __future__ import annotations

import enum


class Answer(enum.Enum):
    """What is said instead of a result."""

    # Sealed part, "Reading"
    CHANGED = "changed or damaged"
    TOO_LONG = "longer than a part may be; not read"
    MISSING = "not there"
    EXPIRED = "expired"
    ERASED = "erased"
    NOT_YOURS = "not yours"
    NO_PAGE = "no page"
    NO_PAIR = "not prepared for these two leads"
    LATER_VERSION = "of a version that this reader does not know"
    # Share bundle, "Importing it" (EXPIRED and LATER_VERSION are above)
    NOT_FOR_YOU = "not for you"
    NOT_GENUINE = "not genuine"
    NEWER_ROSTER = "signed under a newer roster than the one pinned here"
    UNKNOWN_SENDER = "from somebody who is not in the roster"
    # The rest
    FORM = "not in its one form"
    SIGNATURE = "the signature does not verify"
    ROSTER = "the roster is not believed"
    LEDGER = "the ledger is not believed"
    CERTIFICATE = "a certificate is not authentic, or one is missing"
    CALENDAR = "the calendar is missing, damaged or tampered with"
    CELL = "the cell is not usable"
    IDENTITY = "the identity file does not open"


class Refusal(Exception):
    """An answer, and the rule of the page that was broken.

    The rule is for tests and for people who mend things; where a page asks
    for one opaque answer, only the answer is shown.
    """

    def __init__(self, answer: Answer, rule: str = "") -> None:
        super().__init__(f"{answer.value} ({rule})" if rule else answer.value)
        self.answer = answer
        self.rule = rule


def require(holds: bool, answer: Answer, rule: str) -> None:
    """Refuse with this answer unless the rule holds."""
    if not holds:
        raise Refusal(answer, rule)
