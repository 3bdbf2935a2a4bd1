"""Identity files of people (Identity), right and wrong; the passphrase takes no time here."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from vaultreader import bech32
from vaultreader.primitives import blake2b

from .bundling import age_encrypt_with_passphrase
from .cast import ANNA
from .knownanswer import Fields, KnownAnswer
from .signing import Somebody

PASSPHRASE = b"known answer"


def identity_text(of: Somebody) -> str:
    """The text of somebody's identity file."""
    return (
        f"# transcript-vault identity 1\n# name: {of.name}\n# role: {of.role}\n"
        f"# record-secret-key: {base64.b64encode(of.record_secret).decode()}\n"
        f"# signing-seed: {base64.b64encode(of.signer.seed).decode()}\n"
        f"{bech32.encode('age-secret-key-', of.age_secret).upper()}\n"
    )


def identity_file(text: str, passphrase: bytes = PASSPHRASE) -> bytes:
    """The file, with the least work factor that shows in it."""
    return age_encrypt_with_passphrase(text.encode(), passphrase, 4)


def identity_cases() -> Iterator[tuple[str, KnownAnswer]]:
    """Identity, "A person's"."""
    right = identity_text(ANNA)
    lines = right.splitlines()

    def case(
        label: str, file: bytes, good: bool = False, passphrase: bytes = PASSPHRASE
    ) -> tuple[str, KnownAnswer]:
        given = [("passphrase", base64.b64encode(passphrase).decode())]
        outcome: Fields = [("expect", "refused")]
        if good:
            key = blake2b(ANNA.record_public, 16).hex()
            outcome = [("expect", "opened"), ("name", "anna"), ("role", "worker"), ("key-id", key)]
            outcome.append(("signer-id", blake2b(ANNA.signer.public, 16).hex()))
            outcome.append(("recipient", ANNA.recipient))
        fact = f"An identity file {'opens' if good else 'is refused'}: {label}."
        return label, KnownAnswer("identity", fact, given, {"identity": file}, outcome)

    def put(place: int, line: str) -> bytes:
        return identity_file(
            "".join(f"{x}\n" for x in [*lines[:place], line, *lines[place + 1 :]])
        )

    file = identity_file(right)
    yield case("right", file, True)
    yield case("lines in another order", identity_file("\n".join([lines[0], *lines[:0:-1]])), True)
    yield case("lines that are not known", identity_file(right + "# extra: x\n\nwhatever\n"), True)
    awkward = "\u00fc\u2028 \u0007".encode()
    yield case("an awkward passphrase", identity_file(right, awkward), True, awkward)
    longest = b"x" * 1_024
    yield case("a passphrase of 1,024 bytes", identity_file(right, longest), True, longest)
    yield case("another passphrase", file, passphrase=b"another")
    composed, decomposed = "\u00e9".encode(), "e\u0301".encode()
    yield case("not normalised", identity_file(right, composed), passphrase=decomposed)
    yield case("cut by one byte", file[:-1])
    yield case("no byte", b"")
    yield case("another first line", put(0, "# transcript-vault identity 2"))
    yield case("no first line", identity_file(right.partition("\n")[2]))
    yield case("a name that is none", put(1, "# name: Anna"))
    yield case("twice a name", identity_file(right + lines[1]))
    yield case("a role that no person has", put(2, "# role: service"))
    yield case("no record key", put(3, "#"))
    yield case("a record key without padding", put(3, lines[3].rstrip("=")))
    yield case(
        "a record key of 31 bytes",
        put(3, f"# record-secret-key: {base64.b64encode(bytes(31)).decode()}"),
    )
    yield case("twice a signing seed", identity_file(right + lines[4]))
    yield case("no age key", put(5, "#"))
    yield case("an age key in lower case", put(5, lines[5].lower()))
    yield case(
        "an age key with a wrong checksum",
        put(5, lines[5][:-1] + ("Q" if lines[5][-1] != "Q" else "P")),
    )
    yield case("lines that end in CR LF", identity_file(right.replace("\n", "\r\n")))
