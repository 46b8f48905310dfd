/// A row of the table `events`.
struct EventRow {
    var uuid: String
    var event: String
    var timestamp: Int64
    var distinctID: String
    var personID: String
    /// JSON in UTF-8.
    var properties: [UInt8]
    var createdAt: Int64
    var sessionID: String?
    var windowID: String?
    /// By index; at most five.
    var groups: [String?] = []
}
