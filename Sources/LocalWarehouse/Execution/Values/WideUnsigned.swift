/// A `UInt64` of any size as an integer of SQLite: less 2^63, so that order and equality stay what they are.
enum WideUnsigned {
    static func value(_ number: UInt64) -> Value { .int(Int64(bitPattern: number ^ (1 << 63))) }

    static func number(_ value: Value) -> UInt64 { UInt64(bitPattern: value.intValue ?? .min) ^ (1 << 63) }
}
