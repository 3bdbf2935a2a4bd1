internal import Keeper
internal import KeyCalendar
internal import Ledger
internal import Records
internal import Synchronization
internal import System

extension RetentionKeeper {
    /// How the keeper is, for Prometheus: nothing in it is secret, and nothing is about a person.
    package func metrics() -> String {
        let status = status()
        let (attended, problems) = (counts.withLock { $0.attended }, problems.withLock { $0 })
        var text = MetricsText()
        Self.addTime(status, overdueSince: overdueSince, clock: place.clock.timestamp, attended: attended, to: &text)
        Self.addCalendar(status, isUnfinished: calendar.withLock { $0.status().unfinished } != nil, to: &text)
        counts.withLock { Self.addCounts($0, to: &text) }
        text.add(
            "vault_keeper_duty_failing", .gauge, "Whether something that the keeper does by itself does not work at the moment.",
            Duty.allCases.map { .init(problems[$0] == nil ? 0 : 1, ("duty", $0.rawValue)) })
        text.add("vault_keeper_warnings", .gauge, "Warnings that stand in status.", .init(status.warnings.count))
        addProcess(to: &text)
        return text.text
    }

    /// Since when the oldest page that is over has been over.
    private var overdueSince: Timestamp? {
        let clock = place.clock.day
        return calendar.withLock { store in
            guard store.pageCount(before: clock) > 0, let first = store.status().firstPage else { return nil }
            return first.adding(days: 1).start
        }
    }

    private static func addTime(
        _ status: KeeperStatus, overdueSince: Timestamp?, clock: Timestamp, attended: Timestamp?, to text: inout MetricsText
    ) {
        text.add(
            "vault_keeper_high_water_timestamp_seconds", .gauge, "Beginning of the day before which everything is torn off.",
            samples(ofDay: status.highWater))
        text.add("vault_keeper_today_timestamp_seconds", .gauge, "Beginning of the keeper's day.", samples(ofDay: status.today))
        text.add(
            "vault_keeper_last_sweep_timestamp_seconds", .gauge, "When the last sweep was done that tore something off.",
            samples(of: (status.lastSweep?.at).flatMap { Timestamp(text: $0) }))
        text.add(
            "vault_keeper_last_change_timestamp_seconds", .gauge, "When the calendar in force came into force in every cell.",
            samples(of: status.advanced.flatMap { Timestamp(text: $0) }))
        text.add(
            "vault_keeper_last_attended_timestamp_seconds", .gauge, "When the keeper last was through with its duties.",
            samples(of: attended))
        text.add(
            "vault_keeper_overdue_pages", .gauge, "Pages of days that are over and are still there; their records are refused.",
            .init(status.pages.overdue))
        text.add(
            "vault_keeper_overdue_seconds", .gauge, "For how long the oldest of them has been over.",
            .init(overdueSince.map { max(0, clock.seconds - $0.seconds) } ?? 0))
        text.add(
            "vault_keeper_time_budget_seconds", .gauge,
            "Credit by which the calendar's day may run ahead of the time that was seen to pass.",
            .init(Int64(status.budget) * Day.seconds))
    }

