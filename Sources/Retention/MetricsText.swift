/// Metrics in the text format of Prometheus, version 0.0.4.
struct MetricsText {
    /// What a value does.
    enum Kind: String {
        /// It only grows while the program runs.
        case counter
        /// It goes up and down.
        case gauge
    }

    /// One value of a metric and the labels that tell it from the others.
    struct Sample {
        let labels: [(name: String, value: String)]
        let value: Int64

        init(_ value: some BinaryInteger, _ labels: (name: String, value: String)...) {
            self.labels = labels
            self.value = Int64(clamping: value)
        }
    }

    /// The text so far.
    private(set) var text = ""

    /// Adds a metric; nothing of one without a value.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: Sample...) { add(name, kind, help, samples) }

    /// Adds a metric; nothing of one without a value.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            text += name + (labels.isEmpty ? "" : "{\(labels)}") + " \(sample.value)\n"
        }
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.append(character)
            }
        }
    }
}
