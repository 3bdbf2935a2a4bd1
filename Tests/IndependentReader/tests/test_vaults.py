"""Vaults that the programs made, read with their keepers stopped.

Everything here has files, an identity, its passphrase and a cell, and nothing
else.
"""

from __future__ import annotations

import dataclasses
import datetime
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from vaultreader import acts, archive, age, approval, bundle, card, cell, conversation
from vaultreader import handover, keycalendar, ledger, sealedpart, statement
from vaultreader.conversation import Conversation
from vaultreader.identity import Person
from vaultreader.primitives import sha256
from vaultreader.refusal import Answer, Refusal
from vaultreader.values import day_of_number, parse_day
from vaultreader.vault import Vault

from . import programs, world
from .programs import DATA, Word
from .world import Sealed

READER = Path(__file__).resolve().parents[1] / "reader.py"


def reader(*words: Word) -> subprocess.CompletedProcess[bytes]:
    """Run this reader's command line."""
    return subprocess.run([sys.executable, READER, *words], capture_output=True, timeout=120)


class Vaults(unittest.TestCase):
    """The charity's vault and the team's."""

    sealed: Sealed
    anna: Person
    family_support: Person

    @classmethod
    def setUpClass(cls) -> None:
        """Make the vaults."""
        programs.need_programs()
        cls.sealed = world.sealed()
        cls.anna = cls.sealed.person("anna")
        cls.family_support = cls.sealed.person("family-support")

    def _read(self, name: str) -> Conversation:
        charity = self.sealed.charity
        return Vault(charity.vault).read(
            bytes.fromhex(name), self.anna, [charity.cell], charity.people.folder / "anna.pin"
        )

    def _words(self, name: str) -> tuple[Word, ...]:
        of = self.sealed.team if name == "family-support" else self.sealed.charity
        return ("--vault", of.vault, "--cell", of.cell, *of.people.identified(name))

    def test_every_conversation_byte_for_byte(self) -> None:
        """What went in comes out, of the story and of real conversations."""
        for name, lines in self.sealed.conversations.items():
            with self.subTest(name):
                read = self._read(name)
                self.assertEqual(read.received(), lines)
                self.assertEqual(read.notices, ())
        if (DATA / "transcripts").is_dir():
            self.assertEqual(len(self.sealed.conversations), 3 + world.MTS + world.PRIMOCK)

    def test_the_command_line(self) -> None:
        """Lines on standard output, refusals by exit code."""
        for name in list(self.sealed.conversations)[:2]:
            done = reader("transcript", *self._words("anna"), name)
            self.assertEqual((done.returncode, done.stdout), (0, self.sealed.conversations[name]))
        for person, name, words in (
            ("ben", self.sealed.story, b"not yours"),
            ("anna", "0" * 32, b"not there"),
        ):
            done = reader("transcript", *self._words(person), name)
            self.assertEqual((done.returncode, done.stdout), (1, b""))
            self.assertIn(words, done.stderr)
        self.assertEqual(reader("transcript").returncode, 64)

    def test_the_expiry_day(self) -> None:
        """Sealed part, "Continuation": the day of the start plus a year."""
        for name, lines in self.sealed.conversations.items():
            if b'"at":"' not in lines:
                continue
            start = parse_day(lines.split(b'"at":"')[1][:10].decode())
            expiry = day_of_number(self._read(name).expiry_day)
            with self.subTest(name):
                self.assertEqual(expiry, start.replace(year=start.year + 1))

    def test_rosters_and_ledgers(self) -> None:
        """Both vaults, from the organisation's key and from pins."""
        for of in (self.sealed.charity, self.sealed.team):
            done = reader("verify", "--vault", of.vault)
            self.assertEqual(done.returncode, 0, done.stderr)
            pin = of.people.folder / f"{of.name}.key.pin"
            self.assertEqual(Vault(of.vault).roster(pin).number, 2)
            roster = Vault(of.vault).roster()
            self.assertGreaterEqual(Vault(of.vault).ledger(roster).last_done, 1)

    def test_handovers(self) -> None:
        """Handover, "Reading": by the holder, on from them, and by two leads."""
        charity, story = self.sealed.charity, self.sealed
        for reader_, name in (
            ("ben", story.by_holder),
            ("lena", story.by_holder),
            ("ben", story.by_leads),
        ):
            person = self.sealed.person(reader_)
            read = Vault(charity.vault).read(bytes.fromhex(name), person, [charity.cell])
            with self.subTest(reader_, name=name):
                self.assertEqual(read.received(), story.conversations[name])
                self.assertEqual(read.notices, ())
        with self.assertRaises(Refusal) as caught:
            Vault(charity.vault).read(
                bytes.fromhex(story.by_leads), self.sealed.person("lena"), [charity.cell]
            )
        self.assertIs(caught.exception.answer, Answer.NOT_YOURS)

    def test_every_byte_of_a_handover(self) -> None:
        """Every byte counts, and every file of two that are right otherwise."""
        charity, cast = self.sealed.charity, self.sealed.cast()
        roster = Vault(charity.vault).roster()
        for reader_, name in (("lena", self.sealed.by_holder), ("ben", self.sealed.by_leads)):
            person, conversation_id = self.sealed.person(reader_), bytes.fromhex(name)
            (file,) = conversation.find_files(charity.vault, conversation_id)
            header = sealedpart.parse_header(file.path.read_bytes())
            data = file.handover(header, person.record_key_id).read_bytes()
            leaf = cast.calendar.leaf(header.expiry_day, conversation_id, cast.today)
            to = person.record_key_id
            handover.box_for(data, header, leaf, to, roster)
            for place in range(0, len(data), 3):
                changed = bytearray(data)
                changed[place] ^= 1
                with self.subTest(reader_, place=place), self.assertRaises(Refusal) as caught:
                    handover.box_for(bytes(changed), header, leaf, to, roster)
                self.assertIs(caught.exception.answer, Answer.CHANGED)
            for wrong in (
                (data, header, bytes(32), to),
                (data, header, leaf, cast.anna.record_key_id),
                (data, dataclasses.replace(header, part=bytes(16)), leaf, to),
                (data, dataclasses.replace(header, holder=bytes(16), pair_ids=()), leaf, to),
            ):
                with self.assertRaises(Refusal):
                    handover.box_for(*wrong, roster)

    def test_requests_and_cards(self) -> None:
        """What the programs gave out to be signed has its one form."""
        request = (self.sealed.world.root / "charity.enrol.request").read_bytes()
        self.assertEqual(approval.parse_request(request).act, "enrol")
        path = self.sealed.charity.people.card("anna")
        text, signature = path.read_bytes(), path.with_name("anna.card.minisig").read_bytes()
        self.assertEqual(card.parse(text, signature).record_key, self.anna.record_public)

    def test_checkpoints_and_proofs(self) -> None:
        """Every byte of a checkpoint counts, and an entry is proved by itself."""
        vault = self.sealed.charity.vault
        roster = Vault(vault).roster()
        note = (vault / "ledger" / "checkpoint").read_bytes()
        data = (vault / "ledger" / "acts.jsonl").read_bytes()
        read = ledger.verify(data, roster)
        self.assertEqual(ledger.covered(read, note, roster), len(read.entries))
        for place in range(len(note)):
            changed = bytearray(note)
            changed[place] ^= 1
            with self.subTest(place), self.assertRaises(Refusal):
                ledger.covered(read, bytes(changed), roster)
        for number in range(1, len(read.entries) + 1):
            words = ("--vault", vault, "--proof", str(number))
            proof = programs.run_bytes("vault-admin", "ledger", *words)
            path = self.sealed.world.root / "proof"
            path.write_bytes(proof)
            done = reader("proof", "--vault", vault, path)
            self.assertEqual(done.stdout.strip(), data.splitlines()[number - 1], done.stderr)

    def test_acts(self) -> None:
        """A consent and its use, in parts that the worker signed."""
        read = self._read(self.sealed.story)
        consent, spent = (acts.parse(line) for line in read.acts)
        assert isinstance(consent, acts.Consent) and isinstance(spent, acts.Spent)
        self.assertEqual((consent.id, spent.consent), (self.sealed.consent, consent.id))
        self.assertTrue(acts.evidence_stands(consent, read.lines))
        self.assertEqual(acts.scope_digest(consent.scope.lines(read.lines)), consent.scope.digest)
        self.assertEqual(spent.bundle, bundle.bundle_id(consent.line))
        self.assertTrue(consent.has_real_name)

    def test_the_bundle(self) -> None:
        """It verifies, and holds what the consent covers."""
        opened = bundle.verify(
            self.sealed.bundle.read_bytes(),
            self.family_support,
            Vault(self.sealed.team.vault).partners(self.sealed.team.people.path("family-support")),
            datetime.datetime.now(datetime.timezone.utc).date(),
        )
        lines = self._read(self.sealed.story).lines
        covered = b"".join(line + b"\n" for line in opened.consent.scope.lines(lines))
        self.assertEqual(opened.transcript, covered)
        self.assertEqual(len(opened.consent.scope.redacted), 1)
        done = reader("bundle", *self._words("family-support"), self.sealed.bundle)
        self.assertEqual((done.returncode, done.stdout), (0, covered), done.stderr)
        done = reader("bundle", *self._words("anna"), self.sealed.bundle)
        self.assertEqual((done.returncode, done.stdout), (1, b""))

    def test_the_same_archive_twice(self) -> None:
        """Share bundle, "The archive": byte for byte, and as we build it."""
        archives = [
            age.decrypt(path.read_bytes(), age.x25519_unwrap(self.family_support.age_secret))
            for path in (self.sealed.bundle, self.sealed.bundle_again)
        ]
        self.assertEqual(archives[0], archives[1])
        self.assertEqual(archive.build(archive.parse(archives[0])), archives[0])

    def test_the_teams_copy_and_its_acknowledgement(self) -> None:
        """The copy is a conversation of the team's own, with a received act."""
        team = self.sealed.team
        read = Vault(team.vault).read(
            bytes.fromhex(self.sealed.copy), self.family_support, [team.cell]
        )
        (received,) = (acts.parse(line) for line in read.acts)
        assert isinstance(received, acts.Received)
        consent = acts.parse_consent(received.consent.encode())
        self.assertEqual(acts.scope_digest(list(read.lines)), consent.scope.digest)
        text = self.sealed.bundle.with_name("copy.age.ack")
        acknowledgement = statement.parse_acknowledgement(
            text.read_bytes(), text.with_name("copy.age.ack.minisig").read_bytes()
        )
        self.assertEqual(acknowledgement.statement, sha256(received.statement.encode()).hex())
        self.assertEqual(acknowledgement.bundle, self.sealed.copy)
        self.assertEqual(acknowledgement.team_key.ed25519, self.family_support.signing_public)

    def test_every_byte_of_a_part(self) -> None:
        """A part with any one byte changed is refused, or it is said."""
        single, several = list(self.sealed.conversations)[1], self.sealed.story
        self.assertGreater(self._flip_bytes(single, 1, 1), 1_500)
        self.assertGreater(self._flip_bytes(several, 13, 3), 400)

    def _flip_bytes(self, name: str, step: int, parts: int) -> int:
        charity, conversation_id = self.sealed.charity, bytes.fromhex(name)
        cast, roster = self.sealed.cast(), Vault(charity.vault).roster()
        flips = 0
        with tempfile.TemporaryDirectory() as folder:
            for file in conversation.find_files(charity.vault, conversation_id):
                path = Path(folder) / "records" / file.path.parent.name / file.path.name
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.path, path)
            copies = conversation.find_files(Path(folder), conversation_id)
            self.assertEqual(len(copies), parts)
            for file in copies:
                data = file.path.read_bytes()
                for place in range(0, len(data), step):
                    changed = bytearray(data)
                    changed[place] ^= 1 << place % 8
                    file.path.write_bytes(changed)
                    flips += 1
                    with self.subTest(name, place=place):
                        self._check_flip(name, copies, file, place, cast, roster)
                file.path.write_bytes(data)
        return flips

    def _check_flip(self, name, copies, file, place, cast, roster) -> None:
        try:
            read = conversation.read(bytes.fromhex(name), copies, self.anna, cast.half, roster)
        except Refusal:
            return
        # Two changes are no refusal: of a holder's id, as if the part were
        # somebody else's, and of a frame's length, as if it were torn there.
        # Both are said, and no line is another than it was.
        notice = (
            conversation.Notice.ANOTHER_HOLDER
            if 48 <= place < 64
            else conversation.Notice.END_NOT_PROVEN
        )
        self.assertIn((notice, file.part), read.notices)
        whole = self.sealed.conversations[name]
        self.assertTrue(whole.startswith(read.received()))

    def test_a_cut_part_is_noticed(self) -> None:
        """Whatever is cut off a part is refused or reported."""
        name = bytes.fromhex(list(self.sealed.conversations)[1])
        (file,) = conversation.find_files(self.sealed.charity.vault, name)
        cast, roster = self.sealed.cast(), Vault(self.sealed.charity.vault).roster()
        data = file.path.read_bytes()
        for place in ("records/" + file.path.parent.name, "open"):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / place / file.path.name
                path.parent.mkdir(parents=True)
                for length in range(0, len(data), 7):
                    path.write_bytes(data[:length])
                    files = conversation.find_files(Path(folder), name)
                    try:
                        read = conversation.read(name, files, self.anna, cast.half, roster)
                    except Refusal as refusal:
                        self.assertIs(refusal.answer, Answer.CHANGED)
                        continue
                    self.assertIn((conversation.Notice.END_NOT_PROVEN, file.part), read.notices)


