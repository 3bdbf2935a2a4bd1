"""Bech32 (BIP 173) without its limit of length, as age uses it."""

from __future__ import annotations

from .refusal import Answer, require

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def decode(text: str) -> tuple[str, bytes]:
    """The prefix in lower case and the bytes of a Bech32 string."""
    require(
        text.isascii() and text in (text.lower(), text.upper()), Answer.FORM, "Bech32: mixed case"
    )
    prefix, separator, rest = text.lower().rpartition("1")
    require(separator != "" and prefix != "" and len(rest) >= 6, Answer.FORM, "Bech32")
    require(all(c in ALPHABET for c in rest), Answer.FORM, "Bech32: the alphabet")
    digits = [ALPHABET.index(c) for c in rest]
    require(_polymod(_expand(prefix) + digits) == 1, Answer.FORM, "Bech32: checksum")
    return prefix, _bytes(digits[:-6])


def encode(prefix: str, data: bytes) -> str:
    """The Bech32 string of some bytes, in lower case."""
    digits = _digits(data)
    checksum = _polymod(_expand(prefix) + digits + [0] * 6) ^ 1
    digits += [(checksum >> 5 * (5 - i)) & 31 for i in range(6)]
    return prefix + "1" + "".join(ALPHABET[digit] for digit in digits)


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit in range(5):
            if top >> bit & 1:
                checksum ^= _GENERATOR[bit]
    return checksum


def _expand(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _bytes(digits: list[int]) -> bytes:
    number, bits, output = 0, 0, bytearray()
    for digit in digits:
        number = (number << 5 | digit) & 0xFFF
        bits += 5
        if bits >= 8:
            bits -= 8
            output.append(number >> bits & 0xFF)
    spare = number & ((1 << bits) - 1)
    require(bits < 5 and spare == 0, Answer.FORM, "Bech32: unused bits")
    return bytes(output)


def _digits(data: bytes) -> list[int]:
    number, bits, output = 0, 0, []
    for byte in data:
        number = (number << 8 | byte) & 0xFFF
        bits += 8
        while bits >= 5:
            bits -= 5
            output.append(number >> bits & 31)
    if bits:
        output.append(number << (5 - bits) & 31)
    return output
