import AirlockLauncher

/// A specification as bytes, to be kept in a file between two processes of the same build.
///
/// The layout is this build's alone: a file of another reads as none, or as a specification that no run asks for.
extension LaunchSpecification {
    private static let format: UInt64 = 0x4149_5231_0001

    var bytes: [UInt8] {
        var writer = Writer()
        writer.number(Self.format)
        writer.number(namespaces)
        writer.number(UInt64(hostUser))
        writer.number(UInt64(hostGroup))
        writer.flag(changesIdentity)
        writer.text(scratch)
        for optional in [scratchOptions, view, mountPoint] { writer.list(optional.map { [$0] } ?? []) { $0.text($1) } }
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
        writer.number(UInt64(UInt32(bitPattern: landlockABI)))
        writer.list(pathRules) { writer, rule in
            writer.text(rule.path)
            writer.flag(rule.isWritable)
        }
        writer.block(filter)
        writer.block(verdicts)
        writer.number(UInt64(maxRefusedProcesses))
        return writer.bytes
    }

    /// - Returns: `nil` for bytes that ``bytes`` did not make.
    init?(bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard reader.number() == Self.format else { return nil }
        namespaces = reader.number()
        hostUser = reader.word()
        hostGroup = reader.word()
        changesIdentity = reader.flag()
        scratch = reader.text()
        scratchOptions = reader.list { $0.text() }.first
        view = reader.list { $0.text() }.first
        mountPoint = reader.list { $0.text() }.first
        binds = reader.list { Bind(source: $0.text(), target: $0.text(), isDevice: $0.flag()) }
        arguments = reader.list { $0.text() }
        environment = reader.list { $0.text() }
        resourceLimits = reader.list {
            ResourceLimit(
                resource: Int32(bitPattern: $0.word()), soft: $0.number(), hard: $0.number())
        }
        cpuLimit = reader.number()
        landlockABI = Int32(bitPattern: reader.word())
        pathRules = reader.list { PathRule(path: $0.text(), isWritable: $0.flag()) }
        filter = reader.block()
        verdicts = reader.block()
        maxRefusedProcesses = reader.word()
        guard reader.isComplete, !arguments.isEmpty,
            verdicts.count == Int(AIRLOCK_SYSCALLS) * MemoryLayout<airlock_verdict>.stride
        else { return nil }
    }

    private struct Writer {
        var bytes: [UInt8] = []

        mutating func number(_ value: UInt64) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
        mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }
        mutating func block(_ value: [UInt8]) {
            number(UInt64(value.count))
            bytes += value
        }
        mutating func text(_ value: String) { block(Array(value.utf8)) }
        mutating func list<Element>(_ values: [Element], _ write: (inout Writer, Element) -> Void) {
            number(UInt64(values.count))
            for value in values { write(&self, value) }
        }
    }

    /// Reads what is there; past the end, or where no value can be, zeros, and then it is not complete.
    private struct Reader {
        let bytes: [UInt8]
        var position = 0
        var isBroken = false

        var isComplete: Bool { !isBroken && position == bytes.count }

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func take(_ count: UInt64) -> ArraySlice<UInt8> {
            guard count <= UInt64(bytes.count - position) else {
                isBroken = true
                return []
            }
            defer { position += Int(count) }
            return bytes[position..<position + Int(count)]
        }

        mutating func number() -> UInt64 {
            take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        mutating func word() -> UInt32 {
            let value = number()
            if value > UInt64(UInt32.max) { isBroken = true }
            return UInt32(truncatingIfNeeded: value)
        }
        mutating func flag() -> Bool {
            let byte = take(1).first ?? 0
            if byte > 1 { isBroken = true }
            return byte == 1
        }
        mutating func block() -> [UInt8] { Array(take(number())) }
        mutating func text() -> String { String(decoding: take(number()), as: UTF8.self) }
        mutating func list<Element>(_ read: (inout Reader) -> Element) -> [Element] {
            var values: [Element] = []
            for _ in 0..<number() {
                guard !isBroken else { break }
                values.append(read(&self))
            }
            return values
        }
    }
}
