import KeyCalendar
import System

/// A machine on which no calendar below one directory can be read; everything else there can.
struct UnreadableCalendars: ForwardingFileSystem {
    let base: any FileSystem
    let directory: String

    func open(_ path: String, for mode: OpenMode) throws(FileError) -> any File {
        guard !path.hasPrefix("\(directory)/") || !path.hasSuffix(CalendarFile.suffix) else {
            throw FileError(.inputOutput, "open", path)
        }
        return try base.open(path, for: mode)
    }
}
