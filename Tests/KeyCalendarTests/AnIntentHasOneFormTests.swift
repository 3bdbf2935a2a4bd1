import KeyCalendar
import Records
import Sodium
import Tampering
import Testing

@Suite struct AnIntentHasOneFormTests {
    private func intent() throws -> Intent {
        let budget = try #require(TimeBudget(days: 6, mark: TimeMark(boot: Sample.boot, seconds: 86_400)))
        let act = try CalendarAct(
            .sweep,
            [
                .tearOff(before: Day(number: 20_000), budget: budget), .addPages(Sample.days(0..<2)), .addPages([]),
                .puncture(Sample.conversation(1), day: Sample.day(3)),
                .keep(Sample.conversation(1), day: Sample.day(3), until: Sample.day(9), .held),
                .release(Sample.conversation(1), day: Sample.day(3), .disclosure),
                .spend(SpentRequest(Sample.request(1), until: Sample.day(4))),
            ], approvals: [[UInt8](repeating: 0xAB, count: 32), [UInt8](repeating: 0xCD, count: 32)])
        return Intent(vault: Sample.vault, serial: 17, act: act)
    }

    private func read(_ text: String) -> Intent? { try? Intent(signedText: Array(text.utf8), keeper: Sample.keeper().publicKey) }

    private func text(of intent: Intent) throws -> String {
        String(decoding: try intent.signed(by: Sample.keeper()), as: UTF8.self)
    }

    /// `text` with a signature that fits it.
    private func signed(_ text: String) throws -> String {
        try "\(text)signature: \(Hex.encode(Sample.keeper().sign(Array(text.utf8))))\n"
    }

    @Test func itIsTheSpecifiedText() throws {
        let conversation = Sample.conversation(1)
        let expected = """
            transcript-vault intent 1
            vault: 07070707070707070707070707070707
            serial: 17
            act: sweep
            change: tear-off 2024-10-04 6 01010101010101010101010101010101 86400
            change: draw 2024-10-04 2024-10-05
            change: draw
            change: erase 2024-10-07 \(conversation)
            change: keep 2024-10-07 \(conversation) 2024-10-13 held
            change: release 2024-10-07 \(conversation) disclosure
            change: spend 01010101010101010101010101010101 2024-10-08
            approval: abababababababababababababababababababababababababababababababab
            approval: cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd

            """
        #expect(try text(of: intent()) == signed(expected))
    }

    @Test func itIsReadAsItWasWritten() throws {
        #expect(try read(text(of: intent())) == intent())
        let every = try CalendarAct.Name.allCases.map { Intent(vault: Sample.vault, serial: 1, act: try CalendarAct($0, [.addPages([])])) }
        for intent in every { #expect(try read(text(of: intent)) == intent) }
        for retention in RetentionClass.allCases {
            let change = CalendarChange.keep(Sample.conversation(1), day: Sample.day(1), until: Sample.day(2), retention)
            let intent = Intent(vault: Sample.vault, serial: 1, act: try CalendarAct(.hold, [change]))
            #expect(try read(text(of: intent)) == intent)
        }
    }

    @Test func everyChangeIsRefused() throws {
        let bytes = Array(try text(of: intent()).utf8)
        let keeper = try Sample.keeper().publicKey
        Tampering(of: bytes, called: "an intent").forEach { change, changed in
            #expect((try? Intent(signedText: changed, keeper: keeper)) == nil, "\(change)")
        }
    }

    @Test func anotherKeepersIsRefused() throws {
        let bytes = try intent().signed(by: Sample.keeper(6))
        #expect((try? Intent(signedText: bytes, keeper: Sample.keeper().publicKey)) == nil)
    }

    static let head = "transcript-vault intent 1\nvault: 07070707070707070707070707070707\nserial: 17\nact: sweep\n"

    @Test func aCorrectSignatureUnderASecondFormIsRefused() throws {
        #expect(try read(signed(Self.head + "change: draw\n")) != nil)
        for wrong in [
            Self.head, Self.head + "change: draw \n", Self.head + "change: draw  2024-10-04\n", Self.head + "change: paint\n",
            Self.head + "change: draw 2024-10-4\n", Self.head + "change: draw\n\n", Self.head + "change: draw\r\n",
            Self.head + "change: erase 2024-10-04\n", Self.head + "change: draw\nnote: x\n", Self.head + "change: draw\napproval: ab\n",
            Self.head + "change: tear-off 2024-10-04 8 01010101010101010101010101010101 0\n",
            Self.head + "change: tear-off 2024-10-04 07 01010101010101010101010101010101 0\n",
            Self.head + "approval: abababababababababababababababababababababababababababababababab\nchange: draw\n",
            Self.head.replacing("17", with: "017") + "change: draw\n", Self.head.replacing("17", with: "+17") + "change: draw\n",
            Self.head.replacing("sweep", with: "Sweep") + "change: draw\n",
            Self.head.replacing("intent 1", with: "intent 2") + "change: draw\n",
            Self.head.replacing("intent 1", with: "statement 1") + "change: draw\n",
            Self.head + String(repeating: "change: draw\n", count: 65),
        ] { #expect(try read(signed(wrong)) == nil, "\(wrong)") }
    }

    @Test func theLargestActFits() throws {
        let days = (0..<UInt32(CalendarLimits.pagesInOneAct)).map { Day(number: 20_000 + $0) }
        let intent = Intent(vault: Sample.vault, serial: .max, act: try CalendarAct(.draw, [.addPages(days)]))
        #expect(try intent.signed(by: Sample.keeper()).count <= Limits.signedTextBytes)
        let twice = Intent(vault: Sample.vault, serial: 1, act: try CalendarAct(.draw, [.addPages(days), .addPages(days)]))
        #expect(code { _ = try twice.signed(by: Sample.keeper()) } == .outOfBounds)
    }

    @Test func actsOutsideOfTheLimitsAreRefused() {
        #expect(code { _ = try CalendarAct(.draw, []) } == .outOfBounds)
        #expect(code { _ = try CalendarAct(.draw, [CalendarChange](repeating: .addPages([]), count: 65)) } == .outOfBounds)
        #expect(code { _ = try CalendarAct(.draw, [.addPages([])], approvals: [[1, 2]]) } == .outOfBounds)
        let many = [[UInt8]](repeating: [UInt8](repeating: 1, count: 32), count: 17)
        #expect(code { _ = try CalendarAct(.draw, [.addPages([])], approvals: many) } == .outOfBounds)
    }
}
