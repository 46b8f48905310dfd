/// When to look at a scratch directory that the kernel does not bound.
///
/// A look costs up to some ten milliseconds, so there are few as long as there is room, and more the less there is left:
/// the next one is due before a script that writes as fast as memory takes it can have filled the rest. Pure: what was
/// seen and what it took are passed in.
struct ScratchWatch {
    /// Bytes that a script can write in a second, generously: into the page cache, 4 KiB at a time or more.
    static let bytesPerSecond = 2.0 * 1_073_741_824
    /// Files that it can make in a second.
    static let filesPerSecond = 100_000.0
    static let longest = Duration.milliseconds(100)
    static let shortest = Duration.milliseconds(5)

    let maxBytes: Int
    let maxFiles: Int

    /// Whether what was seen is too much.
    func isExceeded(bytes: Int, files: Int) -> Bool { bytes > maxBytes || files > maxFiles }

    /// How long to wait for the next look.
    ///
    /// - Parameter took: how long the last one took; looking may take a fifth of the time at most.
    func pause(bytes: Int, files: Int, took: Duration) -> Duration {
        let room = min(
            Double(max(0, maxBytes - bytes)) / Self.bytesPerSecond,
            Double(max(0, maxFiles - files)) / Self.filesPerSecond)
        return max(min(.seconds(room), Self.longest), Self.shortest, took * 4)
    }
}
