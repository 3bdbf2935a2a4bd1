"""The same crafted files for this reader and for the programs.

Each case says what the page wants; the other tests hold this reader to it,
and these hold the programs to it.
"""

from __future__ import annotations

import base64
import datetime
import json
import shutil
import tempfile
import unittest
from pathlib import Path

from vaultreader import age, archive, bech32, canonicaljson, identity
from vaultreader.keycalendar import CalendarOnDay
from vaultreader.refusal import Answer
from vaultreader.values import day_number
from vaultreader.vault import Vault

from . import calendarwriter, programs, world
from .bundlecases import BundleCases
from .bundling import age_encrypt_with_passphrase
from .calendarcases import CalendarCase, CalendarCases, answers, punctured
from .conversationcases import all_part_cases, erased_cases
from .handovercases import LINE, HandoverCases
from .installation import Installation
from .keeperclient import KeeperClient
from .ledgercases import LedgerCases
from .partcases import CONVERSATION, CaseBuilder, PartCase
from .programs import Refused, Word, run, run_bytes
from .rostercases import all_cases
from .signing import Signer
from .test_event import BAD, GOOD
from .test_calendars import state_on
from .test_parts import place as place_parts
from .test_rosters import place as place_rosters
from .world import Sealed


class SameAnswers(unittest.TestCase):
    """What the programs say of the cases."""

    sealed: Sealed

    @classmethod
    def setUpClass(cls) -> None:
        """Make the vaults."""
        programs.need_programs()
        cls.sealed = world.sealed()

    def setUp(self) -> None:
        """A folder for this test alone."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def _copy(self, of: Installation) -> Installation:
        return of.copy_to(self.root)

    def _start(self, of: Installation) -> None:
        of.start()
        self.addCleanup(of.stop)

    def _quick(self, name: str, of: Installation) -> tuple[Word, ...]:
        """Somebody's identity under a work factor that takes no time."""
        path = self.root / name
        text = age.decrypt(
            of.people.path(name).read_bytes(),
            age.scrypt_unwrap(identity.read_passphrase(of.people.passphrase_file(name))),
        )
        path.write_bytes(age_encrypt_with_passphrase(text, b"a passphrase", 4))
        for pin in of.people.folder.glob(f"{name}.*pin"):
            shutil.copy(pin, self.root)
        (self.root / "passphrase").write_bytes(b"a passphrase\n")
        return ("--identity", path, "--passphrase-file", self.root / "passphrase")

    def test_parts(self) -> None:
        """vault-worker read shows the same lines, or refuses."""
        charity = self._copy(self.sealed.charity)
        self._start(charity)
        anna = self._quick("anna", charity)
        for case in all_part_cases(self.sealed.cast()):
            paths = place_parts(case, charity.vault)
            with self.subTest(case.label):
                words = (CONVERSATION.hex(), "--format", "jsonl", *charity.asked(), *anna)
                self._check_part(case, words)
            for path in paths:
                path.unlink()

    def _check_part(self, case: PartCase, words: tuple[Word, ...]) -> None:
        if case.lines is None:
            with self.assertRaises(Refused):
                run_bytes("vault-worker", "read", *words)
        else:
            read = run_bytes("vault-worker", "read", *words)
            self.assertEqual(read, b"".join(line + b"\n" for line in case.lines))

    def test_what_was_erased(self) -> None:
        """vault-worker read says the same of what was erased."""
        charity, cast = self._copy(self.sealed.charity), self.sealed.cast()
        calendarwriter.put(
            calendarwriter.content(punctured(cast.calendar, cast.day)),
            cast.calendar.vault,
            cast.calendar.serial,
            charity.vault,
            [charity.cell],
        )
        self._start(charity)
        anna = self._quick("anna", charity)
        words = (CONVERSATION.hex(), "--format", "jsonl", *charity.asked(), *anna)
        for case in erased_cases(cast):
            paths = place_parts(case, charity.vault)
            with self.subTest(case.label):
                with self.assertRaises(Refused) as caught:
                    run_bytes("vault-worker", "read", *words)
                said = "erased" in caught.exception.words
                self.assertEqual(said, case.answer is Answer.ERASED, caught.exception.words)
            for path in paths:
                path.unlink(missing_ok=True)

    def test_handovers(self) -> None:
        """vault-worker read goes by the same handovers."""
        charity, cast = self._copy(self.sealed.charity), self.sealed.cast()
        self._start(charity)
        ben = self._quick("ben", charity)
        cases = HandoverCases(cast, Vault(charity.vault).roster().vault)
        builder = CaseBuilder(cast)
        words = (CONVERSATION.hex(), "--format", "jsonl", *charity.asked(), *ben)
        for case in cases.all():
            files = [builder.closed(cases.part), (builder.records, cases.file_name(), case.data)]
            place_parts(PartCase("", files), charity.vault)
            with self.subTest(case.label):
                if case.good:
                    read = run_bytes("vault-worker", "read", *words)
                    self.assertEqual(read, LINE + b"\n")
                else:
                    with self.assertRaises(Refused) as caught:
                        run_bytes("vault-worker", "read", *words)
                    self.assertIn("changed or is damaged", caught.exception.words)

    def test_rosters(self) -> None:
        """vault-admin roster believes the same chains."""
        for number, case in enumerate(all_cases()):
            vault = self.root / str(number)
            vault.mkdir()
            place_rosters(case, vault)
            with self.subTest(case.label):
                if case.believed:
                    run("vault-admin", "roster", "--vault", vault)
                else:
                    with self.assertRaises(Refused):
                        run("vault-admin", "roster", "--vault", vault)

    def test_calendars(self) -> None:
        """The keeper opens the same calendars, and gives the same leaves."""
        charity = self._copy(self.sealed.charity)
        cast = self.sealed.cast()
        cases = CalendarCases(cast.calendar, cast.day, day_number(cast.today))
        path = charity.vault / "ledger" / "acts.jsonl"
        ledger, checkpoint = path.read_bytes(), path.with_name("checkpoint").read_bytes()
        for case in cases.all():
            # A keeper draws the pages that it misses: then the ledger is ahead
            # of the next case.
            path.write_bytes(ledger)
            path.with_name("checkpoint").write_bytes(checkpoint)
            (charity.cell / "ledger.jsonl").unlink(missing_ok=True)
            calendarwriter.put(
                case.content,
                cast.calendar.vault,
                cast.calendar.serial,
                charity.vault,
                [charity.cell],
            )
            with self.subTest(case.label):
                self._check_calendar(case, charity, cast.today)

    def _check_calendar(
        self, case: CalendarCase, charity: Installation, today: datetime.date
    ) -> None:
        if not case.good:
            with self.assertRaises(AssertionError):
                charity.start()
            charity.stop()
            return
        charity.start()
        try:
            client = KeeperClient(charity.socket)
            given = answers(client.leaf, case)
            states = [client.state(of, day) for day, of in case.questions]
            without_day = [client.state(of) for _, of in case.questions]
            client.close()
        finally:
            charity.stop()
        vault = Vault(charity.vault)
        calendar = vault.calendar(vault.roster(), [charity.cell])
        expected = answers(lambda day, of: state_on(calendar, day, of, today), case)
        self.assertEqual(given, expected)
        self.assertEqual(states, [state for state, _ in expected])
        half = CalendarOnDay(calendar, today)
        self.assertEqual(without_day, [3 if half.erased(of) else 1 for _, of in case.questions])

    def test_ledgers(self) -> None:
        """The keeper starts with the same ledgers, and counts the same."""
        charity = self._copy(self.sealed.charity)
        path = charity.vault / "ledger" / "acts.jsonl"
        checkpoint = path.with_name("checkpoint").read_bytes()
        keeper = identity.open_program(charity.cell / "keeper.identity")
        cast, roster = self.sealed.cast(), Vault(charity.vault).roster()
        cases = LedgerCases(
            Signer(keeper.signing_seed),
            roster.vault,
            cast.calendar.serial,
            path.read_bytes().splitlines(),
        )
        for case in cases.all():
            path.write_bytes(case.data)
            # The keeper's own copy would bring back what it wrote itself.
            path.with_name("checkpoint").write_bytes(checkpoint)
            (charity.cell / "ledger.jsonl").unlink(missing_ok=True)
            with self.subTest(case.label):
                if case.counts is None:
                    with self.assertRaises(AssertionError):
                        charity.start()
                    charity.stop()
                    continue
                charity.start()
                try:
                    words = run("vault-retention", "status", "--keeper", charity.socket, "--json")
                finally:
                    charity.stop()
                counts = json.loads(words)["ledger"]
                self.assertEqual((counts["entries"], counts["torn"]), case.counts)

    def test_bundles(self) -> None:
        """vault-team import takes the same bundles in, and refuses the others."""
        team = self._copy(self.sealed.team)
        self._start(team)
        family_support = self._quick("family-support", team)
        cases = self._bundle_cases(team)
        path = self.root / "copy.age"
        for case in cases.all():
            path.write_bytes(case.data)
            for name in ("copy.age.ack", "copy.age.ack.minisig"):
                (self.root / name).unlink(missing_ok=True)
            with self.subTest(case.label):
                if case.answer is None:
                    run("vault-team", "import", path, *team.asked(), *family_support)
                    continue
                with self.assertRaises(Refused) as caught:
                    run("vault-team", "import", path, *team.asked(), *family_support)
                if case.answer is Answer.NOT_GENUINE:
                    self.assertIn("not genuine", caught.exception.words)

    def _bundle_cases(self, team: Installation) -> BundleCases:
        person = self.sealed.person("family-support")
        content = age.decrypt(
            self.sealed.bundle.read_bytes(), age.x25519_unwrap(person.age_secret)
        )
        files = archive.parse(content)
        people = self.sealed.charity.people
        (roster,) = Vault(team.vault).partners(team.people.path("family-support"))
        service = identity.open_program(people.path("chat-service"))
        consent = canonicaljson.parse(files["consent.json"], 1_000_000)
        consent["scope"]["redacted"] = []
        return BundleCases(
            consent=consent,
            transcript=files["transcript.jsonl"],
            sender=("anna", Signer(self.sealed.person("anna").signing_seed)),
            service=("chat-service", Signer(service.signing_seed)),
            recipient=person.recipient,
            roster=(roster.number, roster.digest),
            now=datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None),
        )

    def test_events(self) -> None:
        """vault-service seal takes the same lines, and refuses the others."""
        charity = self._copy(self.sealed.charity)
        self._start(charity)
        ids = charity.seal(b"".join(text + b"\n" for text in GOOD))
        read = Vault(charity.vault).read(
            bytes.fromhex(ids[0]), self.sealed.person("anna"), [charity.cell]
        )
        self.assertIn(read.lines[0], GOOD)
        for text in BAD:
            with self.subTest(text[:60]), self.assertRaises(Refused):
                charity.seal(text + b"\n")

    def test_identities(self) -> None:
        """vault-worker opens an identity file that was made from the page."""
        charity = self._copy(self.sealed.charity)
        self._start(charity)
        anna = self.sealed.person("anna")
        text = (
            "# transcript-vault identity 1\n# name: anna\n# role: worker\n"
            f"# record-secret-key: {base64.b64encode(anna.record_secret).decode()}\n"
            f"# signing-seed: {base64.b64encode(anna.signing_seed).decode()}\n"
            f"{bech32.encode('age-secret-key-', anna.age_secret).upper()}\n"
        )
        path, words = self.root / "anna", self.root / "words"
        path.write_bytes(age_encrypt_with_passphrase(text.encode(), b"a passphrase", 4))
        words.write_bytes(b"a passphrase\r\n")
        name = self.sealed.story
        read = run_bytes(
            "vault-worker",
            "read",
            name,
            "--format",
            "jsonl",
            *charity.asked(),
            "--identity",
            path,
            "--passphrase-file",
            words,
        )
        self.assertEqual(read, self.sealed.conversations[name])


if __name__ == "__main__":
    unittest.main()
