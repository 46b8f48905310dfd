import AirlockCore
import HogQL
import Testing

@Suite("Corpus of queries")
struct CorpusTests {
    @Test("what PostHog accepts is read and printed as recorded, and printing is stable")
    func accepted() throws {
        let lines = AcceptedCorpus.text.split(separator: "\n")
        #expect(lines.count > 400)
        for line in lines {
            guard let arrow = line.range(of: " ⇒ ") else {
                Issue.record("no arrow in \(line)")
                continue
            }
            let (query, printed) = (String(line[..<arrow.lowerBound]), String(line[arrow.upperBound...]))
            do {
                let text = QueryPrinter.text(of: try parseSelect(query))
                #expect(text == printed, "\(query)")
                #expect(QueryPrinter.text(of: try parseSelect(text)) == text, "\(query)")
            } catch {
                Issue.record("\(query): \(error)")
            }
        }
    }

    @Test("what PostHog rejects is an error with a place in the query")
    func rejected() {
        let lines = RejectedCorpus.text.split(separator: "\n")
        #expect(lines.count > 100)
        for line in lines {
            let query = String(line)
            do {
                _ = try parseSelect(query)
                Issue.record("accepted: \(query)")
            } catch {
                guard case .query(1, let column)? = error.location else {
                    Issue.record("no place: \(query)")
                    continue
                }
                #expect((1...query.count + 1).contains(column), "\(query)")
            }
        }
    }
}

extension Substring {
    /// The first occurrence of `other`; the standard library has none for strings without Foundation's.
    fileprivate func range(of other: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(other) { return index..<self.index(index, offsetBy: other.count) }
            formIndex(after: &index)
        }
        return nil
    }
}
