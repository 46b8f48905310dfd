internal import AirlockCore

/// One line of an audit log, chained to the one before it.
///
/// `hash` is the SHA-256 of the line's canonical JSON without that member; `prev` is the hash of the record before. So a
/// record cannot be changed, taken out, put in or moved without every later one being made anew.
struct AuditRecord {
    /// What the first record of all names as the one before.
    static let genesis = String(repeating: "0", count: 64)
    /// A longer line is no record.
    static let maxLineBytes = 16384

    let number: Int
    let previous: String
    let hash: String
    /// The torn lines before it that this record accounts for; `nil` for a call's record.
    let torn: (bytes: Int, digest: String)?

    /// The line of a new record, its end included.
    static func line(
        number: Int, previous: String, time: String, members: [(String, JSONValue)]
    ) -> (line: [UInt8], hash: String) {
        var object = JSONObject([("seq", .int(number)), ("time", .string(time))] + members)
        object["prev"] = .string(previous)
        let hash = SHA256.hexDigest(JSONValue.object(object).canonicalJSONBytes)
        object["hash"] = .string(hash)
        return (JSONValue.object(object).jsonBytes + [0x0A], hash)
    }

    /// The members of a record that says that what stands before it was torn, over one line or more.
    static func healing(_ torn: [UInt8]) -> [(String, JSONValue)] {
        [("healed", true), ("torn_bytes", .int(torn.count)), ("torn_digest", .string(SHA256.hexDigest(torn)))]
    }

    /// Whether a line is what a crash may leave of a record: its beginning, and not the whole of one.
    static func isTorn(_ line: [UInt8]) -> Bool {
        let beginning = Array("{\"seq\":".utf8)
        guard line.count <= maxLineBytes, line.starts(with: beginning) || beginning.starts(with: line) else {
            return false
        }
        return (try? JSONValue(json: line, maxDepth: 8)) == nil
    }

    enum Fault: Error, Equatable {
        case notARecord(String)
        case wrongHash
    }

    /// Reads a line, without its end, and checks its own hash.
    init(line: [UInt8]) throws(Fault) {
        let value: JSONValue
        do { value = try JSONValue(json: line, maxDepth: 8) } catch { throw .notARecord(error.reason) }
        guard var object = value.objectValue, let number = object["seq"]?.intValue,
            let previous = object["prev"]?.stringValue, let hash = object["hash"]?.stringValue
        else { throw .notARecord("seq, prev and hash are not all there") }
        self.number = number
        self.previous = previous
        self.hash = hash
        if object["healed"] == true, let bytes = object["torn_bytes"]?.intValue,
            let digest = object["torn_digest"]?.stringValue
        {
            torn = (bytes, digest)
        } else {
            torn = nil
        }
        object["hash"] = nil
        guard SHA256.hexDigest(JSONValue.object(object).canonicalJSONBytes) == hash else { throw .wrongHash }
    }
}
