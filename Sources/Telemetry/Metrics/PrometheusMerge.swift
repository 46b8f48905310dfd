internal import AirlockCore

/// Adds what a process measured to what former ones left in a file, so that counters keep growing from one command to the
/// next, as `rate()` needs them to.
struct PrometheusMerge {
    private struct Family {
        var help: String?
        var kind = "untyped"
        /// By name and labels as they are written, in the order of the text.
        var samples: [(key: String, value: Double)] = []
    }

    private var families: [String: Family] = [:]

    /// More lines are not ours: 200 metrics of 200 series each would be fewer.
    private static let maxLines = 2_000_000

    /// - Throws: `invalid_data` for a text that is not Prometheus' as we write it.
    init(_ text: String) throws(AirlockError) {
        var current = ""
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: true).enumerated() {
            guard index < Self.maxLines else { throw Self.broken(index) }
            if line.hasPrefix("# ") {
                let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
                guard words.count >= 3 else { throw Self.broken(index) }
                current = String(words[2])
                if words[1] == "HELP" {
                    families[current, default: Family()].help = words.dropFirst(3).first.map(String.init)
                }
                if words[1] == "TYPE", words.count == 4 { families[current, default: Family()].kind = String(words[3]) }
                continue
            }
            guard let space = line.lastIndex(of: " "), let value = Self.number(line[line.index(after: space)...]),
                !current.isEmpty, line.hasPrefix(current)
            else { throw Self.broken(index) }
            families[current, default: Family()].samples.append((String(line[..<space]), value))
        }
    }

    /// - Returns: the text of both: counters and histograms added up, of gauges the newer value.
    func adding(_ newer: PrometheusMerge) -> String {
        var merged = families
        for (name, family) in newer.families {
            guard var old = merged[name], old.kind == family.kind else {
                merged[name] = family
                continue
            }
            let isSum = family.kind == "counter" || family.kind == "histogram"
            var places: [String: Int] = [:]
            for (index, sample) in old.samples.enumerated() { places[sample.key] = index }
            for sample in family.samples {
                if let place = places[sample.key] {
                    old.samples[place].value = isSum ? old.samples[place].value + sample.value : sample.value
                } else {
                    old.samples.append(sample)
                }
            }
            old.help = family.help ?? old.help
            merged[name] = old
        }
        var text = ""
        for (name, family) in merged.sorted(by: { $0.key < $1.key }) {
            if let help = family.help { text += "# HELP \(name) \(help)\n" }
            text += "# TYPE \(name) \(family.kind)\n"
            for sample in family.samples { text += "\(sample.key) \(PrometheusText.number(sample.value))\n" }
        }
        return text
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: Double(text)
        }
    }

    private static func broken(_ index: Int) -> AirlockError {
        AirlockError(.invalidData, "line \(index + 1) is none of a file of metrics")
    }
}
