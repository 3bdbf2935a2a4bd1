"""Cryptographic primitives, by name, from PyNaCl and the standard library.

Sealed part, Calendar and Minisign name each of them in their first lines.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

import nacl.bindings as sodium
import nacl.exceptions

TAG_REKEY = 2
TAG_FINAL = 3
STREAM_HEADER_BYTES = 24
STREAM_EXTRA_BYTES = 17
BOX_EXTRA_BYTES = 48
SCRYPT_PYTHON_LIMIT = 20  # hashlib.scrypt stops at 2 GiB of memory


class CryptoFailure(Exception):
    """Something does not decrypt or verify."""


def blake2b(data: bytes, size: int, key: bytes = b"") -> bytes:
    """BLAKE2b (RFC 7693), without key where none is given."""
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def sha256(data: bytes) -> bytes:
    """SHA-256 (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def hkdf_sha256(ikm: bytes, info: bytes, length: int, salt: bytes = b"") -> bytes:
    """HKDF-SHA256 (RFC 5869). No salt is a salt of 32 zero bytes."""
    key = hmac.digest(salt or bytes(32), ikm, "sha256")
    output, block, counter = b"", b"", 0
    while len(output) < length:
        counter += 1
        block = hmac.digest(key, block + info + bytes([counter]), "sha256")
        output += block
    return output[:length]


def kdf_child(key: bytes, index: int, context: bytes) -> bytes:
    """libsodium's crypto_kdf_derive_from_key(32, index, context, key)."""
    return hashlib.blake2b(
        b"",
        digest_size=32,
        key=key,
        salt=index.to_bytes(8, "little") + bytes(8),
        person=context + bytes(8),
    ).digest()


def same(left: bytes, right: bytes) -> bool:
    """Comparison in constant time."""
    return hmac.compare_digest(left, right)


def x25519_public(secret: bytes) -> bytes:
    """The public key of an X25519 secret key (RFC 7748)."""
    return sodium.crypto_scalarmult_base(secret)


def x25519(secret: bytes, public: bytes) -> bytes:
    """X25519 (RFC 7748). An all-zero result is refused."""
    try:
        return sodium.crypto_scalarmult(secret, public)
    except nacl.exceptions.CryptoError as error:
        raise CryptoFailure("a key of small order") from error


def open_box(box: bytes, public: bytes, secret: bytes) -> bytes:
    """libsodium's crypto_box_seal_open."""
    if len(box) < BOX_EXTRA_BYTES:
        raise CryptoFailure("a box is too short")
    try:
        return sodium.crypto_box_seal_open(box, public, secret)
    except nacl.exceptions.CryptoError as error:
        raise CryptoFailure("a box does not open") from error


def xchacha20poly1305_open(sealed: bytes, additional: bytes, nonce: bytes, key: bytes) -> bytes:
    """XChaCha20-Poly1305; sealed is the ciphertext and its tag."""
    if len(sealed) < 16:
        raise CryptoFailure("there is no tag")
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, additional, nonce, key)
    except nacl.exceptions.CryptoError as error:
        raise CryptoFailure("a ciphertext does not verify") from error


def chacha20poly1305_open(sealed: bytes, nonce: bytes, key: bytes) -> bytes:
    """ChaCha20-Poly1305 (RFC 8439) without additional data."""
    if len(sealed) < 16:
        raise CryptoFailure("there is no tag")
    try:
        return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(sealed, b"", nonce, key)
    except nacl.exceptions.CryptoError as error:
        raise CryptoFailure("a ciphertext does not verify") from error


class SecretStream:
    """The reading end of crypto_secretstream_xchacha20poly1305."""

    def __init__(self, header: bytes, key: bytes) -> None:
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(self._state, header, key)

    def pull(self, message: bytes) -> tuple[bytes, int]:
        """The plaintext of the next message, and its tag."""
        try:
            return sodium.crypto_secretstream_xchacha20poly1305_pull(self._state, message, None)
        except nacl.exceptions.CryptoError as error:
            raise CryptoFailure("a message does not verify") from error


def ed25519_verifies(signature: bytes, message: bytes, public: bytes) -> bool:
    """Ed25519 (RFC 8032) as libsodium checks it."""
    if len(signature) != 64 or len(public) != 32:
        return False
    try:
        sodium.crypto_sign_open(signature + message, public)
    except nacl.exceptions.CryptoError:
        return False
    return True


def ed25519_public(seed: bytes) -> bytes:
    """The public key of a signing seed."""
    public, _ = sodium.crypto_sign_seed_keypair(seed)
    return public


def scrypt(passphrase: bytes, salt: bytes, log_n: int) -> bytes:
    """scrypt (RFC 7914), N = 2^log_n, r = 8, p = 1, 32 bytes."""
    n = 1 << log_n
    memory = 128 * 8 * n
    if log_n <= SCRYPT_PYTHON_LIMIT:
        return hashlib.scrypt(
            passphrase, salt=salt, n=n, r=8, p=1, dklen=32, maxmem=memory + (1 << 20)
        )
    return sodium.crypto_pwhash_scryptsalsa208sha256_ll(
        passphrase, salt, n, 8, 1, dklen=32, maxmem=memory + (1 << 21)
    )


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    """The pieces of some length, one after the other; the last may be less."""
    for start in range(0, len(data), size):
        yield data[start : start + size]
