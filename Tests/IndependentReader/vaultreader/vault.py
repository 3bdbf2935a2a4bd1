"""A vault's directory (Vault layout), and what is verified in it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from . import cell, conversation as conversations, ledger, minisign, roster as rosters
from .conversation import Conversation
from .identity import Person
from .keycalendar import CalendarOnDay, KeyCalendar
from .ledger import Ledger
from .refusal import Answer, Refusal, require
from .roster import Roster, RosterFolder
from .values import today_utc

_ID = re.compile(r"[0-9a-f]{32}")


class _Half:
    """The cell in the keeper's place, opened when it is first asked."""

    def __init__(self, open_calendar: Callable[[], CalendarOnDay]) -> None:
        self._open = cache(open_calendar)

    def leaf(self, day: int, conversation: bytes) -> bytes:
        """The leaf, or a refusal."""
        return self._open().leaf(day, conversation)

    def erased(self, conversation: bytes) -> bool:
        """Whether the conversation was erased."""
        return self._open().erased(conversation)


class Vault:
    """A vault that is read, and never written."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def roster(self, pin: Path | None = None) -> Roster:
        """The latest roster, from a pin if there is one (Roster, "Pin").

        A reader that only looks keeps no pin of its own.
        """
        folder = RosterFolder(self.directory / "rosters")
        if pin is not None and pin.exists():
            return folder.verify_from_pin(rosters.parse_pin(pin.read_bytes()))
        try:
            key = (self.directory / "organisation.pub").read_bytes()
        except OSError as error:
            raise Refusal(Answer.ROSTER, "organisation.pub is missing") from error
        return folder.verify_from_first(minisign.parse_public_key_file(key))

    def read(
        self,
        conversation: bytes,
        reader: Person,
        cells: list[Path],
        pin: Path | None = None,
        clock: datetime.date | None = None,
    ) -> Conversation:
        """A conversation, with the cell in the keeper's place."""
        roster = self.roster(pin)
        check_identity(roster, reader)
        files = conversations.find_files(self.directory, conversation)
        day = clock or today_utc()
        half = _Half(lambda: CalendarOnDay(self.calendar(roster, cells), day))
        return conversations.read(conversation, files, reader, half, roster)

    def calendar(self, roster: Roster, cells: list[Path]) -> KeyCalendar:
        """The calendar in force, which is not behind the ledger (Cell)."""
        calendar = cell.calendar_in_force(self.directory, bytes.fromhex(roster.vault), cells)
        require(calendar.serial >= self.ledger(roster).last_done, Answer.CELL, "behind the ledger")
        return calendar

    def ledger(self, roster: Roster) -> Ledger:
        """The ledger with its checkpoint; an empty one where there is none yet."""
        folder = self.directory / "ledger"
        # The checkpoint first, for a keeper may be writing.
        note, acts = (
            path.read_bytes() if path.exists() else None
            for path in (folder / "checkpoint", folder / "acts.jsonl")
        )
        read = ledger.verify(acts or b"", roster)
        ledger.covered(read, note, roster)
        return read

    def partners(self, identity: Path) -> list[Roster]:
        """The organisations that a team trusts, from its pins."""
        found = []
        folder = self.directory / "partners"
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            pin = identity.with_name(f"{identity.name}.partner-{path.name}.pin")
            if _ID.fullmatch(path.name) and pin.exists():
                found.append(
                    RosterFolder(path / "rosters").verify_from_pin(
                        rosters.parse_pin(pin.read_bytes())
                    )
                )
        return found


def check_identity(roster: Roster, person: Person) -> None:
    """Identity, "Working with one": who it says must be in force as it says."""
    for entry in roster.in_force():
        if entry.card.name == person.name:
            require(
                entry.card.role == person.role
                and entry.card.record_key == person.record_public
                and entry.card.signing_key.ed25519 == person.signing_public,
                Answer.ROSTER,
                "the roster's card of this name is another",
            )
            return
    raise Refusal(Answer.ROSTER, "nobody of this name is in force")
