import AirlockCore

@testable import Broker

/// What a script writes to the broker, as parts with a zero byte between them. A part is the body of a frame, or begins
/// with a byte that says otherwise: see ``Step``. However the stream is cut, the same comes of it, and the state machine
/// keeps its promises.
enum FramesFuzz: FuzzTarget {
    static let name = "frames"

    /// What happens in a run.
    enum Step {
        case stream([UInt8])
        /// The driver answers the n-th running call with so many rows.
        case answer(Int, rows: Int)
        case fail(Int)
        case timeOut(Int)
        case wait(Duration)

        init(_ part: ArraySlice<UInt8>) {
            let rest = part.dropFirst()
            let (first, second) = (Int(rest.first ?? 0), Int(rest.dropFirst().first ?? 0))
            switch part.first {
            case 1: self = .stream(Array(rest))
            case 2: self = .answer(first, rows: second)
            case 3: self = .fail(first)
            case 4: self = .timeOut(first)
            case 5: self = .wait(.milliseconds(50 * first))
            default:
                let length = UInt32(truncatingIfNeeded: part.count)
                self = .stream((0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * $0)) } + part)
            }
        }
    }

    static let maxFrameBytes = 4096

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        let steps = parts(of: bytes, atMost: 200).map(Step.init)
        let stream = steps.flatMap { step in if case .stream(let bytes) = step { bytes } else { [UInt8]() } }
        let frames = try framesHoweverCut(stream)
        var requested: [RequestID] = []
        for frame in frames {
            guard let message = try message(in: frame) else { break }
            switch message {
            case .request(let id, _, _): requested.append(id)
            case .notification(let method, let params): try checkNotification(method, params)
            }
        }
        try RunCheck(requested).run(steps, cutting: Cuts(for: bytes))
    }

    /// Frames and violation are the same for the stream in one piece, in single bytes, and cut anywhere.
    private static func framesHoweverCut(_ stream: [UInt8]) throws(Complaint) -> [[UInt8]] {
        let whole = decoded(stream) { stream.count }
        var cuts = Cuts(for: stream)
        let cut = decoded(stream) { cuts.next(upTo: 64) }
        let bytewise = stream.count <= 1024 ? decoded(stream) { 1 } : whole
        for other in [cut, bytewise] {
            try hold(other.frames == whole.frames, "\(whole.frames.count) frames become \(other.frames.count)")
            try hold(other.violation == whole.violation, "another violation when the stream is cut")
            try hold(other.isMidFrame == whole.isMidFrame, "another end when the stream is cut")
        }
        if let violation = whole.violation { try ErrorRules.sentence(violation.reason) }
        try hold(whole.frames.reduce(0) { $0 + $1.count + 4 } <= stream.count, "frames out of nothing")
        return whole.frames
    }

    private static func decoded(
        _ stream: [UInt8], _ length: () -> Int
    ) -> (frames: [[UInt8]], violation: Violation?, isMidFrame: Bool) {
        var decoder = FrameDecoder(maxFrameBytes: maxFrameBytes)
        var frames: [[UInt8]] = []
        var rest = stream[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(length())
            rest = rest.dropFirst(chunk.count)
            let (more, violation) = chunk.withUnsafeBytes { decoder.append($0) }
            frames += more
            if let violation { return (frames, violation, false) }
        }
        return (frames, nil, decoder.isMidFrame)
    }

    /// - Returns: `nil` for a frame that is none.
    private static func message(in frame: [UInt8]) throws(Complaint) -> GuestMessage? {
        let message: GuestMessage
        do throws(Violation) {
            message = try GuestMessage(frame: frame)
        } catch {
            try ErrorRules.sentence(error.reason)
            return nil
        }
        var members: JSONObject = ["jsonrpc": "2.0"]
        switch message {
        case .request(let id, let method, let params):
            (members["id"], members["method"], members["params"]) = (id.jsonValue, .string(method), .object(params))
        case .notification(let method, let params):
            (members["method"], members["params"]) = (.string(method), .object(params))
        }
        guard let again = try? GuestMessage(frame: JSONValue.object(members).jsonBytes) else {
            throw Complaint("a message that cannot be read again")
        }
        switch (message, again) {
        case (.request(let a, let b, let c), .request(let d, let e, let f)):
            try hold(a == d && b.utf8.elementsEqual(e.utf8) && c == f, "a request that reads otherwise")
        case (.notification(let a, let b), .notification(let c, let d)):
            try hold(a.utf8.elementsEqual(c.utf8) && b == d, "a notification that reads otherwise")
        default: throw Complaint("a message of another kind")
        }
        return message
    }

    private static func checkNotification(_ method: String, _ params: JSONObject) throws(Complaint) {
        let notification: GuestNotification
        do throws(InvalidNotification) {
            notification = try GuestNotification(method: method, params: params)
        } catch {
            return try ErrorRules.sentence(error.message)
        }
        switch notification {
        case .output(.artifact(let artifact)):
            try hold(Artifact.fault(ofName: artifact.name) == nil, "an artifact of a bad name")
        case .output(.table(_, let table)): try checkTable(table)
        case .output(.chart(let chart)): try checkTable(chart.data)
        default: break
        }
    }

    private static func checkTable(_ table: Table) throws(Complaint) {
        try hold(table.rows.allSatisfy { $0.count == table.columns.count }, "a ragged table")
    }
}
