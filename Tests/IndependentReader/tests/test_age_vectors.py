"""age: the C2SP community vectors (CCTV), for the binary format.

How a file is refused is compared; what a streaming reader would have let out
before is not, because this one lets out nothing.

They lie beside the shared data, in `vectors/age` (or VAULT_TEST_VECTORS).
"""

from __future__ import annotations

import hashlib
import os
import unittest
import zlib
from pathlib import Path

from vaultreader import age

from .programs import DATA

VECTORS = Path(os.environ.get("VAULT_TEST_VECTORS", DATA.parent / "vectors" / "age"))


class AgeVectors(unittest.TestCase):
    """Each file is one fact: how its reading ends."""

    def test_vectors(self) -> None:
        """Left out: armored files, and those for a post-quantum identity."""
        if not VECTORS.is_dir():
            self.skipTest(f"{VECTORS} is absent: set VAULT_TEST_VECTORS")
        tried = 0
        for path in sorted(VECTORS.iterdir()):
            fields, content = _parse(path.read_bytes())
            identities = fields.get("identity", []) + fields.get("passphrase", [])
            if "armored" in fields or any("KEY-PQ-" in item for item in identities):
                continue
            tried += 1
            with self.subTest(path.name):
                ending, plain = _read(fields, content)
                self.assertEqual(ending, fields["expect"][0])
                if ending == "success":
                    digest = hashlib.sha256(plain).hexdigest()
                    self.assertEqual(digest, fields["payload"][0])
        self.assertGreater(tried, 60)


def _parse(data: bytes) -> tuple[dict[str, list[str]], bytes]:
    head, _, content = data.partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.decode().splitlines():
        name, _, value = line.partition(": ")
        fields.setdefault(name, []).append(value)
    if "compressed" in fields:
        content = zlib.decompress(content)
    return fields, content


def _read(fields: dict[str, list[str]], content: bytes) -> tuple[str, bytes]:
    try:
        file = age.parse(content)
        for unwrap in _unwraps(fields):
            try:
                return "success", age.open_content(file, unwrap)
            except age.NoMatch:
                continue
        return "no match", b""
    except age.HeaderFailure:
        return "header failure", b""
    except age.MacFailure:
        return "HMAC failure", b""
    except age.PayloadFailure:
        return "payload failure", b""


def _unwraps(fields: dict[str, list[str]]) -> list[age.Unwrap]:
    unwraps = [age.scrypt_unwrap(word.encode()) for word in fields.get("passphrase", [])]
    for text in fields.get("identity", []):
        unwraps.append(age.x25519_unwrap(age.identity_secret(text)))
    return unwraps


if __name__ == "__main__":
    unittest.main()
