import KeyCalendar
import Records
import System
import Testing

@Suite struct ALeafIsDerivedAlongItsPathTests {
    static let paths: [UInt64] = [0, 1, .max, 1 << 63, 0x0123_4567_89AB_CDEF, 0xFFFF_FFFF_0000_0000]

    @Test(arguments: paths) func asTheSpecificationSaysIt(_ path: UInt64) {
        let page = PlainTree.freshPage(seed: 1)
        #expect(PlainTree.leaf(path, in: page) == PlainTree.way(to: path, from: Array(page[9...])).last)
    }

    /// Computed by another program (Python's hashlib) from libsodium's documentation: BLAKE2b keyed with the parent, the sub-key number as
    /// salt, the context as personalisation.
    @Test func aKnownAnswer() {
        let page = PlainTree.node(0, 0, key: (0..<32).map { UInt8($0) })
        let leaf = PlainTree.leaf(0x0123_4567_89AB_CDEF, in: page)
        #expect(leaf.map(Hex.encode) == "ba2deb33b8e01f10d07f7ecb92c0868c2147e962647c64f57e474e6f1c81ab3d")
    }

    @Test(arguments: paths) func aPuncturedLeafIsGoneAndAllOthersStay(_ path: UInt64) throws {
        let page = PlainTree.freshPage(seed: 2)
        let punctured = try #require(PlainTree.punctured(path, in: page))
        #expect(punctured.count == 64 * KeyTree.nodeBytes)
        #expect(PlainTree.isValid(punctured))
        #expect(PlainTree.leaf(path, in: punctured) == nil)
        #expect(PlainTree.punctured(path, in: punctured) == nil)
        // One leaf below each sibling, the nearest neighbours among them.
        for level in 0..<64 {
            let other = path ^ (1 << UInt64(level))
            #expect(PlainTree.leaf(other, in: page) == PlainTree.leaf(other, in: punctured))
        }
    }

    @Test func noKeyAboveAPuncturedLeafIsLeft() throws {
        let path: UInt64 = 0xA5A5_0000_FFFF_1234
        let page = PlainTree.freshPage(seed: 3)
        let punctured = try #require(PlainTree.punctured(path, in: page))
        let kept = Set((0..<64).map { Array(punctured[($0 * 41 + 9)..<($0 * 41 + 41)]) })
        #expect(kept.count == 64)
        #expect(kept.isDisjoint(with: PlainTree.way(to: path, from: Array(page[9...]))))
    }

    @Test func manyPuncturesKeepEveryOtherLeaf() {
        var dice = SplitMix(seed: 4)
        let page = PlainTree.freshPage(seed: 4)
        var (current, gone) = (page, Set<UInt64>())
        for _ in 0..<50 {
            // Near to one another as well as far.
            let path = dice.below(2) == 0 ? dice.next() : (gone.randomElement(using: &dice) ?? 0) ^ UInt64(dice.below(16))
            let next = PlainTree.punctured(path, in: current)
            #expect((next == nil) == gone.contains(path))
            current = next ?? current
            gone.insert(path)
            #expect(PlainTree.isValid(current))
        }
        for path in gone { #expect(PlainTree.leaf(path, in: current) == nil) }
        for _ in 0..<50 {
            let path = dice.next()
            #expect(PlainTree.leaf(path, in: current) == PlainTree.leaf(path, in: page))
        }
    }

    @Test(arguments: [[(0, 0)], [(1, 0), (1, 1 << 63)], [(64, 0), (64, 1), (62, 4)], [(64, .max)]] as [[(UInt8, UInt64)]])
    func nodesThatAreSortedAndApartAreTaken(_ nodes: [(UInt8, UInt64)]) {
        #expect(PlainTree.isValid(nodes.flatMap { PlainTree.node($0, $1) }))
    }

    @Test(
        arguments: [
            [], [(65, 0)], [(255, 0)], [(0, 1)], [(1, 1)], [(63, 1)], [(8, 1 << 55)], [(1, 1 << 63), (1, 0)], [(1, 0), (1, 0)],
            [(0, 0), (64, 5)], [(1, 0), (2, 1 << 62)], [(64, 5), (64, 5)],
        ] as [[(UInt8, UInt64)]]
    ) func othersAreRefused(_ nodes: [(UInt8, UInt64)]) {
        #expect(!PlainTree.isValid(nodes.flatMap { PlainTree.node($0, $1) }))
    }

    @Test func halfANodeIsRefused() {
        #expect(!PlainTree.isValid(PlainTree.node(0, 0).dropLast()))
        #expect(!PlainTree.isValid(PlainTree.node(0, 0) + [0]))
    }
}
