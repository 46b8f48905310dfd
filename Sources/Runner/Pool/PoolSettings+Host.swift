import AirlockCore
import Glibc
import Sandbox

extension PoolSettings {
    /// What fits this host and this process's control groups, as they are now.
    public static var forThisHost: PoolSettings {
        let free = [availableMemory(), GroupMemory().free].compactMap { $0 }.min()
        return sized(
            cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)), freeMemory: free, descriptors: DescriptorLimit.most)
    }

    /// `MemAvailable` (proc_meminfo(5)).
    private static func availableMemory() -> ByteCount? {
        let lines = smallFile("/proc/meminfo")?.split(separator: "\n") ?? []
        let words = lines.first { $0.hasPrefix("MemAvailable:") }?.split(separator: " ") ?? []
        guard words.count > 1, let kibibytes = Int(words[1]) else { return nil }
        let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
        return overflow ? nil : ByteCount(bytes)
    }
}

/// The text of one of the kernel's files; `nil` when there is none.
func smallFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = read(descriptor, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
}
