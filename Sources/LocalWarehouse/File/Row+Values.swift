internal import GRDB

/// Values of a file that may hold anything anywhere: GRDB's own subscripts trap on a value of another type.
extension Row {
    /// The text at `index`; `nil` for anything else.
    func text(_ index: Int) -> String? {
        if case .string(let text) = (self[index] as DatabaseValue).storage { return text }
        return nil
    }

    /// The integer at `index`; `nil` for anything else.
    func integer(_ index: Int) -> Int64? {
        if case .int64(let number) = (self[index] as DatabaseValue).storage { return number }
        return nil
    }
}
