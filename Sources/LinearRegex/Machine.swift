/// Runs a program over a text by following all its threads at once (Pike's virtual machine): each character costs at
/// most one visit of each instruction, whatever the pattern.
struct Machine {
    let instructions: UnsafeBufferPointer<Instruction>
    let classes: UnsafeBufferPointer<ScalarClass>
    let program: Program
    let text: UTF8Text
    /// Instructions visited.
    var steps = 0
    /// The generation in which each instruction was last visited.
    let marks: UnsafeMutableBufferPointer<Int>
    var generation = 1
    let stack: UnsafeMutableBufferPointer<Int32>

    /// Whether `scalar` lets the thread at `index` go on.
    @inline(__always)
    func accepts(_ instruction: Instruction, _ scalar: UInt32) -> Bool {
        switch instruction.operation {
        case .scalar: UInt32(bitPattern: instruction.x) == scalar
        case .set: classes[Int(instruction.x)].contains(scalar)
        case .foldedScalar: CaseFolding.fold(scalar) == UInt32(bitPattern: instruction.x)
        default: false
        }
    }

    /// The next place from `index` on where a match may begin; `nil` when there is none.
    @inline(__always)
    func nextStart(from index: Int) -> Int? {
        if program.isAnchored, index > 0 { return nil }
        guard let first = program.firstBytes else { return index }
        var index = index
        while index < text.bytes.count {
            if first.contains(text.bytes[index]) { return index }
            index += 1
        }
        return nil
    }
}

extension Program {
    /// Lends a machine its memory for the time of `body`.
    func withMachine<Result>(over text: UTF8Text, _ body: (inout Machine) -> Result) -> Result {
        let count = instructions.count
        return instructions.withUnsafeBufferPointer { instructions in
            classes.withUnsafeBufferPointer { classes in
                withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { marks in
                    withUnsafeTemporaryAllocation(of: Int32.self, capacity: count + 1) { stack in
                        marks.initialize(repeating: 0)
                        stack.initialize(repeating: 0)
                        var machine = Machine(
                            instructions: instructions, classes: classes, program: self, text: text, marks: marks,
                            stack: stack)
                        return body(&machine)
                    }
                }
            }
        }
    }
}
