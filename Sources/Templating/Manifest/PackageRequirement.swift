/// One entry of `dependencies` (PEP 508): the name of a distribution, and the versions that will do.
///
/// Extras, environment markers and addresses are not understood: nothing is installed for a run, so all that can be
/// asked is whether a distribution is there.
public struct PackageRequirement: Sendable, Hashable {
    /// As it was written.
    public let text: String
    /// Normalised (PEP 503): in lower case, with one `-` for each run of `-`, `_` and `.`.
    public let name: String
    /// `nil` for any.
    public let versions: PythonVersionRange?

    /// - Returns: `nil` for what is not a name with versions.
    public init?(_ text: String) {
        let trimmed = text.filter { $0 != " " && $0 != "\t" }
        let name = trimmed.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        guard let first = name.first, let last = name.last, !"-_.".contains(first), !"-_.".contains(last) else {
            return nil
        }
        var rest = trimmed[name.endIndex...]
        if rest.first == "(", rest.last == ")" { rest = rest.dropFirst().dropLast() }
        if rest.isEmpty {
            versions = nil
        } else {
            guard let range = PythonVersionRange(String(rest)) else { return nil }
            versions = range
        }
        self.text = text
        self.name = name.lowercased().split { "-_.".contains($0) }.joined(separator: "-")
    }

    /// Whether an installed version will do; of one such as `2.0rc1` only the release counts.
    public func isSatisfied(byVersion version: String) -> Bool {
        guard let versions else { return true }
        var release: [Int] = []
        for part in version.split(separator: ".") {
            let digits = part.prefix { $0.isASCII && $0.isNumber }
            guard let number = Int(digits) else { break }
            release.append(number)
            if digits.count < part.count { break }
        }
        return !release.isEmpty && versions.contains(release)
    }
}
