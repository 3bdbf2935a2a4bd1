"""Sets up vaults with the built programs, by their command line alone.

VAULT_PROGRAMS is the folder of the programs (default: .build/debug of the
repository), VAULT_TEST_DATA that of shared test data (default: ../shared/data
beside it).
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
PROGRAMS = Path(os.environ.get("VAULT_PROGRAMS", REPOSITORY / ".build" / "debug"))
DATA = Path(
    os.environ.get("VAULT_TEST_DATA", REPOSITORY.parent / "shared" / "data")
)
STORY = REPOSITORY / "Scripts" / "story-data" / "conversations.jsonl"
NAMES = (
    "vault-admin", "vault-retention", "vault-service", "vault-team", "vault-worker",
)
LEADS = ("lena", "luis", "lara")


def need_programs() -> None:
    """Skip a test case where the programs are absent, and say so."""
    for name in NAMES:
        if not (PROGRAMS / name).exists():
            raise unittest.SkipTest(
                f"{name} is not in {PROGRAMS}: build it, or set VAULT_PROGRAMS"
            )


def need_data(*parts: str) -> Path:
    """A file of the shared test data, or the reason why a test is skipped."""
    path = DATA.joinpath(*parts)
    if not path.exists():
        raise unittest.SkipTest(f"{path} is absent: set VAULT_TEST_DATA")
    return path


class Refused(Exception):
    """A program refused; its last line says why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class People:
    """Identities of people and programs, each with its passphrase file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)

    def make(self, program: str, name: str, *options: str) -> None:
        """An identity, its card and its passphrase file."""
        options = (*options, *self._passphrase(name)) if (
            program != "vault-service"
        ) else options
        run(program, "identity", name, "--out", self.path(name), *options)

    def copy(self, folder: Path, names: tuple[str, ...]) -> People:
        """The same people's identities and cards at another installation."""
        others = People(folder)
        for name in names:
            others.passphrase_file(name)
            for path in (self.path(name), self.card(name)):
                shutil.copy(path, folder)
            shutil.copy(f"{self.card(name)}.minisig", folder)
        return others

    def path(self, name: str) -> Path:
        """The identity file."""
        return self.folder / name

    def card(self, name: str) -> Path:
        """The card."""
        return self.folder / f"{name}.card"

    def passphrase_file(self, name: str) -> Path:
        """The passphrase file, made when it is first asked for."""
        path = self.folder / f"{name}.passphrase"
        if not path.exists():
            path.write_bytes(f"the long passphrase of {name}\n".encode())
        return path

    def identified(self, name: str) -> tuple[str | Path, ...]:
        """The options that say who runs a program."""
        return ("--identity", self.path(name), *self._passphrase(name))

    def organisation(self, name: str) -> tuple[str | Path, ...]:
        """The options that give an organisation's key."""
        key = self.folder / f"{name}.key"
        return ("--organisation-key", key, *self._passphrase(name))

    def _passphrase(self, name: str) -> tuple[str | Path, ...]:
        return ("--passphrase-file", self.passphrase_file(name))


