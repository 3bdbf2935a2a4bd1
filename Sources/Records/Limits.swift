/// The named limits that every length from outside is checked against before it is used.
package enum Limits {
    /// The longest received line, without its line feed: a record counts its type, and is at most 1 MiB.
    package static let lineBytes = recordBytes - 1
    /// The longest record in a sealed part: type and bytes.
    package static let recordBytes = 1 << 20
    /// The longest sealed part.
    package static let partBytes = 16 << 20
    /// The most lead pairs in a part's header: all pairs of 26 leads.
    package static let leadPairs = 325
    /// The fewest leads whose pairs are put in a header.
    package static let leadsForPairs = 3
    /// The most predecessors an opening names.
    package static let predecessors = 1024
    /// The largest roster file.
    package static let rosterBytes = 4 << 20
    /// The largest card, approval, request or statement.
    package static let signedTextBytes = 64 << 10
    /// The largest signature file in minisign's format.
    package static let minisigBytes = 1024
    /// The most parts that one handover is of; a conversation of more takes several.
    package static let handoverParts = 64
    /// The most times that a part is handed on from holder to holder without two leads.
    package static let handoverSteps = 16
    /// The largest handover file: as many steps of as many parts.
    package static let handoverBytes = 512 << 10
    /// The largest file that one lead gives another: some 20,000 conversations.
    package static let peelFileBytes = 64 << 20
    /// The largest identity file.
    package static let identityBytes = 16 << 10
    /// The longest passphrase, in bytes of UTF-8.
    package static let passphraseBytes = 1024
    /// The largest calendar file: some hundred years of pages, or a million punctures.
    package static let calendarBytes = 256 << 20
    /// How many days from today the last day of a record may lie: 20 years.
    package static let daysAhead: UInt32 = 7_305
    /// The largest share bundle.
    package static let bundleBytes = 1 << 30
    /// The longest a name in a card may be, in bytes of UTF-8.
    package static let nameBytes = 100
}
