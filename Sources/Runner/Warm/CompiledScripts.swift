import AirlockCore
import Broker
import Synchronization

/// What interpreters made of the scripts that come again. Each pool has one, so that code is run by no other interpreter than
/// the one it is of. Held in memory only.
final class CompiledScripts: Sendable {
    private let table = Mutex(CompiledScriptTable())

    /// Adds the code of a script that is known, or asks for it if the script has been noted.
    ///
    /// - Returns: whether it is to be noted, which has time until it was run.
    func complete(_ start: inout ScriptStart) -> Bool {
        let script = CompiledScriptTable.Script(start)
        switch table.withLock({ $0.look(up: script) }) {
        case nil: return true
        case .hasNone: break
        case .seen: start.asksForCode = true
        case .code(let code): start.code = code
        }
        return false
    }

    /// A script has come for the first time. Most never come again: only what comes twice is asked for its code.
    func note(_ start: ScriptStart) { table.withLock { $0.note(CompiledScriptTable.Script(start)) } }

    /// A run that was asked for its code has come to its own end.
    ///
    /// - Parameter code: `nil` if it gave none.
    func keep(_ code: [UInt8]?, of start: ScriptStart) {
        table.withLock { $0.keep(code, of: CompiledScriptTable.Script(start)) }
    }
}

/// Scripts by their exact text and file name, the least recently used of which goes first.
struct CompiledScriptTable {
    /// Compared byte by byte: Swift's own texts are equal where they are only canonically equivalent.
    struct Script: Hashable {
        let name: [UInt8]
        let text: [UInt8]

        init(name: String, text: String) { (self.name, self.text) = (Array(name.utf8), Array(text.utf8)) }
        init(_ start: ScriptStart) { self.init(name: start.name, text: start.script) }

        var bytes: Int { name.count + text.count }

        /// All of it at once: byte by byte, as an array is hashed, it takes several times as long.
        func hash(into hasher: inout Hasher) {
            hasher.combine(name.count)
            name.withUnsafeBytes { hasher.combine(bytes: $0) }
            text.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    enum Knowledge: Hashable {
        /// Was here before; nothing else is known.
        case seen
        /// Was asked for its code, and had none to give.
        case hasNone
        case code([UInt8])

        var bytes: Int { if case .code(let code) = self { code.count } else { 0 } }
    }

    private struct Entry {
        var knowledge: Knowledge
        var lastUse: UInt64

        mutating func use(_ moment: UInt64) -> Knowledge {
            lastUse = moment
            return knowledge
        }
    }

    let maxScripts: Int
    /// Of texts, names and code together.
    let maxBytes: Int
    let maxScriptBytes: Int
    private(set) var bytes = 0
    private var entries: [Script: Entry] = [:]
    private var uses: UInt64 = 0

    init(maxScripts: Int = 64, maxBytes: Int = 4 << 20, maxScriptBytes: Int = 256 << 10) {
        (self.maxScripts, self.maxBytes, self.maxScriptBytes) = (maxScripts, maxBytes, maxScriptBytes)
    }

    var count: Int { entries.count }

    /// What is known of a script that is about to be run: `nil` for one that comes for the first time, or is too long to be
    /// kept.
    mutating func look(up script: Script) -> Knowledge? {
        guard isOfUse(script) else { return nil }
        uses += 1
        return entries[script]?.use(uses)
    }

    /// From now on it is seen, unless more is known of it.
    mutating func note(_ script: Script) {
        guard isOfUse(script), entries[script] == nil else { return }
        uses += 1
        set(.seen, for: script)
    }

    /// - Parameter code: `nil` for a script that has none to give.
    mutating func keep(_ code: [UInt8]?, of script: Script) {
        guard isOfUse(script) else { return }
        uses += 1
        set(code.map { .code($0) } ?? .hasNone, for: script)
    }

    private func isOfUse(_ script: Script) -> Bool { script.bytes <= min(maxScriptBytes, maxBytes) && maxScripts > 0 }

    private mutating func set(_ knowledge: Knowledge, for script: Script) {
        remove(script)
        // Code that has no room for itself is none.
        let fits = knowledge.bytes <= maxBytes - script.bytes
        let entry = Entry(knowledge: fits ? knowledge : .hasNone, lastUse: uses)
        bytes += script.bytes + entry.knowledge.bytes
        entries[script] = entry
        // So few that to look at each costs less than an order that is kept.
        while entries.count > maxScripts || bytes > maxBytes,
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
        { remove(oldest) }
    }

    private mutating func remove(_ script: Script) {
        guard let old = entries.removeValue(forKey: script) else { return }
        bytes -= script.bytes + old.knowledge.bytes
    }
}
