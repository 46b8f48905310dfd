import AirlockLauncher

/// A specification as the bytes that the launcher reads it from (`specification.c`), and that the cache keeps.
///
/// Numbers are 8 bytes, little-endian; a text is its length with its final NUL, and its bytes, padded to 8. The layout is
/// this build's alone: the launcher reads no other's, and to a run they are just another specification than its own.
extension LaunchSpecification {
    var bytes: [UInt8] {
        var writer = Writer()
        writer.number(UInt64(AIRLOCK_PLAN_FORMAT))
        writer.number(namespaces)
        writer.number(UInt64(role.rawValue))
        writer.number(UInt64(hostUser))
        writer.number(UInt64(hostGroup))
        writer.flag(changesIdentity)
        writer.text(scratch)
        for text in [scratchOptions, view, mountPoint] {
            writer.flag(text != nil)
            if let text { writer.text(text) }
        }
        writer.list(binds) { writer, bind in
            writer.text(bind.source)
            writer.text(bind.target)
            writer.flag(bind.isDevice)
        }
        writer.list(arguments) { $0.text($1) }
        writer.list(environment) { $0.text($1) }
        writer.list(resourceLimits) { writer, limit in
            writer.number(UInt64(UInt32(bitPattern: limit.resource)))
            writer.number(limit.soft)
            writer.number(limit.hard)
        }
        writer.number(cpuLimit)
        for value in [maxRefusedProcesses, tasks.rawValue, maxTasks] { writer.number(UInt64(value)) }
        writer.number(maxMemory)
        writer.number(UInt64(UInt32(bitPattern: landlockABI)))
        writer.list(pathRules) { writer, rule in
            writer.text(rule.path)
            writer.flag(rule.isWritable)
        }
        writer.block(filter)
        writer.block(verdicts)
        return writer.bytes
    }

    private struct Writer {
        var bytes: [UInt8] = []

        mutating func number(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        mutating func flag(_ value: Bool) { number(value ? 1 : 0) }
        mutating func block(_ value: [UInt8]) {
            number(UInt64(value.count))
            bytes += value
            bytes += repeatElement(0, count: -bytes.count & 7)
        }
        mutating func text(_ value: String) { block(Array(value.utf8) + [0]) }
        mutating func list<Element>(_ values: [Element], _ write: (inout Writer, Element) -> Void) {
            number(UInt64(values.count))
            for value in values { write(&self, value) }
        }
    }
}
