/// A LIKE pattern: `%` any text, `_` one character, a backslash before either for itself.
struct LikePattern: Sendable {
    private enum Part: Sendable {
        case scalar(Unicode.Scalar)
        case one
        case any
    }

    private let parts: [Part]
    private let folds: Bool

    init(_ text: String, folds: Bool) {
        var parts: [Part] = []
        var iterator = text.unicodeScalars.makeIterator()
        while let scalar = iterator.next() {
            switch scalar {
            case "%": parts.append(.any)
            case "_": parts.append(.one)
            case "\\":
                guard let next = iterator.next() else {
                    parts.append(.scalar(scalar))
                    break
                }
                if next != "%", next != "_", next != "\\" { parts.append(.scalar(scalar)) }
                parts.append(.scalar(folds ? Self.folded(next) : next))
            default: parts.append(.scalar(folds ? Self.folded(scalar) : scalar))
            }
        }
        self.parts = parts
        self.folds = folds
    }

    private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar.isASCII {
            return scalar >= "A" && scalar <= "Z" ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar
        }
        let lowered = scalar.properties.lowercaseMapping.unicodeScalars
        return lowered.count == 1 ? lowered.first ?? scalar : scalar
    }

    /// Time is bounded by the product of both lengths: after a failure only the last `%` is tried further on.
    func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var (index, part) = (0, 0)
        var retry: (part: Int, index: Int)?
        while index < scalars.count {
            if part < parts.count {
                switch parts[part] {
                case .any:
                    retry = (part + 1, index)
                    part += 1
                    continue
                case .one:
                    (index, part) = (index + 1, part + 1)
                    continue
                case .scalar(let wanted):
                    if wanted == (folds ? Self.folded(scalars[index]) : scalars[index]) {
                        (index, part) = (index + 1, part + 1)
                        continue
                    }
                }
            }
            guard let last = retry else { return false }
            retry = (last.part, last.index + 1)
            (part, index) = (last.part, last.index + 1)
        }
        return parts[part...].allSatisfy { if case .any = $0 { true } else { false } }
    }
}
