public import AirlockCore

/// A script with its manifest: one file of a catalogue, or an ad-hoc script.
public struct Template: Sendable {
    /// The file's name without `.py`; for an ad-hoc script what the caller calls it.
    public let name: String
    /// The script's text, without a byte order mark.
    public let source: String
    /// SHA-256 of the file's bytes, in hexadecimal.
    public let digest: String
    public let manifest: Manifest
    public let variables: VariableSchema
    /// The file it was read from; `nil` for a built-in template and for text from elsewhere.
    public let path: String?
    /// Whether there is a metadata block. Without one nothing is rendered: the script runs as it is.
    public let hasManifest: Bool
    /// Whether it is a script that somebody runs, not a template that somebody published.
    public let isAdHoc: Bool
    let outline = Kept<ScriptOutline>()

    /// Larger files are refused.
    public static let maxBytes = 1 << 20

    /// Reads a template. Its placeholders and its variables' schemas are not looked into; ``check()`` does that.
    ///
    /// - Parameter path: where the bytes come from, for messages.
    /// - Throws: `invalid_template` with all problems of the metadata block, each with line and column; the same for a
    ///   text that is no UTF-8, holds a NUL, is too large, or has no block.
    public init(name: String, bytes: [UInt8], path: String? = nil) throws(AirlockError) {
        try self.init(name: name, bytes: bytes, path: path, needsManifest: true)
    }

    /// Reads a script that need not have a metadata block; without one it has no variables, may read everything and
    /// sets no limits of its own.
    public init(adHoc name: String, bytes: [UInt8], path: String? = nil) throws(AirlockError) {
        try self.init(name: name, bytes: bytes, path: path, needsManifest: false)
    }

    private init(name: String, bytes: [UInt8], path: String?, needsManifest: Bool) throws(AirlockError) {
        let reading = TemplateReading(bytes, needsManifest: needsManifest)
        guard reading.problems.isEmpty else {
            throw Self.invalid(name, path, reading.problems, hint: reading.hint)
        }
        self.name = name
        self.path = path
        source = reading.source
        digest = SHA256.hexDigest(bytes)
        manifest = reading.manifest
        variables = VariableSchema(manifest.variables)
        hasManifest = reading.block != nil
        isAdHoc = !needsManifest
    }

    static func invalid(
        _ name: String, _ path: String?, _ problems: [Problem], hint: String? = nil
    ) -> AirlockError {
        let first = problems.first
        let place = AirlockError.Location.file(path ?? name, line: first?.line, column: first?.column)
        return AirlockError(
            .invalidTemplate, "the template '\(name)' is not valid", at: place, hint: hint, problems: problems.bounded)
    }
}

/// A template's bytes, taken apart as far as they allow.
struct TemplateReading {
    var source = ""
    var block: MetadataBlock?
    var manifest = Manifest()
    /// Finds where a part of the manifest is written, by JSON pointer; `nil` without a block.
    var reader: ManifestReader?
    var problems: [Problem] = []
    var hint: String?

    init(_ bytes: [UInt8], needsManifest: Bool) {
        guard bytes.count <= Template.maxBytes else {
            problems = [Problem("size", "a template takes at most \(ByteCount(Template.maxBytes))")]
            return
        }
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        let lines = LineIndex(content)
        guard let text = String(validating: content, as: UTF8.self) else {
            let place = Self.firstInvalidLine(lines)
            problems = [Problem("encoding", "the text is not UTF-8", line: place)]
            return
        }
        if let place = content.firstIndex(of: 0) {
            let position = lines.position(of: place)
            problems = [Problem("encoding", "a NUL byte", line: position.line, column: position.column)]
            return
        }
        source = text
        if let problem = Self.foreignEncoding(lines) { problems.append(problem) }
        let (block, blockProblems) = MetadataBlock.find(in: lines)
        problems += blockProblems
        if let block {
            self.block = block
            let reader = ManifestReader(block)
            manifest = reader.manifest
            problems += reader.problems
            self.reader = reader
        } else if needsManifest, blockProblems.isEmpty {
            let nearMiss = MetadataBlock.nearMiss(in: lines)
            let message = nearMiss.map { "line \($0) has to read '# /// script' exactly" }
            problems.append(
                Problem("no_block", message ?? "there is no metadata block ('# /// script' … '# ///')", line: nearMiss))
            hint = "'airlock templates new NAME' writes a template to start from."
        }
    }

    private static func firstInvalidLine(_ lines: LineIndex) -> Int? {
        (0..<lines.lineCount).first { String(validating: lines.line($0), as: UTF8.self) == nil }.map { $0 + 1 }
    }

    /// A declaration of another encoding (PEP 263) would make Python read other characters than were checked here.
    private static func foreignEncoding(_ lines: LineIndex) -> Problem? {
        for line in 0..<min(2, lines.lineCount) {
            let text = String(decoding: lines.line(line), as: UTF8.self)
            let trimmed = text.drop { $0 == " " || $0 == "\t" || $0 == "\u{C}" }
            guard trimmed.first == "#" else {
                if trimmed.isEmpty { continue }
                return nil
            }
            guard let place = trimmed.firstRange(of: "coding") else { continue }
            let rest = trimmed[place.upperBound...]
            guard let sign = rest.first, sign == ":" || sign == "=" else { continue }
            let name = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
                .prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
            let folded = String(name.lowercased().map { $0 == "_" ? "-" : $0 })
            guard !folded.isEmpty, folded != "utf-8", folded != "utf8" else { continue }
            return Problem("encoding", "a template is UTF-8; it cannot declare another encoding", line: line + 1)
        }
        return nil
    }
}

extension Substring {
    /// The first place of an ASCII text.
    fileprivate func firstRange(of wanted: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(wanted) { return start..<index(start, offsetBy: wanted.count) }
            start = index(after: start)
        }
        return nil
    }
}
