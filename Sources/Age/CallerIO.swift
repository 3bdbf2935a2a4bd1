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
}
