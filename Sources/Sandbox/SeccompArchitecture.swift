import CLibseccomp
import Glibc

/// The machine ABIs that filters are compiled for. A sandbox compiles for its own; a test for each.
package enum SeccompArchitecture: UInt32, Sendable, Hashable, CaseIterable {
    // AUDIT_ARCH_* of <linux/audit.h>, which are libseccomp's own numbers too.
    case amd64 = 0xC000_003E
    case arm64 = 0xC000_00B7

    package static var native: SeccompArchitecture { SeccompArchitecture(rawValue: seccomp_arch_native()) ?? .amd64 }

    /// The number of a call; `nil` for a name this ABI does not have.
    package func number(of name: String) -> Int? {
        let number = seccomp_syscall_resolve_name_arch(rawValue, name)
        return number >= 0 ? Int(number) : nil
    }

    /// The name of a call; `nil` for a number this ABI does not have.
    package func name(of number: Int) -> String? {
        guard let number = Int32(exactly: number), let text = seccomp_syscall_resolve_num_arch(rawValue, number) else {
            return nil
        }
        defer { free(text) }
        return String(cString: text)
    }

    /// Makes a filter one of this ABI alone.
    func select(in context: scmp_filter_ctx) -> Int32 {
        let native = seccomp_arch_native()
        guard native != rawValue else { return 0 }
        let result = seccomp_arch_add(context, rawValue)
        return result == 0 ? seccomp_arch_remove(context, native) : result
    }
}
