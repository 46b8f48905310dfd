extension Machine {
    /// Whether there is a match anywhere from `start` on; `nil` when the steps reach `stepLimit` first.
    mutating func contains(from start: Int, stepLimit: Int) -> Bool? {
        let count = instructions.count
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { memory in
            memory.initialize(repeating: 0)
            var current = UnsafeMutableBufferPointer(rebasing: memory[..<count])
            var following = UnsafeMutableBufferPointer(rebasing: memory[count...])
            var threads = 0
            var place = start
            while true {
                if threads == 0 {
                    guard let next = nextStart(from: place) else { return false }
                    place = next
                }
                if !program.isAnchored || place == 0, follow(0, at: place, into: current, &threads) { return true }
                guard place < text.bytes.count else { return false }
                guard steps < stepLimit else { return nil }
                let (scalar, width) = text.scalar(at: place)
                place += width
                generation += 1
                var survivors = 0
                for thread in 0..<threads where accepts(instructions[Int(current[thread])], scalar) {
                    if follow(current[thread] + 1, at: place, into: following, &survivors) { return true }
                }
                steps += threads
                swap(&current, &following)
                threads = survivors
            }
        }
    }

    /// Adds the threads that `start` leads to without reading on; `true` when a match is among them.
    private mutating func follow(
        _ start: Int32, at place: Int, into list: UnsafeMutableBufferPointer<Int32>, _ threads: inout Int
    ) -> Bool {
        // Each split is visited once a generation and leaves one entry, so the stack never outgrows the program.
        var top = 1
        stack[0] = start
        while top > 0 {
            top -= 1
            var index = Int(stack[top])
            while marks[index] != generation {
                marks[index] = generation
                steps += 1
                let instruction = instructions[index]
                switch instruction.operation {
                case .jump: index = Int(instruction.x)
                case .split:
                    stack[top] = instruction.y
                    top += 1
                    index = Int(instruction.x)
                case .save: index += 1
                case .assert:
                    // A thread that fails here ends: its mark keeps it from being tried again.
                    guard let kind = Assertion(rawValue: UInt8(truncatingIfNeeded: instruction.x)),
                        text.holds(kind, at: place)
                    else { break }
                    index += 1
                case .match: return true
                case .scalar, .foldedScalar, .set:
                    list[threads] = Int32(index)
                    threads += 1
                }
            }
        }
        return false
    }
}
