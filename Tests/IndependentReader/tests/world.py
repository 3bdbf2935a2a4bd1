"""The vaults of the tests with programs: made once, used by all of them."""

from __future__ import annotations

import atexit
import datetime
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vaultreader import identity
from vaultreader.identity import Person
from vaultreader.values import day_number
from vaultreader.vault import Vault

from . import programs
from .cast import Cast
from .installation import LEADS, Installation, People
from .programs import run

MTS, PRIMOCK = 30, 3
_world: "Sealed | None" = None


class World:
    """A charity and a team, in a temporary folder."""

    def __init__(self) -> None:
        programs.need_programs()
        self.root = Path(tempfile.mkdtemp(prefix="independent-reader-"))
        atexit.register(shutil.rmtree, self.root)
        self.people = People(self.root / "people")
        for lead in LEADS:
            self.people.make("vault-worker", lead, "--role", "lead")
        for worker in ("anna", "ben"):
            self.people.make("vault-worker", worker)
        self.people.make("vault-team", "family-support")
        self.people.make("vault-service", "chat-service")
        cards = [
            self.people.card(name) for name in ("anna", "ben", "family-support", "chat-service")
        ]
        self.charity = Installation(self.root, "charity", self.people)
        self.charity.enrol(*cards, self.charity.keeper_card)

    def add_team(self) -> Installation:
        """The team's own vault, that trusts the charity."""
        names = (*LEADS, "family-support")
        people = self.people.copy(self.root / "team-people", names)
        team = Installation(self.root, "team", people)
        team.enrol(people.card("family-support"), team.keeper_card)
        folder = self.root / "charity-rosters"
        shutil.copytree(self.charity.vault / "rosters", folder / "rosters")
        shutil.copy(self.charity.vault / "organisation.pub", folder)
        run(
            "vault-team",
            "trust",
            folder,
            "--yes",
            "--identity",
            people.path("family-support"),
            "--vault",
            team.vault,
        )
        return team


@dataclass
class Sealed:
    """A charity's vault with conversations, a team's vault with a copy."""

    world: World
    charity: Installation
    team: Installation
    conversations: dict[str, bytes]
    story: str
    consent: str
    bundle: Path
    bundle_again: Path
    copy: str

    def person(self, name: str) -> Person:
        """Somebody's identity, opened by this reader."""
        people = self.team.people if name == "family-support" else self.charity.people
        words = identity.read_passphrase(people.passphrase_file(name))
        return identity.open_person(people.path(name), words)

    def cast(self) -> Cast:
        """The real people, for parts that are made from the page."""
        vault = Vault(self.charity.vault)
        calendar = vault.calendar(vault.roster(), [self.charity.cell])
        today = datetime.datetime.now(datetime.timezone.utc).date()
        return Cast(
            anna=self.person("anna"),
            ben=self.person("ben"),
            service_seed=identity.open_program(
                self.charity.people.path("chat-service")
            ).signing_seed,
            calendar=calendar,
            day=max(day for day in calendar.pages if day < day_number(today) + 380),
            today=today,
        )


def sealed() -> Sealed:
    """The vaults, made when they are first asked for, removed at the end."""
    global _world
    if _world is None:
        _world = _seal(World())
    return _world


def _seal(world: World) -> Sealed:
    charity = world.charity
    charity.start()
    try:
        inputs = programs.conversations_of(programs.STORY, 1_000)
        for name, count in (("mts-dialog", MTS), ("primock57", PRIMOCK)):
            path = programs.DATA / "transcripts" / f"{name}.jsonl"
            if path.exists():
                inputs += programs.conversations_of(path, count)
            else:
                print(f"({path} is absent: its conversations are left out)")
        ids = charity.seal(b"".join(inputs))
        asked = (*charity.asked(), *charity.people.identified("anna"))
        form = world.root / "form.json"
        form.write_text(json.dumps(_form()))
        consent = run("vault-worker", "consent", ids[0], "--form", form, *asked).strip()
        bundle, again = world.root / "copy.age", world.root / "again.age"
        for path in (bundle, again):
            run("vault-worker", "share", consent, "--out", path, *asked)
    finally:
        charity.stop()
    team = world.add_team()
    team.start()
    try:
        copy = run(
            "vault-team",
            "import",
            bundle,
            *team.asked(),
            *team.people.identified("family-support"),
        ).strip()
    finally:
        team.stop()
    return Sealed(
        world, charity, team, dict(zip(ids, inputs)), ids[0], consent, bundle, again, copy
    )


def _form() -> dict[str, object]:
    until = datetime.date.today() + datetime.timedelta(days=180)
    return {
        "team": "family-support",
        "asked": "s1-8",
        "answered": "s1-9",
        "real_name": "Robin Example",
        "pseudonym": "Bluebird",
        "purpose": "Visit and support at home",
        "copy_expires": until.isoformat(),
        "contact": "family-support, room 2",
        "notice": {"version": "1", "language": "en", "text": "We send a copy if you say yes."},
        "understanding": "Said back in own words.",
        "lawful_basis": "consent",
        "how_to_withdraw": "Write to me in the chat.",
        "withdrawal_explained": True,
        "redacted": ["s1-3"],
    }
