"""The built programs, run by their command line alone.

VAULT_PROGRAMS is the folder of the programs (default: .build/debug of the
repository), VAULT_TEST_DATA that of shared test data (default: ../shared/data
beside it).
"""

from __future__ import annotations

import json
import os
import subprocess
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
PROGRAMS = Path(os.environ.get("VAULT_PROGRAMS", REPOSITORY / ".build" / "debug"))
DATA = Path(os.environ.get("VAULT_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
STORY = REPOSITORY / "Scripts" / "story-data" / "conversations.jsonl"
NAMES = ("vault-admin", "vault-retention", "vault-service", "vault-team", "vault-worker")
Word = str | Path


def need_programs() -> None:
    """Skip a test case where the programs are absent, and say so."""
    for name in NAMES:
        if not (PROGRAMS / name).exists():
            raise unittest.SkipTest(
                f"{name} is not in {PROGRAMS}: build it, or set VAULT_PROGRAMS"
            )


class Refused(Exception):
    """A program refused; its last line says why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def run(program: str, *words: Word) -> str:
    """Run a program; what it prints for machines, or Refused."""
    done = subprocess.run(
        [PROGRAMS / program, *words], capture_output=True, text=True, timeout=300
    )
    if done.returncode != 0:
        raise Refused(done.stderr.strip().splitlines()[-1] if done.stderr else "")
    return done.stdout


def run_bytes(program: str, *words: Word) -> bytes:
    """Run a program; its output as bytes, or Refused."""
    done = subprocess.run([PROGRAMS / program, *words], capture_output=True, timeout=300)
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