class Installation:
    """A vault with one cell and a keeper that can be started and stopped."""

    def __init__(self, root: Path, name: str, people: People) -> None:
        self.name, self.people = name, people
        self.vault = root / f"{name}-vault"
        self.cell = root / f"{name}-cell"
        self.socket = root / f"{name}.socket"
        self.keeper_card = people.card(f"{name}-keeper")
        self._root = root
        self._keeper: subprocess.Popen[str] | None = None
        leads = [word for lead in LEADS for word in ("--lead", people.card(lead))]
        run(
            "vault-admin", "init", "--vault", self.vault, "--organisation",
            f"The {name}", *people.organisation(name), *leads,
        )
        run(
            "vault-retention", "init", "--vault", self.vault, "--cell", self.cell,
            "--one-cell", "--card", self.keeper_card,
        )

    def enrol(self, *cards: Path) -> None:
        """Enrol cards with a lead's approval."""
        self._change("enrol", [str(card) for card in cards], LEADS[:1])

    def retire(self, name: str) -> None:
        """Retire somebody with a lead's approval."""
        self._change("retire", [name], LEADS[:1])

    def _change(self, act: str, words: list[str], leads: tuple[str, ...]) -> None:
        request = self._root / f"{self.name}.{act}.request"
        options = (*words, "--vault", self.vault)
        key = self.people.organisation(self.name)
        request.unlink(missing_ok=True)
        run("vault-admin", act, *options, *key, "--request-out", request)
        approvals = self.approve(request, leads)
        run("vault-admin", act, *options, *key, *approvals)

    def approve(self, request: Path, leads: tuple[str, ...]) -> list[str | Path]:
        """Have leads approve a request; the options that hand it in."""
        options: list[str | Path] = []
        for lead in leads:
            approval = request.with_name(f"{request.name}.{lead}")
            approval.unlink(missing_ok=True)
            approval.with_name(f"{approval.name}.minisig").unlink(missing_ok=True)
            run(
                "vault-worker", "approve", request, "--out", approval, "--yes",
                "--vault", self.vault, *self.people.identified(lead),
            )
            options += ["--approval", approval]
        return options

    def start(self) -> None:
        """Start the keeper, and wait until it is ready."""
        self._keeper = subprocess.Popen(
            [
                PROGRAMS / "vault-retention", "run", "--vault", self.vault,
                "--cell", self.cell, "--keeper", self.socket,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._keeper.stdout is not None
        for line in self._keeper.stdout:
            if "ready" in line:
                return
        raise AssertionError("the keeper did not start")

    def stop(self) -> None:
        """Stop the keeper."""
        if self._keeper is not None:
            self._keeper.terminate()
            self._keeper.wait(timeout=60)
            assert self._keeper.stdout is not None
            self._keeper.stdout.close()
            self._keeper = None

    def asked(self) -> tuple[str | Path, ...]:
        """The options that name vault and keeper."""
        return ("--vault", self.vault, "--keeper", self.socket)

    def seal(self, lines: bytes, worker: str = "anna") -> list[str]:
        """Seal event lines; the ids of their conversations."""
        path = self._root / "input.jsonl"
        path.write_bytes(lines)
        words = run(
            "vault-service", "seal", path, "--worker", worker, "--identity",
            self.people.path("chat-service"), *self.asked(),
        )
        return words.split()

    def sweep_beyond_the_clock(self, day: datetime.date) -> None:
        """Tear off every page before a day, with two leads' approvals."""
        request = self._root / f"{self.name}.sweep.request"
        run(
            "vault-retention", "sweep", "--as-of", day.isoformat(),
            "--request-out", request, "--keeper", self.socket,
        )
        approvals = self.approve(request, LEADS[:2])
        run(
            "vault-retention", "sweep", "--request", request, *approvals,
            "--keeper", self.socket,
        )


class World:
    """A charity and a team, in a temporary folder."""

    def __init__(self) -> None:
        need_programs()
        self.root = Path(tempfile.mkdtemp(prefix="independent-reader-"))
        self.people = People(self.root / "people")
        for lead in LEADS:
            self.people.make("vault-worker", lead, "--role", "lead")
        for worker in ("anna", "ben"):
            self.people.make("vault-worker", worker)
        self.people.make("vault-team", "family-support")
        self.people.make("vault-service", "chat-service")
        cards = [
            self.people.card(name)
            for name in ("anna", "ben", "family-support", "chat-service")
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
            "vault-team", "trust", folder, "--yes", "--identity",
            people.path("family-support"), "--vault", team.vault,
        )
        return team

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.root)


def run(program: str, *words: str | Path) -> str:
    """Run a program; what it prints for machines, or Refused."""
    done = subprocess.run(
        [PROGRAMS / program, *words], capture_output=True, text=True, timeout=300
    )
    if done.returncode != 0:
        raise Refused(done.stderr.strip().splitlines()[-1] if done.stderr else "")
    return done.stdout


def run_bytes(program: str, *words: str | Path) -> bytes:
    """Run a program; its output as bytes, or Refused."""
    done = subprocess.run(
        [PROGRAMS / program, *words], capture_output=True, timeout=300
    )
    if done.returncode != 0:
        raise Refused(done.stderr.decode(errors="replace").strip())
    return done.stdout


def conversations_of(path: Path, count: int) -> list[bytes]:
    """The first conversations of a file of event lines, each as it stands."""
    conversations: list[bytes] = []
    current = b""
    with path.open("rb") as file:
        for line in file:
            current += line
            if json.loads(line)["kind"] == "end":
                conversations.append(current)
                current = b""
                if len(conversations) == count:
                    break
    return conversations


def wait_for(path: Path, seconds: float) -> bool:
    """Wait until a file is there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if path.exists():
            return True
        time.sleep(0.02)
    return False
