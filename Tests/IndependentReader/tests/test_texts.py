"""Canonical JSON, minisign, passphrases, acknowledgements."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from vaultreader import canonicaljson, identity, minisign, statement
from vaultreader.refusal import Refusal

from . import cast
from .cast import ANNA
from .chosen import secret
from .identitycases import identity_file, identity_text
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

    def test_passphrases(self) -> None:
        """Identity: the first line of a file, without its LF or CRLF."""
        with tempfile.TemporaryDirectory() as folder:
            path, words = Path(folder) / "identity", Path(folder) / "passphrase"
            path.write_bytes(identity_file(identity_text(ANNA), b"a passphrase"))
            for text in (b"a passphrase\n", b"a passphrase\r\nx", b"a passphrase"):
                words.write_bytes(text)
                opened = identity.open_person(path, identity.read_passphrase(words))
                self.assertEqual(opened, cast.person(ANNA))
            for text in (b"", b"\na passphrase", b"another\n", b"x" * 1_025):
                words.write_bytes(text)
                with self.subTest(text[:5]), self.assertRaises(Refusal):
                    identity.open_person(path, identity.read_passphrase(words))

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


if __name__ == "__main__":
    unittest.main()
