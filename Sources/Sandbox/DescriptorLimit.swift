import AirlockLauncher
import Glibc

/// How many descriptors this process may have open (RLIMIT_NOFILE, getrlimit(2)).
package enum DescriptorLimit {
    /// What ``raise()`` makes of it; `nil` when it is not known.
    package static var most: Int? {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Int(clamping: limit.rlim_max) : nil
    }

    /// Raises the soft limit to the hard one: each waiting slot takes seven descriptors, and 1024 are soon used up. Programs
    /// that this process starts get the old one: they may use select(2), which knows no descriptor above 1023.
    package static func raise() { airlock_raise_descriptor_limit() }
}
