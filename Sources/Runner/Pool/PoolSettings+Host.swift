import AirlockCore
import Glibc

extension PoolSettings {
    /// What fits this host, as it is now.
    public static var forThisHost: PoolSettings {
        sized(cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)), freeMemory: freeMemory())
    }

    /// `MemAvailable` (proc_meminfo(5)).
    private static func freeMemory() -> ByteCount? {
        guard let file = fopen("/proc/meminfo", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let words = line.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { String(cString: $0).split { $0 == " " || $0 == "\n" } } ?? []
            }
            guard words.first == "MemAvailable:", words.count > 1 else { continue }
            return Int(words[1]).flatMap { kibibytes in
                let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
                return overflow ? nil : ByteCount(bytes)
            }
        }
        return nil
    }
}
