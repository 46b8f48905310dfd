@testable import Sandbox

/// The bytes of a launch specification, as the cache may hold them: what reads is written as bytes that read the same.
enum LaunchFuzz: FuzzTarget {
    static let name = "launch"

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        guard let specification = LaunchSpecification(bytes: bytes) else { return }
        let written = specification.bytes
        let again = try present(LaunchSpecification(bytes: written), "a specification whose bytes do not read")
        try hold(again == specification, "a specification that reads otherwise")
        try hold(again.bytes == written, "a specification that is written otherwise")
        // Text that is no UTF-8 is mended, and may grow by that.
        try hold(written.count <= 3 * bytes.count, "a specification that grows")
    }
}
