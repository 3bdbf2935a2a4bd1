"""Values that many formats share.

Signed text, "Values in common": ids, digests, days, moments and base64. The
other pages count days as numbers since 1970-01-01.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import re

from .refusal import Answer, require, Refusal

EPOCH = datetime.date(1970, 1, 1)
LAST_DAY = 2_932_896  # 9999-12-31
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ID = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,19}")
GREATEST_NUMBER = 2**63 - 1
_CONTROLS = re.compile("[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def is_id(text: object) -> bool:
    """Whether it is an id: 32 lower-case hexadecimal digits."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def is_digest(text: object) -> bool:
    """Whether it is a digest: 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def is_value(text: object) -> bool:
    """Whether it may be a value of a signed text (Signed text)."""
    return (
        isinstance(text, str)
        and text != ""
        and not text.startswith(" ")
        and not text.endswith(" ")
        and _CONTROLS.search(text) is None
    )


def parse_id(text: object, what: str) -> str:
    """An id, or a refusal."""
    require(is_id(text), Answer.FORM, f"{what} is no id")
    assert isinstance(text, str)
    return text


def parse_digest(text: object, what: str) -> str:
    """A digest, or a refusal."""
    require(is_digest(text), Answer.FORM, f"{what} is no digest")
    assert isinstance(text, str)
    return text


def parse_day(text: object, what: str = "a day") -> datetime.date:
    """A day, YYYY-MM-DD, from 1970 on."""
    if isinstance(text, str) and _DAY.fullmatch(text) and text >= "1970":
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            pass
    raise Refusal(Answer.FORM, f"{what} is no day")


def parse_moment(text: object, what: str = "a moment") -> datetime.datetime:
    """A moment, YYYY-MM-DDTHH:MM:SSZ, from 1970 on."""
    if isinstance(text, str) and _MOMENT.fullmatch(text) and text >= "1970":
        try:
            return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            pass
    raise Refusal(Answer.FORM, f"{what} is no moment")


def parse_number(text: str, what: str, greatest: int = GREATEST_NUMBER) -> int:
    """A number in decimal, without leading zeros."""
    require(
        _NUMBER.fullmatch(text) is not None and int(text) <= greatest,
        Answer.FORM,
        f"{what} is no number",
    )
    return int(text)


def parse_base64(text: object, length: int, what: str) -> bytes:
    """RFC 4648 section 4, with padding and zero unused bits."""
    if isinstance(text, str):
        try:
            data = base64.b64decode(text.encode("ascii"), validate=True)
        except (UnicodeEncodeError, binascii.Error):
            data = b""
        if len(data) == length and base64.b64encode(data).decode() == text:
            return data
    raise Refusal(Answer.FORM, f"{what} is no base64 of {length} bytes")


def day_number(day: datetime.date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of_number(number: int) -> datetime.date:
    """The day so many days after 1970-01-01."""
    return EPOCH + datetime.timedelta(days=number)


def today_utc() -> datetime.date:
    """The clock's day, UTC."""
    return datetime.datetime.now(datetime.timezone.utc).date()
