"""People and vaults, made with the built programs."""

from __future__ import annotations

import copy
import shutil
import subprocess
from pathlib import Path

from .programs import PROGRAMS, Word, run

LEADS = ("lena", "luis", "lara")


class People:
    """Identities of people and programs, each with its passphrase file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)

    def make(self, program: str, name: str, *options: str) -> None:
        """An identity, its card and its passphrase file."""
        words: list[Word] = [name, "--out", self.path(name), *options]
        if program != "vault-service":
            words += self._passphrase(name)
        run(program, "identity", *words)

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

    def identified(self, name: str) -> tuple[Word, ...]:
        """The options that say who runs a program."""
        return ("--identity", self.path(name), *self._passphrase(name))

    def organisation(self, name: str) -> tuple[Word, ...]:
        """The options that give an organisation's key."""
        key = self.folder / f"{name}.key"
        return ("--organisation-key", key, *self._passphrase(name))

    def _passphrase(self, name: str) -> tuple[Word, ...]:
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
            "vault-admin",
            "init",
            "--vault",
            self.vault,
            "--organisation",
            f"The {name}",
            *people.organisation(name),
            *leads,
        )
        run(
            "vault-retention",
            "init",
            "--vault",
            self.vault,
            "--cell",
            self.cell,
            "--one-cell",
            "--card",
            self.keeper_card,
        )

    def enrol(self, *cards: Path) -> None:
        """Enrol cards with a lead's approval."""
        self._change("enrol", [str(card) for card in cards], LEADS[:1])

    def retire(self, name: str) -> None:
        """Retire somebody with a lead's approval."""
        self._change("retire", [name], LEADS[:1])

    def _change(self, act: str, words: list[str], leads: tuple[str, ...]) -> None:
        request = self._root / f"{self.name}.{act}.request"
        options: tuple[Word, ...] = (*words, "--vault", self.vault)
        key = self.people.organisation(self.name)
        request.unlink(missing_ok=True)
        run("vault-admin", act, *options, *key, "--request-out", request)
        approvals = self.approve(request, leads)
        run("vault-admin", act, *options, *key, *approvals)

    def approve(self, request: Path, leads: tuple[str, ...]) -> list[Word]:
        """Have leads approve a request; the options that hand it in."""
        options: list[Word] = []
        for lead in leads:
            approval = request.with_name(f"{request.name}.{lead}")
            approval.unlink(missing_ok=True)
            approval.with_name(f"{approval.name}.minisig").unlink(missing_ok=True)
            run(
                "vault-worker",
                "approve",
                request,
                "--out",
                approval,
                "--yes",
                "--vault",
                self.vault,
                *self.people.identified(lead),
            )
            options += ["--approval", approval]
        return options

    def start(self) -> None:
        """Start the keeper, and wait until it is ready."""
        self._keeper = subprocess.Popen(
            [
                PROGRAMS / "vault-retention",
                "run",
                "--vault",
                self.vault,
                "--cell",
                self.cell,
                "--keeper",
                self.socket,
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

    def asked(self) -> tuple[Word, ...]:
        """The options that name vault and keeper."""
        return ("--vault", self.vault, "--keeper", self.socket)

    def seal(self, lines: bytes, worker: str = "anna") -> list[str]:
        """Seal event lines; the ids of their conversations."""
        path = self._root / "input.jsonl"
        path.write_bytes(lines)
        words = run(
            "vault-service",
            "seal",
            path,
            "--worker",
            worker,
            "--identity",
            self.people.path("chat-service"),
            *self.asked(),
        )
        return words.split()

    def act(self, act: str, *words: Word) -> None:
        """Have the keeper do an act, with two leads' approvals."""
        request = self._root / f"{self.name}.{act}.request"
        asked = ("--keeper", self.socket)
        request.unlink(missing_ok=True)
        run("vault-retention", act, *words, "--request-out", request, *asked)
        approvals = self.approve(request, LEADS[:2])
        run("vault-retention", act, "--request", request, *approvals, *asked)

    def copy_to(self, root: Path) -> Installation:
        """The same vault and cell at another place, to try things on."""
        copied = copy.copy(self)
        copied.vault, copied.cell = root / self.vault.name, root / self.cell.name
        copied.socket, copied._root = root / self.socket.name, root
        for old, new in ((self.vault, copied.vault), (self.cell, copied.cell)):
            subprocess.run(["cp", "-a", old, new], check=True)
        return copied
