import AirlockLauncher

/// A seccomp filter run in user space: classic BPF over `struct seccomp_data`, as far as seccomp(2) lets a filter use it
/// (the kernel's `seccomp_check_filter`). Anything else is a fault of the program, not a verdict.
struct SeccompProgram {
    /// `AUDIT_ARCH_*` of <linux/audit.h>.
    enum Architecture: UInt32, CaseIterable {
        case amd64 = 0xC000_003E
        case i386 = 0x4000_0003
        case arm64 = 0xC000_00B7
        case arm = 0x4000_0028
    }

    /// What a program returned: the action, and the 16 bits of data that come with it.
    struct Answer: Equatable {
        var action: UInt32
        var data: UInt32
    }

    enum Fault: Error, Equatable {
        case instruction(at: Int, code: UInt16)
        case load(at: Int, offset: UInt32)
        case memory(at: Int)
        case division(at: Int)
        case end
    }

    struct Call {
        var number: UInt32
        var architecture: Architecture
        var instructionPointer: UInt64 = 0
        var arguments: [UInt64]

        /// The 16 words of `struct seccomp_data` on a little-endian machine.
        var words: [UInt32] {
            let values = [instructionPointer] + (0..<6).map { $0 < arguments.count ? arguments[$0] : 0 }
            return [number, architecture.rawValue]
                + values.flatMap { [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)] }
        }
    }

    let instructions: [sock_filter]

    func run(_ call: Call) throws(Fault) -> Answer {
        let data = call.words
        var memory = [UInt32](repeating: 0, count: 16)
        var (a, x): (UInt32, UInt32) = (0, 0)
        var index = 0
        while index < instructions.count {
            let (at, step) = (index, instructions[index])
            index += 1
            // The instruction's classes and modes are those of <linux/bpf_common.h>.
            let operand = step.code & 0x08 == 0 ? step.k : x
            switch (step.code & 0x07, step.code) {
            case (0x00, 0x20):
                guard step.k % 4 == 0, Int(step.k / 4) < data.count else { throw .load(at: at, offset: step.k) }
                a = data[Int(step.k / 4)]
            case (0x00, 0x80), (0x01, 0x81):
                if step.code & 0x07 == 0 { a = UInt32(data.count * 4) } else { x = UInt32(data.count * 4) }
            case (0x00, 0x00): a = step.k
            case (0x01, 0x01): x = step.k
            case (0x00, 0x60), (0x01, 0x61), (0x02, 0x02), (0x03, 0x03):
                guard step.k < 16 else { throw .memory(at: at) }
                switch step.code & 0x07 {
                case 0: a = memory[Int(step.k)]
                case 1: x = memory[Int(step.k)]
                case 2: memory[Int(step.k)] = a
                default: memory[Int(step.k)] = x
                }
            case (0x04, _): a = try Self.arithmetic(step.code, a, operand, at: at)
            case (0x05, 0x05): index += Int(step.k)
            case (0x05, 0x15), (0x05, 0x1D): index += Int(a == operand ? step.jt : step.jf)
            case (0x05, 0x25), (0x05, 0x2D): index += Int(a > operand ? step.jt : step.jf)
            case (0x05, 0x35), (0x05, 0x3D): index += Int(a >= operand ? step.jt : step.jf)
            case (0x05, 0x45), (0x05, 0x4D): index += Int(a & operand != 0 ? step.jt : step.jf)
            case (0x06, 0x06): return Answer(action: step.k & 0xFFFF_0000, data: step.k & 0xFFFF)
            case (0x06, 0x16): return Answer(action: a & 0xFFFF_0000, data: a & 0xFFFF)
            case (0x07, 0x07): x = a
            case (0x07, 0x87): a = x
            default: throw .instruction(at: at, code: step.code)
            }
        }
        throw .end
    }

    private static func arithmetic(
        _ code: UInt16, _ a: UInt32, _ operand: UInt32, at place: Int
    ) throws(Fault) -> UInt32 {
        switch code & 0xF7 {
        case 0x04: return a &+ operand
        case 0x14: return a &- operand
        case 0x24: return a &* operand
        case 0x34:
            guard operand != 0 else { throw .division(at: place) }
            return a / operand
        case 0x44: return a | operand
        case 0x54: return a & operand
        case 0x64: return operand < 32 ? a << operand : 0
        case 0x74: return operand < 32 ? a >> operand : 0
        case 0x84: return 0 &- a
        case 0xA4: return a ^ operand
        default: throw .instruction(at: place, code: code)
        }
    }
}
