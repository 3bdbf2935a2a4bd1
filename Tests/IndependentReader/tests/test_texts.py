"""Canonical JSON, signed text, minisign, identities, statements."""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from vaultreader import approval, bech32, canonicaljson, card, identity, minisign, statement
from vaultreader.refusal import Refusal

from . import cast, signing
from .bundling import age_encrypt_with_passphrase
from .cast import ANNA, LENA, SERVICE
from .chosen import secret
from .signing import Signer

COMMENT = "transcript-vault card 1"


class Texts(unittest.TestCase):
    """Forms of which every byte is fixed."""

    def test_canonical_json(self) -> None:
        """What is written again byte for byte, and what is not."""
        for text in ('{"a":[1,true,null],"b":"\\u001f\\n\u2028/\x7f"}', "-9007199254740991", '""'):
            with self.subTest(text):
                data = text.encode()
                self.assertEqual(canonicaljson.encode(canonicaljson.parse(data, 100)), data)
        for text in (
            '{"b":1,"a":2}',
            '{"a":1,"a":1}',
            "1.0",
            "1e0",
            "-0",
            "9007199254740992",
            " 1",
            "[1, 2]",
            '"\\u002f"',
            '"\\/"',
            '"\\u000A"',
            '"\\ud800"',
            "NaN",
            '{"é":1}',
            "01",
            "",
            "[" * 5_000,
        ):
            with self.subTest(text[:20]), self.assertRaises(Refusal):
                canonicaljson.parse(text.encode("utf-8", "surrogatepass"), 10_000)

    def test_cards(self) -> None:
        """Card, its table."""
        self.assertEqual(card.parse(ANNA.card, ANNA.card_signature).name, "anna")
        lines = ANNA.card_lines()
        zero = base64.b64encode(bytes(32)).decode()
        wrong = {
            "a name": ["name: Anna", *lines[1:]],
            "a role": [lines[0], "role: boss", *lines[2:]],
            "no record key": lines[:2] + lines[3:],
            "two record keys": lines[:3] + lines[2:],
            "another order": [lines[1], lines[0], *lines[2:]],
            "an unknown field": [*lines, "x: y"],
            "an empty line": [*lines, ""],
            "no recipient": lines[:4],
            "a recipient twice": [*lines, lines[4]],
            "a space at the end": [*lines[:4], lines[4] + " "],
            "a key of small order": [*lines[:2], f"record-key: {zero}", *lines[3:]],
            "a day that there is not": [*lines[:4], lines[4].replace("2026-01-01", "2026-02-30")],
            "a day before 1970": [*lines[:4], lines[4].replace("2026-01-01", "1969-12-31")],
        }
        for label, changed in wrong.items():
            with self.subTest(label), self.assertRaises(Refusal):
                somebody = signing.Somebody("anna", "worker", lines=changed)
                card.parse(somebody.card, somebody.card_signature)
        with self.assertRaises(Refusal):
            card.parse(ANNA.card, LENA.card_signature)

    def test_minisign(self) -> None:
        """Minisign: every byte of a signature file counts."""
        signer = Signer(secret("signs"))
        key = minisign.parse_public_key_file(signer.pub_file)
        file, signature = b"a file", signer.sign(b"a file", COMMENT)
        minisign.verify(file, signature, key, COMMENT)
        for place in range(len(signature)):
            changed = bytearray(signature)
            changed[place] ^= 1
            with self.subTest(place), self.assertRaises(Refusal):
                minisign.verify(file, bytes(changed), key, COMMENT)
        for wrong in (b"another file", b""):
            with self.assertRaises(Refusal):
                minisign.verify(wrong, signature, key, COMMENT)
        with self.assertRaises(Refusal):
            minisign.verify(file, signature, key, "transcript-vault roster 1")

    def test_minisigns_own_program_agrees(self) -> None:
        """What these tests sign is what minisign verifies."""
        if shutil.which("minisign") is None:
            self.skipTest("minisign is not installed")
        signer = Signer(secret("signs"))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            path.write_bytes(b"a file")
            path.with_name("file.minisig").write_bytes(signer.sign(b"a file", COMMENT))
            words = ["minisign", "-V", "-H", "-P", signer.text, "-m", str(path)]
            subprocess.run(words, check=True, capture_output=True)

    def test_approvals_and_requests(self) -> None:
        """Approval: the targets' forms."""
        vault, request = cast.VAULT, "cd" * 16
        record = f"{vault} expiring 2027-06-30"
        for act, targets in (
            ("sweep", ["2027-01-01"]),
            ("enrol", ["ab" * 32]),
            ("erase", [record]),
            ("erase", [f"{record} holder {request}"]),
            ("hold", [f"{record} until 2027-07-01"]),
            ("hold", [f"{record} until 2027-07-02 now 2027-07-01"]),
            ("release", [f"{record} until 2027-07-01"]),
            ("change-class", [f"{record} class disclosure until 2033-07-01 reason inquiry"]),
            ("change-class", [f"{record} class standard until 2033-07-01 reason mistake"]),
        ):
            made = signing.approval(LENA, act, targets, vault, request, cast.EXPIRES)
            with self.subTest(act, targets=targets):
                self.assertEqual(approval.parse(made["text"].encode()).act, act)
        for act, targets in (
            ("sweep", ["2027-01-01", "2027-01-02"]),
            ("enrol", []),
            ("erase", [vault]),
            ("erase", [record.replace("06-30", "06-31")]),
            ("erase", [f"{record}  holder {request}"]),
            ("erase", [f"{request} expiring 2027-06-30", record]),
            ("erase", [record, record]),
            ("erase", [record, f"{record} holder {request}"]),
            ("hold", [record]),
            ("hold", [f"{record} until 2027-02-30"]),
            ("hold", [f"{record} until 2027-07-01 now 2027-07-01"]),
            ("release", [f"{record} until 2027-07-01 now 2027-06-01"]),
            ("change-class", [f"{record} class disclosure until 2033-07-01 reason ended"]),
            ("change-class", [f"{record} class held until 2033-07-01 reason inquiry"]),
            ("remove-cell", [vault]),
        ):
            made = signing.approval(LENA, act, targets, vault, request, cast.EXPIRES)
            with self.subTest(act, targets=targets), self.assertRaises(Refusal):
                approval.parse(made["text"].encode())
        value = {
            "type": "transcript-vault request 1",
            "act": "enrol",
            "vault": vault,
            "request": request,
            "expires": cast.EXPIRES,
            "targets": [SERVICE.digest],
            "cards": [
                {"card": SERVICE.card.decode(), "signature": SERVICE.card_signature.decode()}
            ],
        }
        file = canonicaljson.encode(value) + b"\n"
        self.assertEqual(approval.parse_request(file).targets, (SERVICE.digest,))
        changes: list[dict[str, Any]] = [{"targets": [ANNA.digest]}, {"cards": []}, {"x": 1}]
        for changed in changes:
            with self.assertRaises(Refusal):
                approval.parse_request(canonicaljson.encode({**value, **changed}) + b"\n")

    def test_identities(self) -> None:
        """Identity: lines, their order, the passphrase's line."""
        lines = [
            "# transcript-vault identity 1",
            "# name: anna",
            "# role: worker",
            f"# record-secret-key: {base64.b64encode(ANNA.record_secret).decode()}",
            f"# signing-seed: {base64.b64encode(ANNA.signer.seed).decode()}",
            _age_secret_key(ANNA.age_secret),
        ]
        right = "".join(line + "\n" for line in lines)
        others = {
            "reordered": "\n".join([lines[0], *lines[:0:-1]]),
            "more lines": right + "# extra: x\n\nwhatever\n",
        }
        wrong = {
            "twice a name": right + lines[1],
            "a role": right.replace("worker", "service"),
            "no first line": right.partition("\n")[2],
            "CRLF": right.replace("\n", "\r\n"),
            "no age key": right.replace(lines[5], ""),
            "an age key in lower case": right.replace(lines[5], lines[5].lower()),
        }
        for label, text in {"right": right, **others}.items():
            with self.subTest(label):
                self.assertEqual(_open(text), cast.person(ANNA))
        for label, text in wrong.items():
            with self.subTest(label), self.assertRaises(Refusal):
                _open(text)
        for passphrase in (b"a passphrase\r\nx", b"a passphrase"):
            self.assertEqual(_open(right, passphrase), cast.person(ANNA))
        for passphrase in (b"", b"\na passphrase", b"another\n", b"x" * 1_025):
            with self.subTest(passphrase[:5]), self.assertRaises(Refusal):
                _open(right, passphrase)

    def test_acknowledgements(self) -> None:
        """Statement, "Acknowledgement"."""
        text = (
            "transcript-vault acknowledgement 1\n"
            f"bundle: {cast.VAULT}\nteam: family-support {ANNA.signer.text}\n"
            f"statement: {'cd' * 32}\nimported: {cast.CREATED}\nretain-until: 2027-06-30\n"
        ).encode()
        signature = ANNA.signer.sign(text, statement.ACKNOWLEDGEMENT_CONTEXT)
        parsed = statement.parse_acknowledgement(text, signature)
        self.assertEqual(parsed.team, "family-support")
        with self.assertRaises(Refusal):
            statement.parse_acknowledgement(text.replace(b"06-30", b"07-30"), signature)


def _open(text: str, passphrase_file: bytes = b"a passphrase\n") -> identity.Person:
    with tempfile.TemporaryDirectory() as folder:
        path, words = Path(folder) / "identity", Path(folder) / "passphrase"
        path.write_bytes(age_encrypt_with_passphrase(text.encode(), b"a passphrase", 4))
        words.write_bytes(passphrase_file)
        return identity.open_person(path, identity.read_passphrase(words))


def _age_secret_key(data: bytes) -> str:
    return bech32.encode("age-secret-key-", data).upper()


if __name__ == "__main__":
    unittest.main()
