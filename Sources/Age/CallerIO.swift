internal import Sodium

/// The edge to the caller's own code.
enum CallerIO {
    /// Calls the caller's sink, and wraps what it throws as `callerIO`.
    static func call(_ emit: (RawSpan) throws -> Void, _ bytes: RawSpan) throws(AgeError) {
        do {
            try emit(bytes)
        } catch {
            throw AgeError(.callerIO, "the bytes could not be handed on", cause: error)
        }
    }

    /// Calls the caller's source, and wraps what it throws as `callerIO`; a source that claims more than its room traps.
    static func read(_ source: (inout MutableRawSpan) throws -> Int, _ room: inout MutableRawSpan) throws(AgeError) -> Int {
        let count: Int
        do {
            count = try source(&room)
        } catch {
            throw AgeError(.callerIO, "the bytes could not be read", cause: error)
        }
        precondition(count >= 0 && count <= room.byteCount, "a source gives no more bytes than there is room for")
        return count
    }
}
