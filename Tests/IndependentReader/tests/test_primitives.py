"""Known answers that nobody here made."""

from __future__ import annotations

import unittest

from vaultreader import primitives


class Primitives(unittest.TestCase):
    """One known answer for each."""

    def test_hkdf(self) -> None:
        """RFC 5869, test cases 1 and 3."""
        key = bytes.fromhex("0b" * 22)
        self.assertEqual(
            primitives.hkdf_sha256(
                key,
                bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
                42,
                bytes.fromhex("000102030405060708090a0b0c"),
            ).hex(),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        )
        self.assertEqual(
            primitives.hkdf_sha256(key, b"", 42).hex(),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        )

    def test_scrypt(self) -> None:
        """RFC 7914, section 12, third example (its first 32 bytes)."""
        self.assertEqual(
            primitives.scrypt(b"pleaseletmein", b"SodiumChloride", 14).hex(),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
        )

    def test_x25519(self) -> None:
        """RFC 7748, section 6.1."""
        alice = bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
        bob = bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
        self.assertEqual(
            primitives.x25519(alice, primitives.x25519_public(bob)).hex(),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
        )

    def test_small_order_is_refused(self) -> None:
        """RFC 7748, section 6.1: an all-zero result."""
        with self.assertRaises(primitives.CryptoFailure):
            primitives.x25519(bytes(range(32)), bytes(32))

    def test_blake2b(self) -> None:
        """RFC 7693, appendix A."""
        self.assertEqual(
            primitives.blake2b(b"abc", 64).hex()[:32], "ba80a53f981c4d0d6a2797b69f12f6e9"
        )

    def test_ed25519(self) -> None:
        """RFC 8032, section 7.1, test 2."""
        seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
        public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        signature = bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
        self.assertEqual(primitives.ed25519_public(seed), public)
        self.assertTrue(primitives.ed25519_verifies(signature, b"\x72", public))
        self.assertFalse(primitives.ed25519_verifies(signature, b"\x73", public))


if __name__ == "__main__":
    unittest.main()
