"""The form of a known-answer file (Tests/KnownAnswers/README.md)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path

FIRST_LINE = "transcript-vault known answer 1"
FOLDER = Path(__file__).resolve().parents[2] / "KnownAnswers"
COMMON = FOLDER / "common"
Fields = list[tuple[str, str]]


class NoKnownAnswer(Exception):
    """A file is not in the form of the README."""


@dataclass
class KnownAnswer:
    """One fact: what is given, and what must come of it."""

    kind: str
    fact: str
    given: Fields
    files: dict[str, bytes]
    outcome: Fields
    common: list[str] = field(default_factory=list)
    zeros: dict[str, int] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The value of a field that is given once."""
        (value,) = self.values(name)
        return value

    def values(self, name: str) -> list[str]:
        """The values of a field that is given."""
        return [value for given, value in self.given if given == name]

    def content(self, name: str) -> bytes:
        """A file, with the zeros that were left out."""
        return self.files[name] + bytes(self.zeros.get(name, 0))

    def place(self, folder: Path) -> None:
        """Put all files into a folder, under their names."""
        named = {name: self.content(name) for name in self.files}
        named |= {name: (COMMON / name).read_bytes() for name in self.common}
        for name, data in named.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def encode(self) -> bytes:
        """The bytes of the file."""
        fields: Fields = [("kind", self.kind), ("fact", self.fact), *self.given]
        fields += [("common", name) for name in self.common]
        for name, data in self.files.items():
            fields.append(("file", f"{name} {len(data)}"))
            if name in self.zeros:
                fields.append(("zeros", f"{name} {self.zeros[name]}"))
        lines = [FIRST_LINE, *(f"{name}: {value}" for name, value in [*fields, *self.outcome])]
        assert not any("\n" in line or line == "" for line in lines)
        head = "".join(line + "\n" for line in lines)
        return head.encode() + b"\n" + b"".join(self.files.values())


def base64_text(data: bytes) -> str:
    """Base64 as keys are written."""
    return base64.b64encode(data).decode()


_FIELD = re.compile(r"([a-z][a-z-]*): (.+)")
_SIZED = re.compile(r"(\S+) (0|[1-9][0-9]*)")


def parse(data: bytes) -> KnownAnswer:
    """The known answer in a file; NoKnownAnswer where it is none."""
    head, gap, body = data.partition(b"\n\n")
    first, *lines = head.decode().split("\n")
    fields = [match.groups() for line in lines if (match := _FIELD.fullmatch(line))]
    if not gap or first != FIRST_LINE or len(fields) != len(lines):
        raise NoKnownAnswer("the head")
    names = [name for name, _ in fields]
    if names[:2] != ["kind", "fact"] or names.count("expect") != 1:
        raise NoKnownAnswer("the order of the head")
    answer = KnownAnswer(fields[0][1], fields[1][1], [], {}, fields[names.index("expect") :])
    for name, value in fields[2 : names.index("expect")]:
        if name == "common":
            answer.common.append(value)
        elif name == "file":
            path, length = _sized(value)
            answer.files[path], body = body[:length], body[length:]
            if len(answer.files[path]) != length:
                raise NoKnownAnswer("a file is cut short")
        elif name == "zeros":
            path, count = _sized(value)
            answer.zeros[path] = count
        else:
            answer.given.append((name, value))
    if body or answer.encode() != data:
        raise NoKnownAnswer("bytes that belong to nothing, or another order")
    return answer


def _sized(value: str) -> tuple[str, int]:
    match = _SIZED.fullmatch(value)
    if match is None:
        raise NoKnownAnswer("a file's length")
    return match[1], int(match[2])


def read_all(folder: Path = FOLDER) -> dict[str, KnownAnswer]:
    """Every known answer, by folder and name."""
    return {
        f"{path.parent.name}/{path.name}": parse(path.read_bytes())
        for path in sorted(folder.glob("*/*"))
        if path.parent.name != "common"
    }