class Sweep(unittest.TestCase):
    """After a sweep nothing brings a record back."""

    def test_the_old_calendar_opens_with_nothing(self) -> None:
        """A backup of everything but the cell, after all pages were torn off."""
        programs.need_programs()
        sealed = world.sealed()
        root = sealed.world.root / "sweep"
        root.mkdir()
        charity = sealed.charity.copy_to(root)
        old_slots = cell.read_slots(charity.cell)
        shutil.copytree(charity.vault, root / "backup")
        charity.start()
        try:
            after = datetime.date.today() + datetime.timedelta(days=400)
            charity.act("sweep", "--as-of", after.isoformat())
        finally:
            charity.stop()
        (slot,) = cell.read_slots(charity.cell)
        self.assertGreater(slot.serial, old_slots[0].serial)
        for file in (root / "backup" / "calendar").iterdir():
            keycalendar.decrypt(file.read_bytes(), old_slots[0].value)
            self.assertFalse((charity.cell / file.name).exists())
            with self.assertRaises(Refusal):
                keycalendar.decrypt(file.read_bytes(), slot.value)
        self.assertNotIn(old_slots[0].value, (charity.cell / "cell").read_bytes())
        anna, story = sealed.person("anna"), bytes.fromhex(sealed.story)
        with self.assertRaises(Refusal) as caught:
            Vault(charity.vault).read(story, anna, [charity.cell])
        self.assertIs(caught.exception.answer, Answer.MISSING)
        # The backup's files, and the cell with the calendar that lies beside it:
        with self.assertRaises(Refusal) as caught:
            Vault(root / "backup").read(story, anna, [charity.cell])
        self.assertIs(caught.exception.answer, Answer.EXPIRED)
        read = Vault(charity.vault).ledger(Vault(charity.vault).roster())
        done = [entry for entry in read.entries if entry.act == "sweep" and entry.state == "done"]
        self.assertEqual(done[-1].until, after.isoformat())
        self.assertEqual(len(done[-1].approvals), 2)

    def test_what_was_erased_and_what_is_held(self) -> None:
        """Two acts of the keeper, before and after the day is over."""
        programs.need_programs()
        sealed = world.sealed()
        root = sealed.world.root / "acts"
        root.mkdir()
        charity, anna = sealed.charity.copy_to(root), sealed.person("anna")
        held, erased = sealed.by_holder, sealed.by_leads
        after = datetime.date.today() + datetime.timedelta(days=400)
        until = (after + datetime.timedelta(days=30)).isoformat()
        shutil.copytree(charity.vault, root / "backup")

        def answer(vault: Path, name: str) -> Answer:
            with self.assertRaises(Refusal) as caught:
                Vault(vault).read(bytes.fromhex(name), anna, [charity.cell])
            return caught.exception.answer

        charity.start()
        try:
            charity.act("hold", held, "--until", until)
            charity.act("erase", erased)
            # The files are gone, or were put back: it is the same.
            for vault in (charity.vault, root / "backup"):
                self.assertIs(answer(vault, erased), Answer.ERASED)
            charity.act("sweep", "--as-of", after.isoformat())
        finally:
            charity.stop()
        for name, vault, expected in (
            (erased, charity.vault, Answer.MISSING),
            (erased, root / "backup", Answer.EXPIRED),
            (sealed.story, charity.vault, Answer.MISSING),
        ):
            self.assertIs(answer(vault, name), expected)
        read = Vault(charity.vault).read(bytes.fromhex(held), anna, [charity.cell])
        self.assertEqual(read.received(), sealed.conversations[held])
        for act in ("hold", "erase"):
            request = approval.parse_request((root / f"charity.{act}.request").read_bytes())
            self.assertEqual(request.act, act)


if __name__ == "__main__":
    unittest.main()
