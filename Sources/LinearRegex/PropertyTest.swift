/// What `\p{…}` asks of a scalar, answered by the standard library's Unicode data.
struct PropertyTest: Sendable {
    enum Property: Sendable {
        case category(GeneralCategories)
        case binary(@Sendable (Unicode.Scalar.Properties) -> Bool)
    }

    let property: Property
    let negated: Bool

    func holds(for scalar: Unicode.Scalar) -> Bool {
        switch property {
        case .category(let categories):
            categories.contains(GeneralCategories(scalar.properties.generalCategory)) != negated
        case .binary(let test): test(scalar.properties) != negated
        }
    }
}

extension PropertyTest.Property {
    /// A binary property by its name or short name (ECMA-262 table 70), as far as the standard library has it.
    static func binary(named name: String) -> Self? {
        switch name {
        case "Alphabetic", "Alpha": .binary { $0.isAlphabetic }
        case "ASCII_Hex_Digit", "AHex": .binary { $0.isASCIIHexDigit }
        case "Bidi_Control", "Bidi_C": .binary { $0.isBidiControl }
        case "Bidi_Mirrored", "Bidi_M": .binary { $0.isBidiMirrored }
        case "Case_Ignorable", "CI": .binary { $0.isCaseIgnorable }
        case "Cased": .binary { $0.isCased }
        case "Changes_When_Casefolded", "CWCF": .binary { $0.changesWhenCaseFolded }
        case "Changes_When_Casemapped", "CWCM": .binary { $0.changesWhenCaseMapped }
        case "Changes_When_Lowercased", "CWL": .binary { $0.changesWhenLowercased }
        case "Changes_When_NFKC_Casefolded", "CWKCF": .binary { $0.changesWhenNFKCCaseFolded }
        case "Changes_When_Titlecased", "CWT": .binary { $0.changesWhenTitlecased }
        case "Changes_When_Uppercased", "CWU": .binary { $0.changesWhenUppercased }
        case "Dash": .binary { $0.isDash }
        case "Default_Ignorable_Code_Point", "DI": .binary { $0.isDefaultIgnorableCodePoint }
        case "Deprecated", "Dep": .binary { $0.isDeprecated }
        case "Diacritic", "Dia": .binary { $0.isDiacritic }
        case "Emoji": .binary { $0.isEmoji }
        case "Emoji_Modifier", "EMod": .binary { $0.isEmojiModifier }
        case "Emoji_Modifier_Base", "EBase": .binary { $0.isEmojiModifierBase }
        case "Emoji_Presentation", "EPres": .binary { $0.isEmojiPresentation }
        case "Extender", "Ext": .binary { $0.isExtender }
        case "Grapheme_Base", "Gr_Base": .binary { $0.isGraphemeBase }
        case "Grapheme_Extend", "Gr_Ext": .binary { $0.isGraphemeExtend }
        case "Hex_Digit", "Hex": .binary { $0.isHexDigit }
        case "ID_Continue", "IDC": .binary { $0.isIDContinue }
        case "ID_Start", "IDS": .binary { $0.isIDStart }
        case "Ideographic", "Ideo": .binary { $0.isIdeographic }
        case "IDS_Binary_Operator", "IDSB": .binary { $0.isIDSBinaryOperator }
        case "IDS_Trinary_Operator", "IDST": .binary { $0.isIDSTrinaryOperator }
        case "Join_Control", "Join_C": .binary { $0.isJoinControl }
        case "Logical_Order_Exception", "LOE": .binary { $0.isLogicalOrderException }
        case "Lowercase", "Lower": .binary { $0.isLowercase }
        case "Math": .binary { $0.isMath }
        case "Noncharacter_Code_Point", "NChar": .binary { $0.isNoncharacterCodePoint }
        case "Pattern_Syntax", "Pat_Syn": .binary { $0.isPatternSyntax }
        case "Pattern_White_Space", "Pat_WS": .binary { $0.isPatternWhitespace }
        case "Quotation_Mark", "QMark": .binary { $0.isQuotationMark }
        case "Radical": .binary { $0.isRadical }
        case "Sentence_Terminal", "STerm": .binary { $0.isSentenceTerminal }
        case "Soft_Dotted", "SD": .binary { $0.isSoftDotted }
        case "Unified_Ideograph", "UIdeo": .binary { $0.isUnifiedIdeograph }
        case "Uppercase", "Upper": .binary { $0.isUppercase }
        case "Variation_Selector", "VS": .binary { $0.isVariationSelector }
        case "White_Space", "space": .binary { $0.isWhitespace }
        case "XID_Continue", "XIDC": .binary { $0.isXIDContinue }
        case "XID_Start", "XIDS": .binary { $0.isXIDStart }
        default: nil
        }
    }
}
