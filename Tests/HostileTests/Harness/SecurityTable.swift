import Foundation
import HostileProbes

/// The table in SECURITY.md: what each item comes to in each level of isolation, from the suite's own data.
enum SecurityTable {
    static let begin = "<!-- hostile suite: generated from Sources/HostileProbes -->"
    static let end = "<!-- end of the hostile suite -->"

    static var text: String {
        let rows = HostileItem.all.map { item in
            "| \(item.number) | \(item.title) | \(cell(item, "full")) | \(cell(item, "portable")) |\n"
        }
        // The suite asserts one outcome for both identities, so they share a column.
        return "| no. | what a script tries | `full`, cold, root and user | `portable`, cold, root and user |\n"
            + "| --- | --- | --- | --- |\n" + rows.joined()
    }

    /// The outcomes of an item's probes, each once and in their order, and what is not given.
    private static func cell(_ item: HostileItem, _ level: String) -> String {
        var words: [String] = []
        for probe in item.probes {
            let word = probe.outcome(in: level).word
            if !words.contains(word) { words.append(word) }
        }
        let outcome = words.joined(separator: ", ")
        return item.gap(in: level).map { "\(outcome), but \($0.text)" } ?? outcome
    }

    /// What stands between the two marks.
    static func section(of document: String) -> String? {
        guard let start = document.range(of: begin + "\n\n"), let stop = document.range(of: "\n" + end) else {
            return nil
        }
        return start.upperBound <= stop.lowerBound ? String(document[start.upperBound..<stop.lowerBound]) : nil
    }
}
