internal import Keeper
internal import Records
package import SodiumIdentity
internal import Synchronization
internal import System

extension ConversationReader {
    /// How many conversations are opened between two deliveries: as many as the keeper answers for in one question.
    private static let windowCount = KeeperFrame.maximumLeaves
    /// How many are opened first, so that the cores do not wait for long.
    private static let firstWindowCount = 64

    /// Opens many conversations on all cores, lets `examine` look at each there, and hands what it found to `receive`, in the order of
    /// `summaries` and on the caller's thread, until that returns false.
    ///
    /// While some are opened the keeper is asked for the leaves of the next. An opened conversation is kept no longer than `examine` keeps
    /// it, so that memory is bounded by the cores, and by a few hundred findings. A conversation that cannot be opened stops nothing: its
    /// error is what is received of it. The threads are the caller's own, for they wait for files and the keeper.
    package func examine<Finding: Sendable, E: Error>(
        _ summaries: [Summary],
        reader: borrowing BoxKeyPair,
        _ examine: @Sendable (OpenedConversation) -> Finding,
        receive: (Summary, Result<Finding, OpeningError>) throws(E) -> Bool
    ) throws(E) {
        guard !summaries.isEmpty else { return }
        var window = summaries.prefix(Self.firstWindowCount)
        var leaves = gather(window)
        while true {
            let following = summaries[window.endIndex...].prefix(Self.windowCount)
            let current = window
            let opened = leaves
            let next = Mutex<Result<GatheredLeaves, OpeningError>?>(nil)
            // One thread more than there are cores: one of them waits for the keeper first.
            let findings = Threads.parallelMap(count: current.count + 1, threads: Threads.coreCount + 1) { number in
                guard number > 0 else {
                    if !following.isEmpty { next.withLock { $0 = gather(following) } }
                    return Result<Finding, OpeningError>?.none
                }
                return open(current[current.startIndex + number - 1], opened, reader: reader).map(examine)
            }
            for case (let summary, let finding?) in zip(current, findings.dropFirst()) {
                guard try receive(summary, finding) else { return }
            }
            guard let gathered = next.withLock({ $0 }) else { return }
            (window, leaves) = (following, gathered)
        }
    }

    private func gather(_ summaries: ArraySlice<Summary>) -> Result<GatheredLeaves, OpeningError> {
        do throws(KeeperError) {
            return .success(try GatheredLeaves(summaries.map { LeafName(expiry: $0.expiry, conversation: $0.id) }, from: leaves))
        } catch {
            return .failure(OpeningError(error))
        }
    }

    private func open(
        _ summary: Summary, _ gathered: Result<GatheredLeaves, OpeningError>, reader: borrowing BoxKeyPair
    ) -> Result<OpenedConversation, OpeningError> {
        do throws(OpeningError) {
            let one = ConversationReader(store: store, leaves: try gathered.get(), roster: roster)
            return .success(try one.open(summary.id, parts: summary.parts, reader: reader))
        } catch {
            return .failure(error)
        }
    }
}
