"""Pairs of leads in a part's header (Sealed part, "Header"; Handover, "Two leads")."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vaultreader.primitives import blake2b

from .cast import ANNA, LARA, LENA, LUIS, Cast
from .chosen import box, chosen
from .identitycases import PASSPHRASE
from .knownanswer import Fields, KnownAnswer, base64_text
from .partcases import EVENT, CaseBuilder
from .signing import Somebody


def _key_id(of: Somebody) -> bytes:
    return blake2b(of.record_public, 16)


LEADS_IN_ORDER = sorted((LENA, LUIS, LARA), key=_key_id)
PAIRS = [(a, b) for a in range(3) for b in range(a + 1, 3)]
Content = Callable[[bytes, bytes, Somebody], bytes]


def inside(bound: bytes, half: bytes, second: Somebody) -> bytes:
    """What is in a right pair's box."""
    return blake2b(bound, 32) + box(half, second.record_public)


def pair_cases(people: Cast, keeper: Fields) -> Iterator[tuple[str, KnownAnswer]]:
    """The first two leads open a pair: the first the outer box, the second the inner one."""
    builder = CaseBuilder(people)
    first, second = LEADS_IN_ORDER[:2]

    def case(
        label: str,
        content: Content = inside,
        outer: Somebody = first,
        among: list[tuple[int, int]] = PAIRS,
        answer: tuple[str, str] | None = None,
    ) -> tuple[str, KnownAnswer]:
        def make(bound: bytes, half: bytes) -> bytes:
            pairs = b""
            for a, b in among:
                one, two = LEADS_IN_ORDER[a], LEADS_IN_ORDER[b]
                made = (content, outer) if (one, two) == (first, second) else (inside, one)
                sealed = box(made[0](bound, half, two), made[1].record_public)
                pairs += _key_id(one) + _key_id(two) + sealed
            return pairs

        part = builder.writer(make_pairs=make, pair_count=len(among)).finished([EVENT])
        folder, name, data = builder.closed(part)
        keys = {"record-secret-key": first, "second-record-secret-key": second}
        given = [item for item in keeper if item[0] not in keys]
        given += [(name, base64_text(of.record_secret)) for name, of in keys.items()]
        given.append(("passphrase", base64_text(PASSPHRASE)))
        outcome: Fields = [("expect", "opened"), ("w", part.half.hex())]
        if answer is not None:
            outcome = [("expect", answer[0])]
            given.insert(0, ("rule", answer[1]))
        fact = f"Two leads {'open' if answer is None else 'do not open'} a pair: {label}."
        files = {f"{folder}/{name}": data}
        return label, KnownAnswer("pair", fact, given, files, outcome, ["first-lead"])

    spliced, refused = ("changed", "a pair of another file"), ("changed", "4: the box")
    yield case("the three pairs of three leads")
    yield case("the pair alone", among=[(0, 1)])
    yield case(
        "other pairs alone",
        among=[(0, 2), (1, 2)],
        answer=("no-pair", "not prepared for these two"),
    )

    def out_of_another_file(bound: bytes, half: bytes, of: Somebody) -> bytes:
        return inside(bound[:32] + bytes(16) + bound[48:], half, of)

    yield case("out of another part", out_of_another_file, answer=spliced)

    def of_another_half(bound: bytes, half: bytes, of: Somebody) -> bytes:
        return inside(bound, chosen(32, b"another"), of)

    yield case(
        "with the half of another part", of_another_half, answer=("changed", "4: the commitment")
    )

    def of_the_file_alone(bound: bytes, half: bytes, of: Somebody) -> bytes:
        return inside(bound[:-1], half, of)

    yield case("bound to 143 bytes of the header", of_the_file_alone, answer=spliced)

    def for_the_first(bound: bytes, half: bytes, of: Somebody) -> bytes:
        return inside(bound, half, first)

    yield case("the inner box is the first lead's", for_the_first, answer=refused)
    yield case(
        "the outer box is somebody else's", outer=ANNA, answer=("changed", "the pair's box")
    )
