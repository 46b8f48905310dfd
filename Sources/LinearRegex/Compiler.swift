/// Turns a tree into a program (Thompson's construction, as R. Cox sets it out in "Regular Expression Matching: the
/// Virtual Machine Approach"). The parser has bounded the size already.
struct Compiler {
    private var instructions: [Instruction] = []

    static func compile(_ fragment: Fragment, classes: [ScalarClass], groups: Int) -> Program {
        var compiler = Compiler()
        compiler.emit(fragment.node)
        compiler.append(.match)
        var program = Program()
        program.instructions = compiler.instructions
        program.classes = classes
        program.slots = 2 * (groups + 1)
        program.isAnchored = beginsAtTextStart(fragment.node)
        program.firstBytes = program.findFirstBytes()
        return program
    }

    private mutating func append(_ operation: Instruction.Operation, x: Int = 0, y: Int = 0) {
        instructions.append(Instruction(operation: operation, x: Int32(x), y: Int32(y)))
    }

    private mutating func emit(_ node: Node) {
        switch node {
        case .empty: break
        case .scalar(let value): append(.scalar, x: Int(value))
        case .foldedScalar(let value): append(.foldedScalar, x: Int(value))
        case .set(let index): append(.set, x: index)
        case .assertion(let kind): append(.assert, x: Int(kind.rawValue))
        case .group(let body, let index):
            append(.save, x: 2 * index)
            emit(body)
            append(.save, x: 2 * index + 1)
        case .sequence(let nodes):
            for node in nodes { emit(node) }
        case .alternatives(let nodes): emitAlternatives(nodes)
        case .repetition(let repetition): emit(repetition)
        }
    }

    private mutating func emitAlternatives(_ nodes: [Node]) {
        var jumps: [Int] = []
        for node in nodes.dropLast() {
            let split = instructions.count
            append(.split, x: split + 1)
            emit(node)
            jumps.append(instructions.count)
            append(.jump)
            instructions[split].y = Int32(instructions.count)
        }
        if let last = nodes.last { emit(last) }
        for jump in jumps { instructions[jump].x = Int32(instructions.count) }
    }

    private mutating func emit(_ repetition: Repetition) {
        guard let maximum = repetition.maximum else { return emitUnbounded(repetition) }
        for _ in 0..<repetition.minimum { emit(repetition.body) }
        var splits: [Int] = []
        for _ in repetition.minimum..<maximum {
            splits.append(instructions.count)
            append(.split)
            emit(repetition.body)
        }
        for split in splits { setSplit(split, body: split + 1, end: instructions.count, greedy: repetition.greedy) }
    }

    private mutating func emitUnbounded(_ repetition: Repetition) {
        for _ in 0..<max(0, repetition.minimum - 1) { emit(repetition.body) }
        let entry = instructions.count
        // x* is a loop tested at its head. Where x can be empty that would lose x's own order of preference, so it
        // is written (x+)?, tested at its foot.
        let mayBeSkipped = repetition.minimum == 0
        if mayBeSkipped { append(.split) }
        let body = instructions.count
        emit(repetition.body)
        if mayBeSkipped, !repetition.bodyIsNullable {
            append(.jump, x: entry)
        } else {
            let foot = instructions.count
            append(.split)
            setSplit(foot, body: body, end: instructions.count, greedy: repetition.greedy)
        }
        if mayBeSkipped {
            setSplit(entry, body: body, end: instructions.count, greedy: repetition.greedy)
        }
    }

    private mutating func setSplit(_ index: Int, body: Int, end: Int, greedy: Bool) {
        instructions[index].x = Int32(greedy ? body : end)
        instructions[index].y = Int32(greedy ? end : body)
    }

    private static func beginsAtTextStart(_ node: Node) -> Bool {
        switch node {
        case .assertion(.textStart): true
        case .group(let body, _): beginsAtTextStart(body)
        case .sequence(let nodes): nodes.first.map(beginsAtTextStart) ?? false
        case .alternatives(let nodes): nodes.allSatisfy(beginsAtTextStart)
        case .repetition(let repetition): repetition.minimum > 0 && beginsAtTextStart(repetition.body)
        default: false
        }
    }
}

extension Program {
    /// - Returns: `nil` when a match may be empty, so that it can begin anywhere.
    fileprivate func findFirstBytes() -> FirstBytes? {
        var bytes = FirstBytes()
        var seen = [Bool](repeating: false, count: instructions.count)
        var pending = [0]
        while let index = pending.popLast() {
            if seen[index] { continue }
            seen[index] = true
            let instruction = instructions[index]
            switch instruction.operation {
            case .match: return nil
            case .jump: pending.append(Int(instruction.x))
            case .split: pending += [Int(instruction.x), Int(instruction.y)]
            case .save, .assert: pending.append(index + 1)
            case .scalar:
                if instruction.x < 0x80 { bytes.insert(UInt8(instruction.x)) } else { bytes.nonASCII = true }
            case .foldedScalar:
                // ſ and the Kelvin sign fold to ASCII letters.
                bytes.nonASCII = true
                for scalar in UInt32(0)..<0x80 where CaseFolding.fold(scalar) == UInt32(instruction.x) {
                    bytes.insert(UInt8(scalar))
                }
            case .set:
                let members = classes[Int(instruction.x)]
                for scalar in UInt32(0)..<0x80 where members.contains(scalar) { bytes.insert(UInt8(scalar)) }
                bytes.nonASCII = bytes.nonASCII || members.mayHoldNonASCII
            }
        }
        return bytes
    }
}
