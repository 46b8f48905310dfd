extension Machine {
    /// The leftmost match from `start` on, of equally leftmost ones the one a backtracking engine would find first:
    /// the places of its slots, -1 for a group that took no part; `nil` when there is none.
    mutating func firstMatch(from start: Int) -> [Int]? {
        let (count, slots) = (instructions.count, program.slots)
        var lists = (ThreadList(count: count, slots: slots), ThreadList(count: count, slots: slots))
        var work = [Int](repeating: -1, count: slots)
        var undo: [(slot: Int, value: Int)] = []
        var found: [Int]?
        var place = start
        while true {
            if lists.0.count == 0 {
                if found != nil { return found }
                guard let next = nextStart(from: place) else { return nil }
                place = next
            }
            if found == nil, !program.isAnchored || place == 0 {
                for slot in 0..<slots { work[slot] = -1 }
                work[0] = place
                follow(0, at: place, into: &lists.0, &work, &undo)
            }
            var read: (value: UInt32, width: Int)?
            if place < text.bytes.count { read = text.scalar(at: place) }
            let after = place + (read?.width ?? 1)
            generation += 1
            lists.1.count = 0
            for thread in 0..<lists.0.count {
                let instruction = instructions[Int(lists.0.threads[thread])]
                if instruction.operation == .match {
                    lists.0.load(thread, into: &work)
                    work[1] = place
                    found = work
                    // The threads after this one are less wanted.
                    break
                }
                guard let scalar = read?.value, accepts(instruction, scalar) else { continue }
                lists.0.load(thread, into: &work)
                follow(lists.0.threads[thread] + 1, at: after, into: &lists.1, &work, &undo)
            }
            steps += lists.0.count
            swap(&lists.0, &lists.1)
            if read == nil { return found }
            place = after
        }
    }

    private mutating func follow(
        _ start: Int32, at place: Int, into list: inout ThreadList, _ work: inout [Int],
        _ undo: inout [(slot: Int, value: Int)]
    ) {
        // A negative entry takes the last saved slot back, once what follows that save has been followed.
        var pending = [start]
        while let entry = pending.popLast() {
            if entry < 0 {
                if let (slot, value) = undo.popLast() { work[slot] = value }
                continue
            }
            var index = Int(entry)
            while marks[index] != generation {
                marks[index] = generation
                steps += 1
                let instruction = instructions[index]
                switch instruction.operation {
                case .jump: index = Int(instruction.x)
                case .split:
                    pending.append(instruction.y)
                    index = Int(instruction.x)
                case .save:
                    let slot = Int(instruction.x)
                    undo.append((slot, work[slot]))
                    pending.append(-1)
                    work[slot] = place
                    index += 1
                case .assert:
                    guard let kind = Assertion(rawValue: UInt8(truncatingIfNeeded: instruction.x)),
                        text.holds(kind, at: place)
                    else { break }
                    index += 1
                case .match, .scalar, .foldedScalar, .set: list.append(Int32(index), work)
                }
            }
        }
    }
}

/// Threads in order of preference, each with its own slots.
private struct ThreadList {
    var count = 0
    var threads: [Int32]
    private var captures: [Int]
    private let slots: Int

    init(count: Int, slots: Int) {
        threads = [Int32](repeating: 0, count: count)
        captures = [Int](repeating: -1, count: count * slots)
        self.slots = slots
    }

    mutating func append(_ thread: Int32, _ work: [Int]) {
        threads[count] = thread
        for slot in 0..<slots { captures[count * slots + slot] = work[slot] }
        count += 1
    }

    func load(_ thread: Int, into work: inout [Int]) {
        for slot in 0..<slots { work[slot] = captures[thread * slots + slot] }
    }
}
