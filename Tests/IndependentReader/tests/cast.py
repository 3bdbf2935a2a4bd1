"""The people of the tests that need no program."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from vaultreader import identity, roster
from vaultreader.identity import Person
from vaultreader.keycalendar import CalendarOnDay, KeyCalendar, Node
from vaultreader.roster import Roster
from vaultreader.values import day_number

from . import signing
from .signing import Somebody
from .writer import Keys

VAULT = "ab" * 16
CREATED = "2026-11-20T10:00:00Z"
CHANGED = "2026-11-21T10:00:00Z"
EXPIRES = "2026-11-30T10:00:00Z"
TODAY = datetime.date(2026, 11, 28)
DAY = day_number(TODAY) + 300

LENA, LUIS, LARA = (Somebody(name, "lead") for name in ("lena", "luis", "lara"))
LEADS = [LENA, LUIS, LARA]
ANNA, BEN = Somebody("anna", "worker"), Somebody("ben", "worker")
SERVICE = Somebody("chat-service", "service")
KEEPER = Somebody("keeper", "keeper")
TEAM = Somebody("family-support", "team")
FIRST = signing.first_roster(VAULT, CREATED, LEADS)
SECOND = signing.next_roster(
    FIRST, CHANGED, EXPIRES, [ANNA, BEN, SERVICE, KEEPER, TEAM], leads=[LENA]
)
KEEPER_2 = Somebody("keeper-2", "keeper")
# Another keeper, then anna's last day, both today.
THIRD = signing.next_roster(
    SECOND, "2026-11-28T09:00:00Z", EXPIRES, [KEEPER_2], retired=["keeper"], leads=[LENA]
)
FOURTH = signing.next_roster(
    THIRD, "2026-11-28T10:00:00Z", EXPIRES, [], retired=["anna"], leads=[LENA]
)


def current_roster(number: int = 2) -> Roster:
    """A roster, as the chain gives it out."""
    found = roster.parse(signing.roster_file(FIRST))
    roster.check_first(found)
    for value in (SECOND, THIRD, FOURTH)[: number - 1]:
        after = roster.parse(signing.roster_file(value))
        roster.check_next(found, after)
        found = after
    return found


def calendar() -> KeyCalendar:
    """A calendar with one page."""
    return KeyCalendar(
        vault=bytes.fromhex(VAULT),
        serial=3,
        high_water=day_number(TODAY) - 1,
        budget=7,
        mark_boot=bytes(16),
        mark_seconds=0,
        pages={DAY: (Node(0, 0, bytes(range(32))),)},
        kept=(),
        spent=(),
    )


def person(somebody: Somebody) -> Person:
    """Somebody's identity, opened."""
    return identity.Person(
        name=somebody.name,
        role=somebody.role,
        record_secret=somebody.record_secret,
        signing_seed=somebody.signer.seed,
        age_secret=somebody.age_secret,
    )


@dataclass(frozen=True)
class Cast:
    """Who writes and reads parts: people of the tests, or of the programs."""

    anna: Person
    ben: Person
    lena: Person
    luis: Person
    service_seed: bytes
    keeper_seed: bytes
    calendar: KeyCalendar
    day: int
    today: datetime.date

    @property
    def half(self) -> CalendarOnDay:
        """The calendar in the keeper's place."""
        return CalendarOnDay(self.calendar, self.today)

    def keys(
        self,
        conversation: bytes,
        holder: Person | None = None,
        seed: bytes | None = None,
        day: int | None = None,
    ) -> Keys:
        """The keys of a part; by the service for anna where not said."""
        leaf = bytes(32)
        if day is None:
            leaf = self.calendar.leaf(self.day, conversation, self.today)
        return Keys(
            leaf=leaf,
            holder_key=(holder or self.anna).record_public,
            signing_seed=seed or self.service_seed,
        )


def test_cast() -> Cast:
    """The people of these tests."""
    return Cast(
        anna=person(ANNA),
        ben=person(BEN),
        lena=person(LENA),
        luis=person(LUIS),
        service_seed=SERVICE.signer.seed,
        keeper_seed=KEEPER.signer.seed,
        calendar=calendar(),
        day=DAY,
        today=TODAY,
    )
