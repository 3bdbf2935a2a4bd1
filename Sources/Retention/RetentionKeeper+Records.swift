package import Keeper
internal import KeyCalendar
internal import Records
internal import Synchronization
internal import System

/// What the keeper tells of single records without giving out their leaves.
extension RetentionKeeper {
    /// What became of records, without their leaves.
    package func states(of names: [RecordName]) -> [LeafState] {
        calendar.withLock { store in
            let today = today(store)
            return names.map { name in
                guard let day = name.expiry else { return store.isErased(name.conversation, today: today) ? .erased : .noPage }
                return store.leaf(day: day, conversation: name.conversation, today: today).state()
            }
        }
    }

    /// The records that are kept beyond their pages, or will be, after a place; and whether there are more.
    package func kept(after place: KeptRecord.Place) -> (records: [KeptRecord], hasMore: Bool) {
        let leaves = calendar.withLock { $0.keptLeaves }
        let rest = leaves.drop { !KeptRecord.Place($0.conversation, $0.day, $0.retention).isAfter(place) }
        let records = rest.prefix(KeptRecord.mostInOneAnswer).map {
            KeptRecord($0.conversation, expiry: $0.day, until: $0.until, retention: $0.retention)
        }
        return (Array(records), rest.count > records.count)
    }
}

extension LeafAnswer {
    /// What became of the leaf, which is let go.
    consuming func state() -> LeafState {
        switch consume self {
        case .leaf: .found
        case .noPage: .noPage
        case .expired: .expired
        case .erased: .erased
        }
    }
}
