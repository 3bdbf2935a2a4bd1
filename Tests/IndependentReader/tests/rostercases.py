"""Chains of rosters, right and wrong.

The same chains are given to this reader and to the programs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import signing
from .cast import (
    ANNA,
    BEN,
    CHANGED,
    CREATED,
    EXPIRES,
    FIRST,
    KEEPER,
    LARA,
    LEADS,
    LENA,
    LUIS,
    SECOND,
    SERVICE,
    TEAM,
    VAULT,
)
from .chosen import secret
from .signing import Signer, Somebody, first_roster, next_roster, roster_file

ORGANISATION = Signer(secret("the organisation signs"))
MONA = Somebody("mona", "lead")


@dataclass
class RosterCase:
    """The files of a chain, and whether it is believed."""

    label: str
    files: list[bytes]
    believed: bool
    others: dict[str, bytes] = field(default_factory=dict)
    numbers: list[int] | None = None

    def numbered(self) -> list[tuple[int, bytes]]:
        """Each file with the number under which it lies."""
        return list(zip(self.numbers or range(1, len(self.files) + 1), self.files))


def all_cases() -> list[RosterCase]:
    """Every case."""
    return [*_first(), *_files(), *_next(), *_leads(), *_people(), *_approvals()]


def _case(label: str, believed: bool, *rosters: dict[str, Any]) -> RosterCase:
    return RosterCase(label, [roster_file(roster) for roster in rosters], believed)


def _first_of(*people: Somebody) -> dict[str, Any]:
    return first_roster(VAULT, CREATED, list(people))


def _second(
    *people: Somebody, retired: list[str] = [], leads: list[Somebody] = [LENA]
) -> dict[str, Any]:
    return next_roster(FIRST, CHANGED, EXPIRES, list(people), retired, leads)


def _third(
    *people: Somebody, retired: list[str] = [], leads: list[Somebody] = [LENA]
) -> dict[str, Any]:
    return next_roster(SECOND, CHANGED, EXPIRES, list(people), retired, leads)


def _with(roster: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    changed = copy.deepcopy(roster)
    change(changed)
    return changed


def _first() -> list[RosterCase]:
    """Roster, "Which roster follows": number 1."""
    one = FIRST
    return [
        _case("first", True, one),
        _case("two leads", False, _first_of(LENA, LUIS)),
        _case("leads and a worker", False, _first_of(*LEADS, ANNA)),
        _case("without leads", True, _first_of(ANNA, SERVICE, KEEPER)),
        _case("nobody", True, _first_of()),
        _case("two keepers", False, _first_of(KEEPER, Somebody("keeper2", "keeper"))),
        _case("number 2", False, {**one, "number": 2}),
        _case("a predecessor", False, {**one, "predecessor": "0" * 64}),
        _case(
            "valid before",
            False,
            _with(one, lambda r: r["entries"][0].update(valid_from="2026-11-19")),
        ),
        _case(
            "retired", False, _with(one, lambda r: r["entries"][0].update(valid_to="2026-11-20"))
        ),
        _case(
            "a card by another",
            False,
            _with(one, lambda r: r["entries"][0].update(signature=LUIS.card_signature.decode())),
        ),
    ]


def _files() -> list[RosterCase]:
    """Roster, "File"."""
    raw = roster_file(FIRST)
    cases = [
        RosterCase(label, [data], False)
        for label, data in (
            ("no line feed at the end", raw[:-1]),
            ("CR LF at the end", raw[:-1] + b"\r\n"),
            ("no byte", b""),
            ("NUL at the end", raw[:-1] + b"\0\n"),
            ("overlong UTF-8", raw.replace(b"Example", b"Ex\xc1\xa1mple")),
            ("keys in another order", _reordered(raw)),
            ("two line feeds", raw + b"\n"),
            ("a space that is not canonical", raw.replace(b'":', b'": ', 1)),
            ("1.0 for 1", raw.replace(b'"number":1,', b'"number":1.0,')),
            ("a key twice", raw.replace(b'"number":1,', b'"number":1,"number":1,')),
            ("an escape that is not needed", raw.replace(b'"vault":', b'"vaul\\u0074":')),
            ("a byte order mark", b"\xef\xbb\xbf" + raw),
        )
    ]
    for label, change in (
        ("a name of 101 bytes", {"organisation": "x" * 101}),
        ("a line separator in the name", {"organisation": "a\u2028b"}),
        ("a vault id in capitals", {"vault": "AB" * 16}),
        ("a key more", {"x": 1}),
        ("another type", {"type": "transcript-vault roster 2"}),
        ("a name that begins with a space", {"organisation": " x"}),
        ("an empty name", {"organisation": ""}),
        ("a number that is a string", {"number": "1"}),
        ("number 0", {"number": 0}),
        ("created with a fraction", {"created": "2026-11-20T10:00:00.5Z"}),
        ("created with an offset", {"created": "2026-11-20T10:00:00+00:00"}),
        ("entries that are none", {"entries": {}}),
        ("no approvals", {"approvals": None}),
        ("65 notices", {"policy": {**FIRST["policy"], "notices": ["x"] * 65}}),
        ("a notice of 1,025 bytes", {"policy": {**FIRST["policy"], "notices": ["x" * 1_025]}}),
        ("an empty notice", {"policy": {**FIRST["policy"], "notices": [""]}}),
        ("a policy with a key more", {"policy": {**FIRST["policy"], "x": 1}}),
        ("65 replicas", {"policy": {**FIRST["policy"], "replicas": ["x"] * 65}}),
        ("created on no day", {"created": "2026-02-30T10:00:00Z"}),
        ("created before 1970", {"created": "1969-12-31T10:00:00Z"}),
    ):
        cases.append(_case(label, False, {**FIRST, **change}))
    for label, change in (
        ("a name of 100 bytes", {"organisation": "\u00e9" * 50}),
        ("64 notices", {"policy": {**FIRST["policy"], "notices": ["x"] * 64}}),
        ("a notice of 1,024 bytes", {"policy": {**FIRST["policy"], "notices": ["x" * 1_024]}}),
        ("a decomposed character in the name", {"organisation": "e\u0301"}),
    ):
        cases.append(_case(label, True, {**FIRST, **change}))
    for period, good in (
        ("P999D", True),
        ("P1000D", False),
        ("P0Y", False),
        ("P1W", False),
        ("P01Y", False),
        ("P1D", True),
    ):
        policy = {**FIRST["policy"], "retention": {"default": period, "disclosure": "P7Y"}}
        cases.append(_case(f"retention {period}", good, {**FIRST, "policy": policy}))
    return cases


def _reordered(raw: bytes) -> bytes:
    approvals, created = b'"approvals":[],', b'"created":"%s",' % CREATED.encode()
    return raw.replace(approvals + created, created + approvals)


def _next() -> list[RosterCase]:
    """Roster, "Which roster follows": number n + 1."""
    two = SECOND
    return [
        _case("second", True, FIRST, two),
        _case(
            "created before",
            False,
            FIRST,
            next_roster(FIRST, "2026-11-20T09:59:59Z", EXPIRES, [ANNA], leads=[LENA]),
        ),
        _case(
            "created at once",
            True,
            FIRST,
            next_roster(FIRST, CREATED, EXPIRES, [ANNA], leads=[LENA]),
        ),
        _case("another vault", False, FIRST, {**two, "vault": "cd" * 16}),
        _case("another organisation", False, FIRST, {**two, "organisation": "Other"}),
        _case(
            "another policy", False, FIRST, {**two, "policy": {**two["policy"], "notices": ["1"]}}
        ),
        _case("another predecessor", False, FIRST, {**two, "predecessor": "0" * 64}),
        _case("number 3", False, FIRST, {**two, "number": 3}),
        _case("nothing changes", False, FIRST, _second()),
        _case("an entry is gone", False, FIRST, _with(two, lambda r: r["entries"].pop(0))),
        _case(
            "another order",
            False,
            FIRST,
            _with(two, lambda r: r["entries"].insert(0, r["entries"].pop(1))),
        ),
        _case(
            "enrolled on another day",
            False,
            FIRST,
            _with(two, lambda r: r["entries"][-1].update(valid_from="2026-11-20")),
        ),
        _case(
            "enrolled with an end",
            False,
            FIRST,
            _with(two, lambda r: r["entries"][-1].update(valid_to="2026-11-21")),
        ),
        _case(
            "retired on another day",
            False,
            FIRST,
            two,
            _with(
                _third(retired=["anna"]), lambda r: r["entries"][3].update(valid_to="2026-11-22")
            ),
        ),
        _case(
            "without leads nobody comes",
            False,
            _first_of(ANNA),
            next_roster(_first_of(ANNA), CHANGED, EXPIRES, [BEN], leads=[LENA]),
        ),
    ]


def _leads() -> list[RosterCase]:
    """Approval, "Who must sign"."""
    both = [LENA, LUIS]
    fewer = _second(retired=["lara"], leads=both)
    return [
        _case("a worker by none", False, FIRST, _second(ANNA, leads=[])),
        _case("a worker by three", True, FIRST, _second(ANNA, leads=LEADS)),
        _case("a lead by one", False, FIRST, _second(MONA)),
        _case("a lead by two", True, FIRST, _second(MONA, leads=both)),
        _case("a lead by the same twice", False, FIRST, _second(MONA, leads=[LENA, LENA])),
        _case("a lead and a worker by one", False, FIRST, _second(MONA, ANNA)),
        _case("a lead retired by one", False, FIRST, _second(retired=["lara"])),
        _case("a lead retired by two", True, FIRST, fewer),
        _case(
            "a lead retires themselves", True, FIRST, _second(retired=["lara"], leads=[LENA, LARA])
        ),
        _case(
            "one lead would be left",
            False,
            FIRST,
            fewer,
            next_roster(fewer, CHANGED, EXPIRES, [], ["luis"], both),
        ),
        _case(
            "by a retired lead",
            False,
            FIRST,
            fewer,
            next_roster(fewer, CHANGED, EXPIRES, [ANNA], leads=[LARA]),
        ),
        _case(
            "by a worker", False, FIRST, SECOND, _third(Somebody("wim", "worker"), leads=[ANNA])
        ),
        _case(
            "by a lead and a worker",
            False,
            FIRST,
            SECOND,
            _third(Somebody("wim", "worker"), leads=[LENA, ANNA]),
        ),
        _case(
            "26 leads",
            True,
            FIRST,
            _second(*(Somebody(f"l{i}", "lead") for i in range(23)), leads=both),
        ),
        _case(
            "27 leads",
            False,
            FIRST,
            _second(*(Somebody(f"l{i}", "lead") for i in range(24)), leads=both),
        ),
    ]


def _people() -> list[RosterCase]:
    """Roster: names, keepers, keys."""
    cases = [
        _case("a name twice", False, FIRST, SECOND, _third(Somebody("anna", "team"))),
        _case("a second keeper", False, FIRST, SECOND, _third(Somebody("keeper2", "keeper"))),
        _case(
            "another keeper",
            True,
            FIRST,
            SECOND,
            _third(Somebody("keeper2", "keeper"), retired=["keeper"]),
        ),
        _case("enrolled again", True, FIRST, SECOND, _third(ANNA, retired=["anna"])),
    ]
    for what in ("signer", "record_secret", "age_secret"):
        for label, name, role, good in (
            ("a worker becomes a lead", "anna", "lead", True),
            ("a worker becomes a team", "anna", "team", False),
            ("another name", "anne", "worker", False),
        ):
            other = Somebody(name, role)
            setattr(other, what, getattr(ANNA, what))
            third = _third(other, retired=["anna"], leads=[LENA, LUIS])
            cases.append(_case(f"{label} and keeps the {what}", good, FIRST, SECOND, third))
    return cases


def _approvals() -> list[RosterCase]:
    """Approval, rules 1 to 5."""
    request = SECOND["predecessor"][:32]
    people = (ANNA, BEN, SERVICE, KEEPER, TEAM)
    digests = sorted(person.digest for person in people)

    def approved(*values: dict[str, str]) -> dict[str, Any]:
        return {**SECOND, "approvals": list(values)}

    def by(lead: Somebody = LENA, **changes: Any) -> dict[str, str]:
        parts = {
            "act": "enrol",
            "targets": digests,
            "vault": VAULT,
            "request": request,
            "expires": EXPIRES,
            **changes,
        }
        return signing.approval(lead, **parts)

    cases = [
        _case("an approval twice", False, FIRST, approved(by(), by())),
        _case("fewer targets", False, FIRST, approved(by(targets=digests[:2]))),
        _case("targets that descend", False, FIRST, approved(by(targets=digests[::-1]))),
        _case("another request", False, FIRST, approved(by(request="0" * 32))),
        _case("an approval of another vault", False, FIRST, approved(by(vault="0" * 32))),
        _case("another act", False, FIRST, approved(by(act="retire"))),
        _case(
            "an act more", False, FIRST, approved(by(), by(act="retire", targets=[LENA.digest]))
        ),
        _case(
            "a sweep more", False, FIRST, approved(by(), by(act="sweep", targets=["2026-01-01"]))
        ),
        _case(
            "one of two has expired",
            False,
            FIRST,
            approved(by(), by(LUIS, expires="2026-11-01T00:00:00Z")),
        ),
    ]
    for expires, good in (
        (CHANGED, False),
        ("2026-11-21T10:00:01Z", True),
        ("2026-12-22T10:00:00Z", True),
        ("2026-12-22T10:00:01Z", False),
    ):
        cases.append(_case(f"expires {expires}", good, FIRST, approved(by(expires=expires))))
    return cases
