internal import AirlockCore

/// The `script` block of a Python file (PEP 723), with its comment marks taken off.
///
/// What counts as one is said by the specification's regular expression
/// `(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$`. Its repetition is greedy: the last
/// `# ///` of an unbroken run of comment lines closes the block.
struct MetadataBlock: Sendable {
    /// The TOML text, one line for each comment line.
    let toml: String
    /// The file's lines, from 1, that hold the opening and the closing mark.
    let lines: ClosedRange<Int>

    /// Where a place of ``toml`` stands in the file.
    func place(of position: SourcePosition) -> SourcePosition {
        // A line `# text` lost two characters, and the content starts after the opening line.
        SourcePosition(line: min(position.line + lines.lowerBound, lines.upperBound), column: position.column + 2)
    }

    /// The block of a file, if it has one.
    ///
    /// - Returns: no block and no problem for a file without one; problems for a block that is not closed, that is
    ///   empty, or that is not the only one of its type.
    static func find(in index: LineIndex) -> (block: MetadataBlock?, problems: [Problem]) {
        var found: MetadataBlock?
        var problems: [Problem] = []
        var line = 0
        // The end of the run of comment lines at hand, and its last closing line: found once for all that open in it.
        var run = (end: 0, closing: 0)
        while line < index.lineCount {
            guard let type = openedType(index.line(line)) else {
                line += 1
                continue
            }
            if line >= run.end {
                run = (line + 1, line)
                while run.end < index.lineCount, isContent(index.line(run.end)) {
                    if index.line(run.end).elementsEqual("# ///".utf8) { run.closing = run.end }
                    run.end += 1
                }
            }
            let closing = run.closing
            // At least one line of content has to stand before the closing one.
            guard closing > line + 1 else {
                // Each looks through the lines below it, so only the first few are put into words.
                if type == "script", problems.count < 8 { problems.append(unclosed(line, index)) }
                line += 1
                continue
            }
            if type == "script" {
                if let found {
                    problems.append(
                        Problem(
                            "duplicate_block",
                            "a second '# /// script' block; the first one opens on line \(found.lines.lowerBound)",
                            line: line + 1, column: 1))
                } else {
                    let content = (line + 1..<closing).map {
                        String(decoding: index.line($0).dropFirst(2), as: UTF8.self)
                    }
                    found = MetadataBlock(
                        toml: content.joined(separator: "\n") + "\n", lines: line + 1...closing + 1)
                }
            }
            line = closing + 1
        }
        return (found, problems)
    }

    /// The first line that was probably meant to open a block, from 1: `#/// script`, a space too many.
    static func nearMiss(in index: LineIndex) -> Int? {
        (0..<index.lineCount).first { line in
            let letters = index.line(line).filter { $0 != 0x20 && $0 != 0x09 }
            return letters.elementsEqual("#///script".utf8)
        }.map { $0 + 1 }
    }

    private static func openedType(_ line: ArraySlice<UInt8>) -> String? {
        guard line.starts(with: "# /// ".utf8), line.count > 6 else { return nil }
        let type = line.dropFirst(6)
        let isName = type.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x2D
        }
        return isName ? String(decoding: type, as: UTF8.self) : nil
    }

    private static func isContent(_ line: ArraySlice<UInt8>) -> Bool {
        line.first == 0x23 && (line.count == 1 || line[line.startIndex + 1] == 0x20)
    }

    private static func unclosed(_ line: Int, _ index: LineIndex) -> Problem {
        if line + 1 < index.lineCount, index.line(line + 1).elementsEqual("# ///".utf8) {
            return Problem("empty_block", "the '# /// script' block holds nothing", line: line + 1, column: 1)
        }
        var message = "the '# /// script' block is not closed: a line '# ///' is missing"
        var end = line + 1
        while end < index.lineCount, index.line(end).first == 0x23 {
            let letters = index.line(end).filter { $0 != 0x20 && $0 != 0x09 }
            if letters.elementsEqual("#///".utf8) {
                message += "; line \(end + 1) would close it without its extra or missing spaces"
                break
            }
            end += 1
        }
        if end < index.lineCount, end > line + 1, index.line(end).first != 0x23 {
            message += " before line \(end + 1)"
        }
        return Problem("unclosed_block", message, line: line + 1, column: 1)
    }
}
