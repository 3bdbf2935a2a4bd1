internal import KeyCalendar
internal import Synchronization
package import System

/// Which cells the keeper has and which of them are there, so that nothing of it is written into the mount point of one that is away.
package final class CellPresence: Sendable {
    private struct State {
        /// Every cell, in the order in which the calendar's store names and numbers them: those that it was started with, then each that was
        /// begun to be made, be it finished or not.
        var cells: [String]
        var away: Set<String> = []
    }

    private let fileSystem: any FileSystem
    private let state: Mutex<State>

    /// Looks at each cell directory.
    package init(_ cells: [String], fileSystem: any FileSystem) {
        self.fileSystem = fileSystem
        state = Mutex(State(cells: cells))
        for (index, cell) in cells.enumerated() where !holdsCell(cell) || !CellDirectory(cell, number: index + 1, in: fileSystem).isReadable
        {
            left(cell)
        }
    }

    /// Every cell that was named, and those that were made since.
    var cells: [String] { state.withLock { $0.cells } }

    /// Those that can be reached.
    package var here: [String] { cells.filter(isHere) }

    /// Whether a cell can be reached: it counts as there, and is.
    package func isHere(_ cell: String) -> Bool {
        state.withLock { $0.cells.contains(cell) && !$0.away.contains(cell) } && holdsCell(cell)
    }

    /// A text with what the cells are called in place of where they are.
    func naming(_ text: String) -> String { CellDirectory.naming(cells, in: text) }

    /// A cell went away.
    func left(_ cell: String) { state.withLock { _ = $0.away.insert(cell) } }

    /// A further cell is made, which is away before it is there.
    func named(_ cell: String) {
        state.withLock { state in
            state.cells.append(cell)
            state.away.insert(cell)
        }
    }

    /// A cell is there: again, or as a further one.
    func came(_ cell: String) { state.withLock { _ = $0.away.remove(cell) } }

    /// What is looked for is made before anything else is: so a directory without it is no cell's, or not any more.
    private func holdsCell(_ cell: String) -> Bool {
        [CellDirectory.cellName, CellDirectory.tagName].contains { name in
            ((try? fileSystem.status("\(cell)/\(name)")) ?? nil) != nil
        }
    }
}
