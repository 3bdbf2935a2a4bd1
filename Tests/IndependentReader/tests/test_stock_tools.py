"""Known answers that programs and libraries of other people give too.

age, tar, sha256sum and minisign read bundles, cards and rosters; libsodium alone, with
Python's own hashes, opens parts, calendars and leaves. Nothing of the reader is used here.
"""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import shutil
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

import nacl.bindings as sodium

from .knownanswer import COMMON, KnownAnswer, read_all

PROGRAMS = ("age", "tar", "sha256sum", "minisign")


def expecting(folder: str, expect: str) -> dict[str, KnownAnswer]:
    """The known answers of a folder that have this outcome."""
    answers = {
        name: answer
        for name, answer in read_all().items()
        if name.startswith(f"{folder}/") and answer.outcome[0] == ("expect", expect)
    }
    assert answers, folder
    return answers


def hkdf(key: bytes, info: bytes, size: int) -> bytes:
    """HKDF-SHA256 without salt (RFC 5869)."""
    secret, block, found = hmac.digest(bytes(32), key, "sha256"), b"", b""
    for counter in range(1, 256):
        block = hmac.digest(secret, block + info + bytes([counter]), "sha256")
        found += block
    return found[:size]


class StockPrograms(unittest.TestCase):
    """Programs that nobody here wrote."""

    def setUp(self) -> None:
        """A folder for this test alone."""
        for name in PROGRAMS:
            if shutil.which(name) is None:
                self.skipTest(f"{name} is not installed")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def _run(self, *words: str | Path, given: bytes = b"") -> bytes:
        done = subprocess.run(words, cwd=self.folder, input=given, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def _verify(self, file: Path, key: str, comment: str) -> None:
        words = ("minisign", "-V", "-H", "-P", key, "-m", file)
        said = self._run(*words).decode()
        self.assertIn(f"Trusted comment: {comment}\n", said)

    def test_bundles(self) -> None:
        """As the page says that a team does it without this software."""
        for name, answer in expecting("bundles", "genuine").items():
            answer.place(self.folder)
            (self.folder / "key").write_text(answer.value("age-secret-key") + "\n")
            with self.subTest(name):
                archive = self._run("age", "-d", "-i", "key", "copy.age")
                self._run("tar", "x", given=archive)
                lines = (self.folder / "statement.txt").read_text().splitlines()
                fields = [line.split(": ", 1) for line in lines[1:]]
                sender = next(value for field, value in fields if field == "from").split(" ")[1]
                self._verify(self.folder / "statement.txt", sender, "transcript-vault statement 1")
                files = [value.split(" ") for field, value in fields if field == "file"]
                sums = "".join(f"{digest}  {file}\n" for file, _, digest in files)
                self._run("sha256sum", "-c", given=sums.encode())
                transcript = (self.folder / "transcript.jsonl").read_bytes()
                counted = f"{transcript.count(10)} {hashlib.sha256(transcript).hexdigest()}"
                self.assertIn(("lines", counted), answer.outcome)

    def test_identities(self) -> None:
        """age opens the file under its passphrase, and knows the recipient of its key."""
        if shutil.which("age-keygen") is None or shutil.which("expect") is None:
            self.skipTest("age-keygen or expect is not installed")
        answer = expecting("identities", "opened")["identities/right"]
        answer.place(self.folder)
        passphrase = base64.b64decode(answer.value("passphrase")).decode()
        script = (
            "log_user 0; spawn age -d -o text identity; expect passphrase; "
            f'send "{passphrase}\\r"; expect eof'
        )
        self._run("expect", "-c", script)
        said = self._run("age-keygen", "-y", "text").decode().strip()
        self.assertIn(("recipient", said), answer.outcome)

    def test_cards(self) -> None:
        """minisign verifies each with the key that it names."""
        for name, answer in expecting("cards", "accepted").items():
            answer.place(self.folder)
            text = (self.folder / "x.card").read_bytes()
            key = next(
                line[13:] for line in text.split(b"\n") if line.startswith(b"signing-key: ")
            )
            digest = hashlib.blake2b(text, digest_size=32).hexdigest()
            with self.subTest(name):
                self._verify(self.folder / "x.card", key.decode(), "transcript-vault card 1")
                self.assertIn(("digest", digest), answer.outcome)

    def test_rosters(self) -> None:
        """minisign verifies each with the organisation's key, and sha256sum names it."""
        for name, answer in expecting("rosters", "believed").items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                answer.place(Path(folder))
                key = (Path(folder) / "organisation.pub").read_text().splitlines()[1]
                digests = []
                for number in range(1, int(dict(answer.outcome)["number"]) + 1):
                    path = Path(folder) / "rosters" / f"{number}.json"
                    self._verify(path, key, "transcript-vault roster 1")
                    digests.append(self._run("sha256sum", path).decode().split(" ")[0])
                self.assertIn(("digest", digests[-1]), answer.outcome)


class Primitives(unittest.TestCase):
    """libsodium by its own functions, and hashes of the standard library."""

    def test_parts(self) -> None:
        """Every part of one file that opens: box, commitment, stream and records."""
        opened = 0
        for name, answer in expecting("parts", "opened").items():
            if len(answer.files) != 1 or any(field == "notice" for field, _ in answer.outcome):
                continue
            with self.subTest(name):
                lines = self._lines(answer)
                whole = b"".join(line + b"\n" for line in lines)
                counted = f"{len(lines)} {hashlib.sha256(whole).hexdigest()}"
                self.assertIn(("lines", counted), answer.outcome)
                opened += 1
        self.assertGreater(opened, 10)

    def _lines(self, answer: KnownAnswer) -> list[bytes]:
        (data,) = answer.files.values()
        secret = base64.b64decode(answer.value("record-secret-key"))
        leaves = dict(value.split(" ") for value in answer.values("leaf"))
        leaf = next(bytes.fromhex(leaf) for leaf in leaves.values() if len(leaf) == 64)
        (length,) = struct.unpack_from("<H", data, 10)
        public = sodium.crypto_scalarmult_base(secret)
        half = sodium.crypto_box_seal_open(data[64:144], public, secret)
        info = b"transcript-vault/v1/transcript\0" + data[: length - 32]
        keys = hkdf(leaf + half, info, 64)
        self.assertEqual(keys[:32], data[length - 32 : length])
        state = sodium.crypto_secretstream_xchacha20poly1305_state()
        head = data[length : length + 24]
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, head, keys[32:])
        place, tag, lines = length + 24, 2, []
        while tag != 3:
            (size,) = struct.unpack_from("<I", data, place)
            frame = data[place + 4 : place + 4 + size]
            plain, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, frame, None)
            lines += self._records(plain)
            place += 4 + size
        self.assertEqual(place, len(data))
        return lines

    def _records(self, plain: bytes) -> list[bytes]:
        place, lines = 0, []
        while len(plain) - place >= 4:
            (size,) = struct.unpack_from("<I", plain, place)
            if size == 0:
                break
            if plain[place + 4] == 2:
                lines.append(plain[place + 5 : place + 4 + size])
            place += 4 + size
        return lines

    def test_calendars(self) -> None:
        """A calendar of one whole page: its file, and its leaf by libsodium's own function."""
        library = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
        answer = expecting("calendars", "opened")["calendars/as-it-is"]
        ((name, file),) = answer.files.items()
        value = bytes.fromhex(answer.value("cell-value"))
        named = hkdf(value, b"transcript-vault/v1/calendar-id\0", 16).hex()
        self.assertEqual(name, f"{named}.calendar")
        content = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            file[34:], file[:10], file[10:34], hkdf(value, b"transcript-vault/v1/calendar\0", 32)
        )
        day, nodes, bits, prefix = struct.unpack_from("<IHBQ", content, 66)
        self.assertEqual((nodes, bits, prefix), (1, 0, 0))
        found = 0
        for answered in (value for field, value in answer.outcome if field == "answer"):
            _, conversation, leaf = answered.split(" ")
            if len(leaf) != 64:
                continue
            key = content[81 : 81 + 32]
            for bit in f"{int(conversation[:16], 16):064b}":
                child = ctypes.create_string_buffer(32)
                library.crypto_kdf_derive_from_key(
                    child, 32, ctypes.c_uint64(int(bit)), b"calendar", key
                )
                key = child.raw
            self.assertEqual(key.hex(), leaf)
            found += 1
        self.assertEqual(found, 4)
        self.assertGreater(day, 0)

    def test_common(self) -> None:
        """The secret keys are the digests of the labels that the README names."""
        answer = expecting("bundles", "genuine")["bundles/right"]
        for field, label in (("record-secret-key", "opens"), ("signing-seed", "signs")):
            key = hashlib.sha256(f"family-support {label}".encode()).digest()
            self.assertEqual(answer.value(field), base64.b64encode(key).decode())
        public = hashlib.sha256(b"the organisation signs").digest()
        public, _ = sodium.crypto_sign_seed_keypair(public)
        text = (COMMON / "organisation.pub").read_text().splitlines()[1]
        self.assertEqual(base64.b64decode(text)[10:], public)


if __name__ == "__main__":
    unittest.main()
