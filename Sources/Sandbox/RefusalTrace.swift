import AirlockCore

/// Where the script was when it made a call that was refused, as its interpreter told it: hostile text, read for one
/// number and for nothing else.
struct RefusalTrace {
    /// The call's number.
    var call: Int32
    /// The line of the script, from 1; `nil` when the text names none.
    var line: Int?

    /// Reads a traceback of CPython's faulthandler, the innermost frame first:
    ///
    ///     Stack (most recent call first):
    ///       File "/usr/lib/python3.11/socket.py", line 232 in __init__
    ///       File "report.py", line 12 in <module>
    ///
    /// - Returns: the line of the innermost frame that is the script's own.
    static func line(in text: some Sequence<UInt8>, script: String) -> Int? {
        let start = Array("  File \"\(escaped(script))\", line ".utf8)
        for line in Array(text).split(separator: 0x0A) where line.starts(with: start) {
            let digits = line.dropFirst(start.count).prefix { (0x30...0x39).contains($0) }
            // A line that was cut off has no word behind the number, which then may be cut itself.
            guard (1...7).contains(digits.count), line.dropFirst(start.count + digits.count).first == 0x20,
                let number = Int(String(decoding: digits, as: UTF8.self)), number > 0
            else { continue }
            return number
        }
        return nil
    }

    /// As faulthandler writes a file's name: ASCII, and of a long one the first 500 characters (traceback.c,
    /// _Py_DumpASCII).
    private static func escaped(_ name: String) -> String {
        var result = ""
        for scalar in name.unicodeScalars.prefix(500) {
            switch scalar.value {
            case 0x20...0x7E: result.unicodeScalars.append(scalar)
            case ..<0x100: result += "\\x" + hexadecimal(scalar.value, digits: 2)
            case ..<0x10000: result += "\\u" + hexadecimal(scalar.value, digits: 4)
            default: result += "\\U" + hexadecimal(scalar.value, digits: 8)
            }
        }
        return name.unicodeScalars.count > 500 ? result + "..." : result
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
