/// A set of general categories (Unicode Standard §4.5), one bit each.
struct GeneralCategories: OptionSet, Sendable {
    let rawValue: UInt32

    static let uppercaseLetter = GeneralCategories(rawValue: 1 << 0)
    static let lowercaseLetter = GeneralCategories(rawValue: 1 << 1)
    static let titlecaseLetter = GeneralCategories(rawValue: 1 << 2)
    static let modifierLetter = GeneralCategories(rawValue: 1 << 3)
    static let otherLetter = GeneralCategories(rawValue: 1 << 4)
    static let nonspacingMark = GeneralCategories(rawValue: 1 << 5)
    static let spacingMark = GeneralCategories(rawValue: 1 << 6)
    static let enclosingMark = GeneralCategories(rawValue: 1 << 7)
    static let decimalNumber = GeneralCategories(rawValue: 1 << 8)
    static let letterNumber = GeneralCategories(rawValue: 1 << 9)
    static let otherNumber = GeneralCategories(rawValue: 1 << 10)
    static let connectorPunctuation = GeneralCategories(rawValue: 1 << 11)
    static let dashPunctuation = GeneralCategories(rawValue: 1 << 12)
    static let openPunctuation = GeneralCategories(rawValue: 1 << 13)
    static let closePunctuation = GeneralCategories(rawValue: 1 << 14)
    static let initialPunctuation = GeneralCategories(rawValue: 1 << 15)
    static let finalPunctuation = GeneralCategories(rawValue: 1 << 16)
    static let otherPunctuation = GeneralCategories(rawValue: 1 << 17)
    static let mathSymbol = GeneralCategories(rawValue: 1 << 18)
    static let currencySymbol = GeneralCategories(rawValue: 1 << 19)
    static let modifierSymbol = GeneralCategories(rawValue: 1 << 20)
    static let otherSymbol = GeneralCategories(rawValue: 1 << 21)
    static let spaceSeparator = GeneralCategories(rawValue: 1 << 22)
    static let lineSeparator = GeneralCategories(rawValue: 1 << 23)
    static let paragraphSeparator = GeneralCategories(rawValue: 1 << 24)
    static let control = GeneralCategories(rawValue: 1 << 25)
    static let format = GeneralCategories(rawValue: 1 << 26)
    static let surrogate = GeneralCategories(rawValue: 1 << 27)
    static let privateUse = GeneralCategories(rawValue: 1 << 28)
    static let unassigned = GeneralCategories(rawValue: 1 << 29)

    static let casedLetter: Self = [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter]
    static let letter: Self = [.casedLetter, .modifierLetter, .otherLetter]
    static let mark: Self = [.nonspacingMark, .spacingMark, .enclosingMark]
    static let number: Self = [.decimalNumber, .letterNumber, .otherNumber]
    static let punctuation: Self = [
        .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
        .finalPunctuation, .otherPunctuation,
    ]
    static let symbol: Self = [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol]
    static let separator: Self = [.spaceSeparator, .lineSeparator, .paragraphSeparator]
    static let other: Self = [.control, .format, .surrogate, .privateUse, .unassigned]

    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(_ category: Unicode.GeneralCategory) {
        switch category {
        case .uppercaseLetter: self = .uppercaseLetter
        case .lowercaseLetter: self = .lowercaseLetter
        case .titlecaseLetter: self = .titlecaseLetter
        case .modifierLetter: self = .modifierLetter
        case .otherLetter: self = .otherLetter
        case .nonspacingMark: self = .nonspacingMark
        case .spacingMark: self = .spacingMark
        case .enclosingMark: self = .enclosingMark
        case .decimalNumber: self = .decimalNumber
        case .letterNumber: self = .letterNumber
        case .otherNumber: self = .otherNumber
        case .connectorPunctuation: self = .connectorPunctuation
        case .dashPunctuation: self = .dashPunctuation
        case .openPunctuation: self = .openPunctuation
        case .closePunctuation: self = .closePunctuation
        case .initialPunctuation: self = .initialPunctuation
        case .finalPunctuation: self = .finalPunctuation
        case .otherPunctuation: self = .otherPunctuation
        case .mathSymbol: self = .mathSymbol
        case .currencySymbol: self = .currencySymbol
        case .modifierSymbol: self = .modifierSymbol
        case .otherSymbol: self = .otherSymbol
        case .spaceSeparator: self = .spaceSeparator
        case .lineSeparator: self = .lineSeparator
        case .paragraphSeparator: self = .paragraphSeparator
        case .control: self = .control
        case .format: self = .format
        case .surrogate: self = .surrogate
        case .privateUse: self = .privateUse
        case .unassigned: self = .unassigned
        @unknown default: self = .unassigned
        }
    }

