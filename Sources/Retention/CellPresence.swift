internal import KeyCalendar
internal import Synchronization
package import System

/// Which of the keeper's cells are there, so that nothing of it is written into the mount point of one that is away.
package final class CellPresence: Sendable {
    private let fileSystem: any FileSystem
    private let away = Mutex<Set<String>>([])

    /// Looks at each cell directory.
    package init(_ cells: [String], fileSystem: any FileSystem) {
        self.fileSystem = fileSystem
        for (index, cell) in cells.enumerated() where !holdsCell(cell) || !CellDirectory(cell, number: index + 1, in: fileSystem).isReadable
        {
            left(cell)
        }
    }

    /// Whether a cell can be reached: it counts as there, and is.
    package func isHere(_ cell: String) -> Bool {
        away.withLock { !$0.contains(cell) } && holdsCell(cell)
    }

    /// A cell went away.
    func left(_ cell: String) { away.withLock { _ = $0.insert(cell) } }

    /// A cell is there again.
    func returned(_ cell: String) { away.withLock { _ = $0.remove(cell) } }

    /// What is looked for is made before anything else is: so a directory without it is no cell's, or not any more.
    private func holdsCell(_ cell: String) -> Bool {
        [CellDirectory.cellName, CellDirectory.tagName].contains { name in
            ((try? fileSystem.status("\(cell)/\(name)")) ?? nil) != nil
        }
    }
}
