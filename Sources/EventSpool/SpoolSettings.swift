package import AirlockCore

/// The bounds of a spool; every default is here.
package struct SpoolSettings: Sendable, Hashable {
    /// When records are brought to the disk (fdatasync(2)).
    package enum Sync: String, Sendable, Hashable, CaseIterable {
        /// Before they count as accepted: nothing accepted is lost, whatever happens to process or machine.
        case always
        /// When the kernel gets to it: the end of the process loses nothing, that of the machine the last seconds.
        case never
    }

    /// Default `always`.
    package var sync = Sync.always
    /// Records that may wait. Default 1,000,000; further ones are refused.
    package var maxPendingRecords = 1_000_000
    /// What may wait, in bytes. Default 512 MiB.
    package var maxPendingSize = ByteCount.mebibytes(512)
    /// A segment that is larger is not added to any more. Default 16 MiB.
    package var segmentSize = ByteCount.mebibytes(16)

    package init() {}

    /// A record's bytes. Longer ones are refused; in a file, a length beyond this is a sign of damage.
    package static let maxRecordBytes = 16 << 20
}
