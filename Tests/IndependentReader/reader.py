"""Reads a transcript vault from its files, an identity and a cell.

Usage:
  reader.py transcript --vault DIR --cell DIR --identity FILE \\
      --passphrase-file FILE CONVERSATION
  reader.py bundle --vault DIR --identity FILE --passphrase-file FILE FILE
  reader.py verify --vault DIR
  reader.py proof --vault DIR FILE

It follows the pages of Docs/Spec and nothing else, writes nothing, and asks
no keeper. Exit code 0: done; 1: refused; 64: wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

try:
    import nacl.bindings  # noqa: F401
except ImportError:
    sys.exit("Error: PyNaCl is not installed for this Python: apt install python3-nacl")

from vaultreader import bundle, certificate, checkpoint, identity, ledger
from vaultreader.refusal import Answer, Refusal
from vaultreader.values import day_of_number, is_id, today_utc
from vaultreader.vault import Vault


def transcript(arguments: argparse.Namespace) -> None:
    """Print the received lines of a conversation, byte for byte."""
    if not is_id(arguments.conversation):
        raise Refusal(Answer.MISSING, "no conversation id")
    person = _person(arguments)
    conversation = Vault(arguments.vault).read(
        bytes.fromhex(arguments.conversation), person, arguments.cell, pin=_pin(arguments.identity)
    )
    sys.stdout.buffer.write(conversation.received())
    for notice, part in conversation.notices:
        print(f"{notice.value}: {part.hex()}", file=sys.stderr)


def verify_bundle(arguments: argparse.Namespace) -> None:
    """Verify a bundle as its team would, and print its transcript."""
    team = _person(arguments)
    vault = Vault(arguments.vault)
    partners = vault.partners(arguments.identity)
    today = today_utc()
    if arguments.cell:
        own = vault.roster(_pin(arguments.identity))
        calendar = vault.calendar(own, arguments.cell)
        today = day_of_number(calendar.today(today))
    opened = bundle.verify(arguments.file.read_bytes(), team, partners, today)
    sys.stdout.buffer.write(opened.transcript)


def verify(arguments: argparse.Namespace) -> None:
    """Verify the chain of rosters, the ledger and the certificates."""
    vault = Vault(arguments.vault)
    roster = vault.roster()
    print(
        f"roster {roster.number} of vault {roster.vault}: "
        f"{len(roster.in_force())} of {len(roster.entries)} entries in force"
    )
    read = vault.ledger(roster)
    ledger.check_roster(read, roster)
    print(
        f"ledger: {len(read.entries)} entries, last done {read.last_done}, "
        f"{read.torn_at_end} torn bytes"
    )
    found = certificate.verify_all(vault.directory / "certificates", read, roster)
    print(f"certificates: {len(found.all)}, incomplete: {found.incomplete}")


def proof(arguments: argparse.Namespace) -> None:
    """Verify a proof that an entry is in the ledger, and print its line."""
    roster = Vault(arguments.vault).roster()
    number, line = checkpoint.verify_proof(arguments.file.read_bytes(), roster)
    print(f"entry {number}", file=sys.stderr)
    sys.stdout.buffer.write(line + b"\n")


def _person(arguments: argparse.Namespace) -> identity.Person:
    passphrase = identity.read_passphrase(arguments.passphrase_file)
    return identity.open_person(arguments.identity, passphrase)


def _pin(identity_file: Path) -> Path:
    return identity_file.with_name(identity_file.name + ".pin")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        self.exit(64, f"Error: {message}\n")


def main() -> int:
    """The command line."""
    parser = _Parser(description="Read a transcript vault without its programs.")
    commands = parser.add_subparsers(required=True, parser_class=_Parser)
    for name, act in (
        ("transcript", transcript),
        ("bundle", verify_bundle),
        ("verify", verify),
        ("proof", proof),
    ):
        command = commands.add_parser(name, help=act.__doc__)
        command.set_defaults(act=act)
        command.add_argument("--vault", type=Path, required=True, metavar="DIR")
        if act is proof:
            command.add_argument("file", type=Path)
        if act in (verify, proof):
            continue
        command.add_argument("--identity", type=Path, required=True, metavar="FILE")
        command.add_argument("--passphrase-file", type=Path, required=True, metavar="FILE")
        command.add_argument(
            "--cell",
            type=Path,
            action="append",
            default=[],
            metavar="DIR",
            required=act is transcript,
        )
        if act is transcript:
            command.add_argument("conversation")
        else:
            command.add_argument("file", type=Path)
    arguments = parser.parse_args()
    try:
        arguments.act(arguments)
    except Refusal as refusal:
        print(f"Error: {refusal.answer.value}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Error: {error.strerror}: {error.filename}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
