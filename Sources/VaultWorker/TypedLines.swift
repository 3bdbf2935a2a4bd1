internal import Console
internal import Searching
internal import System

/// Words and names that are searched for: typed at a prompt or given on standard input, never arguments, which everybody on the machine sees.
enum TypedLines {
    /// One line where standard input is a terminal, and otherwise all that comes.
    static func read(prompt: String) throws(ConsoleError) -> [String] {
        do {
            guard !Terminal.isTerminal(descriptor: StandardStreams.inputDescriptor) else { return [try Terminal.readLine(prompt: prompt)] }
            let bytes = try StandardStreams.readAllStandardInput(limitBytes: SearchWords.limitBytes)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw HostError(.notText, "cannot read standard input: it is not text in UTF-8")
            }
            return text.split(whereSeparator: \.isNewline).map(String.init)
        } catch {
            throw ConsoleError(error, "\(error); type what is searched for at the prompt, or give it on standard input")
        }
    }

    /// What to say to somebody who gave words or names as arguments; it does not repeat them.
    static let refusal = """
        words and names are never arguments, for everybody on this machine can see those; this one may now stand in your shell's history, too. \
        Run the command without it: it asks.
        """
}
