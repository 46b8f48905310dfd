/// Base58 in Bitcoin's alphabet.
enum Base58 {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        let zeros = bytes.prefix { $0 == 0 }.count
        let digits = converted(bytes.map { Int($0) }, from: 256, to: 58)
        return [UInt8](repeating: alphabet[0], count: zeros) + digits.map { alphabet[$0] }
    }

    static func decoded(_ text: [UInt8]) -> [UInt8]? {
        guard text.count <= 8192 else { return nil }
        var digits: [Int] = []
        for byte in text {
            guard let digit = alphabet.firstIndex(of: byte) else { return nil }
            digits.append(digit)
        }
        let zeros = digits.prefix { $0 == 0 }.count
        return [UInt8](repeating: 0, count: zeros) + converted(digits, from: 58, to: 256).map { UInt8($0) }
    }

    /// The digits of a number in another base, without leading zeros.
    private static func converted(_ digits: [Int], from: Int, to: Int) -> [Int] {
        var result: [Int] = []
        for digit in digits {
            var carry = digit
            for index in result.indices.reversed() {
                carry += result[index] * from
                result[index] = carry % to
                carry /= to
            }
            while carry > 0 {
                result.insert(carry % to, at: 0)
                carry /= to
            }
        }
        return result
    }
}
