/// The classes that escapes and POSIX names stand for.
extension ClassItems {
    static let digits = ClassItems(ranges: [0x30...0x39])
    static let wordCharacters = ClassItems(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// ECMA-262 §22.2.2.9: WhiteSpace and LineTerminator.
    static let ecmaSpaces = ClassItems(ranges: [
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    /// RE2's `\s`, which leaves out the vertical tab.
    static let re2Spaces = ClassItems(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
    static let ecmaLineTerminators = ClassItems(ranges: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
    static let lineFeed = ClassItems(ranges: [0x0A...0x0A])

    static let posixNames = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
        "word", "xdigit",
    ]

    /// What `[:name:]` stands for; ASCII only, as in RE2.
    static func posix(_ name: String) -> ClassItems? {
        switch name {
        case "alnum": ClassItems(ranges: [0x30...0x39, 0x41...0x5A, 0x61...0x7A])
        case "alpha": ClassItems(ranges: [0x41...0x5A, 0x61...0x7A])
        case "ascii": ClassItems(ranges: [0x00...0x7F])
        case "blank": ClassItems(ranges: [0x09...0x09, 0x20...0x20])
        case "cntrl": ClassItems(ranges: [0x00...0x1F, 0x7F...0x7F])
        case "digit": digits
        case "graph": ClassItems(ranges: [0x21...0x7E])
        case "lower": ClassItems(ranges: [0x61...0x7A])
        case "print": ClassItems(ranges: [0x20...0x7E])
        case "punct": ClassItems(ranges: [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
        case "space": ClassItems(ranges: [0x09...0x0D, 0x20...0x20])
        case "upper": ClassItems(ranges: [0x41...0x5A])
        case "word": wordCharacters
        case "xdigit": ClassItems(ranges: [0x30...0x39, 0x41...0x46, 0x61...0x66])
        default: nil
        }
    }
}