    private static func addCalendar(_ status: KeeperStatus, isUnfinished: Bool, to text: inout MetricsText) {
        text.add("vault_keeper_calendar_serial", .gauge, "Serial number of the calendar in force.", .init(status.serial))
        text.add(
            "vault_keeper_unfinished_acts", .gauge, "Changes of the calendar that were begun and are not finished.",
            .init(isUnfinished ? 1 : 0))
        text.add("vault_keeper_pages", .gauge, "Pages of the calendar.", .init(status.pages.count))
        text.add("vault_keeper_punctured_pages", .gauge, "Pages from which something was erased early.", .init(status.pages.punctured))
        text.add(
            "vault_keeper_last_page_timestamp_seconds", .gauge, "Beginning of the last day that has a page.",
            status.pages.last.map { samples(ofDay: $0) } ?? [])
        text.add(
            "vault_keeper_kept_records", .gauge, "Records that are kept beyond their pages, or will be, by class.",
            .init(status.kept.held, ("class", "held")), .init(status.kept.disclosure, ("class", "disclosure")),
            .init(status.kept.standard, ("class", "standard")), .init(status.kept.transport, ("class", "transport")))
        let here = status.cells.filter { $0.level != "away" }
        text.add("vault_keeper_cells", .gauge, "Cells that can be reached.", .init(here.count))
        text.add(
            "vault_keeper_away", .gauge, "Cells and replicas that are away: acts are incomplete until they are back.",
            .init(status.cells.count - here.count))
        text.add(
            "vault_keeper_cell_level", .gauge, "What overwriting is worth at the place of a cell: 0 to 3.",
            here.map { .init(Int($0.level.dropFirst()) ?? 0, ("cell", number(of: $0.label))) })
        text.add("vault_keeper_ledger_entries", .gauge, "Entries in the ledger.", .init(status.ledger.entries))
        text.add("vault_keeper_ledger_torn_bytes", .gauge, "Bytes at the ledger's end that a crash left.", .init(status.ledger.torn))
        text.add("vault_keeper_roster_number", .gauge, "Number of the roster in force.", .init(status.roster))
    }

    private static func addCounts(_ counts: KeeperCounts, to text: inout MetricsText) {
        let purposes: [(LeafPurpose, String)] = [(.sealing, "seal"), (.reading, "read")]
        let states: [(LeafState, String)] = [(.found, "given"), (.noPage, "no_page"), (.expired, "expired"), (.erased, "erased")]
        text.add(
            "vault_keeper_leaves_total", .counter, "Leaves asked for, by what they were wanted for and what became of them.",
            purposes.flatMap { purpose, name in
                states.map { state, result in
                    .init(counts.leaves[.init(purpose: purpose, state: state)] ?? 0, ("purpose", name), ("result", result))
                }
            })
        text.add(
            "vault_keeper_limited_leaves_total", .counter, "Leaves held back because too many were asked for in too short a time.",
            .init(counts.limitedLeaves))
        text.add(
            "vault_keeper_refusals_total", .counter, "Questions that were refused, by reason.",
            KeeperCounts.Refusal.allCases.map { .init(counts.refusals[$0] ?? 0, ("reason", $0.rawValue)) })
        text.add(
            "vault_keeper_acts_total", .counter, "Acts that somebody asked for, by how they ended.",
            counts.acts.sorted { ($0.key.act, $0.key.result.rawValue) < ($1.key.act, $1.key.result.rawValue) }.map { key, count in
                .init(count, ("act", key.act), ("result", key.result.rawValue))
            })
        text.add("vault_keeper_sweeps_total", .counter, "Sweeps that tore something off.", .init(counts.sweeps))
        text.add("vault_keeper_drawn_pages_total", .counter, "Pages that were drawn.", .init(counts.pages))
        text.add("vault_keeper_removed_files_total", .counter, "Files that were removed because their keys are gone.", .init(counts.files))
    }

    private func addProcess(to text: inout MetricsText) {
        text.add("process_start_time_seconds", .gauge, "When the keeper was started.", .init(started.seconds))
        guard let memory = OwnProcess.memory else { return }
        text.add("process_resident_memory_bytes", .gauge, "Memory of the keeper that is resident.", .init(memory.residentBytes))
        text.add(
            "vault_keeper_most_resident_memory_bytes", .gauge, "The most memory that was resident.", .init(memory.mostResidentBytes))
        text.add("vault_keeper_locked_memory_bytes", .gauge, "Memory that is kept out of swap.", .init(memory.lockedBytes))
    }

    private static func samples(ofDay text: String) -> [MetricsText.Sample] { samples(of: Day(text: text)?.start) }

    private static func samples(of moment: Timestamp?) -> [MetricsText.Sample] { moment.map { [.init($0.seconds)] } ?? [] }

    /// The number in a cell's label.
    private static func number(of label: String) -> String { label.split(separator: " ").last.map(String.init) ?? label }
}

extension Day {
    /// The first moment of the day.
    fileprivate var start: Timestamp { Timestamp(seconds: Int64(number) * Self.seconds) }
}
