/// A script's Markdown as HTML: headings, paragraphs, lists, quotes, rules, fenced code, and within a line code, strong
/// and emphasised text. Everything is escaped first; images, links and raw HTML stay the text they are, because a
/// script must not decide where a reader's browser goes.
struct HTMLMarkdown {
    private enum Block {
        case none, paragraph
        case list(ordered: Bool)
        case quote
    }

    private var markup = ""
    private var block = Block.none
    private var fence: String?

    static func markup(_ text: String) -> String {
        var renderer = HTMLMarkdown()
        for line in SafeText.block(text).split(separator: "\n", omittingEmptySubsequences: false) {
            renderer.add(line)
        }
        renderer.close()
        if renderer.fence != nil { renderer.markup += "</code></pre>\n" }
        return renderer.markup
    }

    private mutating func add(_ line: Substring) {
        let trimmed = line.drop { $0 == " " || $0 == "\t" }
        if let open = fence {
            if trimmed.hasPrefix(open), trimmed.allSatisfy({ $0 == "`" || $0 == "~" || $0 == " " }) {
                markup += "</code></pre>\n"
                fence = nil
            } else {
                markup += HTML.escapeBlock(String(line)) + "\n"
            }
            return
        }
        if trimmed.hasPrefix("```") || trimmed.hasPrefix("~~~"), let mark = trimmed.first {
            close()
            fence = String(trimmed.prefix { $0 == mark })
            markup += "<pre><code>"
            return
        }
        if trimmed.isEmpty { return close() }
        let level = trimmed.prefix { $0 == "#" }.count
        if (1...6).contains(level), trimmed.dropFirst(level).first == " " {
            close()
            let shown = min(level + 1, 6)
            markup += "<h\(shown)>\(HTMLMarkdown.inline(trimmed.dropFirst(level + 1)))</h\(shown)>\n"
        } else if trimmed.count >= 3, trimmed.allSatisfy({ $0 == "-" || $0 == " " }) {
            close()
            markup += "<hr>\n"
        } else if let item = HTMLMarkdown.listItem(trimmed) {
            open(.list(ordered: item.ordered))
            markup += "<li>\(HTMLMarkdown.inline(item.text))</li>\n"
        } else if trimmed.first == ">" {
            open(.quote)
            markup += HTMLMarkdown.inline(trimmed.dropFirst().drop { $0 == " " }) + "<br>\n"
        } else {
            open(.paragraph)
            markup += HTMLMarkdown.inline(trimmed) + "\n"
        }
    }

    private mutating func open(_ wanted: Block) {
        switch (block, wanted) {
        case (.paragraph, .paragraph), (.quote, .quote), (.list(true), .list(true)), (.list(false), .list(false)):
            return
        default: break
        }
        close()
        block = wanted
        switch wanted {
        case .none: break
        case .paragraph: markup += "<p>"
        case .list(let ordered): markup += ordered ? "<ol>\n" : "<ul>\n"
        case .quote: markup += "<blockquote>"
        }
    }

    private mutating func close() {
        switch block {
        case .none: break
        case .paragraph: markup += "</p>\n"
        case .list(let ordered): markup += ordered ? "</ol>\n" : "</ul>\n"
        case .quote: markup += "</blockquote>\n"
        }
        block = .none
    }

    private static func listItem(_ line: Substring) -> (text: Substring, ordered: Bool)? {
        if let first = line.first, first == "-" || first == "*" || first == "+", line.dropFirst().first == " " {
            return (line.dropFirst(2), false)
        }
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        let rest = line.dropFirst(digits.count)
        guard (1...9).contains(digits.count), rest.first == ".", rest.dropFirst().first == " " else { return nil }
        return (rest.dropFirst(2), true)
    }

    /// Marks come in pairs; one without a partner is shown as it is.
    private static func inline(_ text: Substring) -> String {
        var result = ""
        var plain = ""
        var rest = text
        // How much of the line is left to search bounds the work: a mark without a partner is searched for once.
        var hopeless = Set<String>()
        func flush() {
            result += HTML.escape(plain)
            plain = ""
        }
        while let first = rest.first {
            var matched = false
            for (mark, tag) in [("`", "code"), ("**", "strong"), ("*", "em")] {
                guard rest.hasPrefix(mark), !hopeless.contains(mark) else { continue }
                let inside = rest.dropFirst(mark.count)
                guard let end = inside.firstRange(of: mark), end.lowerBound > inside.startIndex,
                    inside.first != " "
                else {
                    if inside.firstRange(of: mark) == nil { hopeless.insert(mark) }
                    continue
                }
                flush()
                result += "<\(tag)>\(HTML.escape(String(inside[..<end.lowerBound])))</\(tag)>"
                rest = inside[end.upperBound...]
                matched = true
                break
            }
            if !matched {
                plain.append(first)
                rest = rest.dropFirst()
            }
        }
        flush()
        return result
    }
}
