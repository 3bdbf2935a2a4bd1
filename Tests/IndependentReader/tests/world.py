"""The vaults of the tests with programs: made once, used by all of them."""

from __future__ import annotations

import atexit
import datetime
import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vaultreader import card, identity
from vaultreader.identity import Person
from vaultreader.values import day_number, parse_day
from vaultreader.vault import Vault

from . import programs
from .cast import Cast
from .installation import LEADS, Installation, People
from .programs import Word, run

MTS, PRIMOCK = 30, 3
_AT = re.compile(rb'"at":"([0-9]{4}-[0-9]{2}-[0-9]{2})')
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
    by_holder: str
    by_leads: str
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
            lena=self.person("lena"),
            luis=self.person("luis"),
            keeper_seed=identity.open_program(self.charity.cell / "keeper.identity").signing_seed,
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
                inputs += [recent(c) for c in programs.conversations_of(path, count)]
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
        _hand_over(charity, ids[1], ids[2], world.root / "ids.peel")
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
        world=world,
        charity=charity,
        team=team,
        conversations=dict(zip(ids, inputs)),
        story=ids[0],
        by_holder=ids[1],
        by_leads=ids[2],
        consent=consent,
        bundle=bundle,
        bundle_again=again,
        copy=copy,
    )


def recent(lines: bytes) -> bytes:
    """A conversation whose days were moved so that it began yesterday.

    Nothing over a year old is stored, and the collections have a year of
    their own. All else stays as it is.
    """
    days = sorted({match[1] for match in _AT.finditer(lines)})
    if not days:
        return lines
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    shift = yesterday - parse_day(days[0].decode())

    def moved(match: re.Match[bytes]) -> bytes:
        day = parse_day(match[1].decode()) + shift
        return b'"at":"' + day.isoformat().encode()

    return _AT.sub(moved, lines)


def _hand_over(charity: Installation, by_holder: str, by_leads: str, peel: Path) -> None:
    """From anna to ben to lena; and from two leads to ben."""

    def as_(name: str) -> tuple[Word, ...]:
        return (*charity.asked(), *charity.people.identified(name))

    for giver, to in (("anna", "ben"), ("ben", "lena")):
        run("vault-worker", "handover", by_holder, "--to", to, "--reason", "agreed", *as_(giver))
    first, second = sorted(("lena", "luis"), key=lambda lead: _record_key_id(charity, lead))
    words: list[Word] = [by_leads, "--with", second, "--to", "ben", "--reason", "lost-key"]
    run("vault-worker", "peel", *words, "--out", peel, *as_(first))
    run("vault-worker", "handover", "--peel", peel, "--yes", *as_(second))


def _record_key_id(charity: Installation, name: str) -> bytes:
    key_id = card.parse_unsigned(charity.people.card(name).read_bytes()).record_key_id
    assert key_id is not None
    return key_id


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