    /// By its short name, which both dialects know.
    init?(shortName: String) {
        switch shortName {
        case "L": self = .letter
        case "LC": self = .casedLetter
        case "Lu": self = .uppercaseLetter
        case "Ll": self = .lowercaseLetter
        case "Lt": self = .titlecaseLetter
        case "Lm": self = .modifierLetter
        case "Lo": self = .otherLetter
        case "M": self = .mark
        case "Mn": self = .nonspacingMark
        case "Mc": self = .spacingMark
        case "Me": self = .enclosingMark
        case "N": self = .number
        case "Nd": self = .decimalNumber
        case "Nl": self = .letterNumber
        case "No": self = .otherNumber
        case "P": self = .punctuation
        case "Pc": self = .connectorPunctuation
        case "Pd": self = .dashPunctuation
        case "Ps": self = .openPunctuation
        case "Pe": self = .closePunctuation
        case "Pi": self = .initialPunctuation
        case "Pf": self = .finalPunctuation
        case "Po": self = .otherPunctuation
        case "S": self = .symbol
        case "Sm": self = .mathSymbol
        case "Sc": self = .currencySymbol
        case "Sk": self = .modifierSymbol
        case "So": self = .otherSymbol
        case "Z": self = .separator
        case "Zs": self = .spaceSeparator
        case "Zl": self = .lineSeparator
        case "Zp": self = .paragraphSeparator
        case "C": self = .other
        case "Cc": self = .control
        case "Cf": self = .format
        case "Cs": self = .surrogate
        case "Co": self = .privateUse
        case "Cn": self = .unassigned
        default: return nil
        }
    }

    /// By any of the names of `PropertyValueAliases.txt`, which ECMA-262 takes.
    init?(name: String) {
        let longNames: [(String, String)] = [
            ("Letter", "L"), ("Cased_Letter", "LC"), ("Uppercase_Letter", "Lu"), ("Lowercase_Letter", "Ll"),
            ("Titlecase_Letter", "Lt"), ("Modifier_Letter", "Lm"), ("Other_Letter", "Lo"), ("Mark", "M"),
            ("Combining_Mark", "M"), ("Nonspacing_Mark", "Mn"), ("Spacing_Mark", "Mc"), ("Enclosing_Mark", "Me"),
            ("Number", "N"), ("Decimal_Number", "Nd"), ("digit", "Nd"), ("Letter_Number", "Nl"),
            ("Other_Number", "No"), ("Punctuation", "P"), ("punct", "P"), ("Connector_Punctuation", "Pc"),
            ("Dash_Punctuation", "Pd"), ("Open_Punctuation", "Ps"), ("Close_Punctuation", "Pe"),
            ("Initial_Punctuation", "Pi"), ("Final_Punctuation", "Pf"), ("Other_Punctuation", "Po"),
            ("Symbol", "S"), ("Math_Symbol", "Sm"), ("Currency_Symbol", "Sc"), ("Modifier_Symbol", "Sk"),
            ("Other_Symbol", "So"), ("Separator", "Z"), ("Space_Separator", "Zs"), ("Line_Separator", "Zl"),
            ("Paragraph_Separator", "Zp"), ("Other", "C"), ("Control", "Cc"), ("cntrl", "Cc"), ("Format", "Cf"),
            ("Surrogate", "Cs"), ("Private_Use", "Co"), ("Unassigned", "Cn"),
        ]
        self.init(shortName: longNames.first { $0.0 == name }?.1 ?? name)
    }
}
