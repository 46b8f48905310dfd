public import AirlockCore

/// What is to go wrong, rule by rule. The same script and the same calls give the same faults.
///
/// JSON: `{"seed": 7, "rules": [{"path": "/batch/", "calls": [1, 3], "fault": "server_error"}]}`. All of a rule's
/// conditions have to hold, and the first rule that does decides. See `docs/posthog-server.md`.
public struct FaultScript: Sendable, Hashable {
    public var seed: UInt64
    public var rules: [FaultRule]
    /// What a client gets that opens a TLS connection.
    public var tls: TLSFault

    public init(seed: UInt64 = 0, rules: [FaultRule] = [], tls: TLSFault = .plainText) {
        self.seed = seed
        self.rules = rules
        self.tls = tls
    }

    /// Reads a script.
    ///
    /// - Throws: `invalid_argument` with every problem of it.
    public init(json text: String, named name: String = "--faults") throws(AirlockError) {
        let value: JSONValue
        do {
            value = try JSONValue(json: text)
        } catch {
            throw AirlockError(
                .invalidArgument, "the fault script is not JSON: \(error.reason)",
                at: .file(name, line: error.line, column: error.column))
        }
        var reader = FaultReader()
        self = reader.script(value)
        guard reader.problems.isEmpty else {
            throw AirlockError(
                .invalidArgument, "the fault script cannot be followed", at: .file(name),
                hint: "docs/posthog-server.md lists what a rule may say.", problems: reader.problems)
        }
    }
}

/// When something goes wrong, and what.
public struct FaultRule: Sendable, Hashable {
    /// Which of the calls that match otherwise.
    public enum Calls: Sendable, Hashable {
        case all
        /// By their number, from 1.
        case numbers(Set<Int>)
        /// From one number to another, each `every`th.
        case range(from: Int, to: Int, every: Int)

        func contains(_ number: Int) -> Bool {
            switch self {
            case .all: true
            case .numbers(let numbers): numbers.contains(number)
            case .range(let from, let to, let every): number >= from && number <= to && (number - from) % every == 0
            }
        }
    }

    /// `nil` for any.
    public var method: String?
    /// With `*` for any run of characters.
    public var path: String
    public var calls: Calls
    /// The share of the calls that it hits, 0 to 1, drawn by the script's seed and the call's number.
    public var share: Double
    public var fault: Fault

    public init(
        method: String? = nil, path: String = "*", calls: Calls = .all, share: Double = 1, fault: Fault
    ) {
        self.method = method
        self.path = path
        self.calls = calls
        self.share = share
        self.fault = fault
    }

    func matches(_ request: HTTPRequest) -> Bool {
        (method == nil || method == request.method)
            && Self.matches(Array(path.utf8)[...], Array(request.path.utf8)[...])
    }

    /// In time that grows with the product of the lengths at most: only the last star is gone back to.
    static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        let star = UInt8(ascii: "*")
        var (place, position) = (pattern.startIndex, text.startIndex)
        var retry: (place: Int, position: Int)?
        while position < text.endIndex {
            if place < pattern.endIndex, pattern[place] == star {
                retry = (place + 1, position)
                place += 1
            } else if place < pattern.endIndex, pattern[place] == text[position] {
                place += 1
                position += 1
            } else if let last = retry {
                retry = (last.place, last.position + 1)
                (place, position) = (last.place, last.position + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == star }
    }
}

/// What goes wrong. The parts of one fault are combined: a late answer can be slow and cut off too.
public struct Fault: Sendable, Hashable {
    /// The answer instead of the endpoint's; `nil` for the endpoint's own.
    public var reply: FaultReply?
    /// Whether the endpoint does its work although its answer is replaced: the event is kept, and nobody learns of it.
    public var isHandled: Bool
    public var wire: WireFault
    /// Takes the place of scheme, host and port in `next` and `previous`.
    public var nextOrigin: String?

    public init(
        reply: FaultReply? = nil, isHandled: Bool = false, wire: WireFault = WireFault(), nextOrigin: String? = nil
    ) {
        self.reply = reply
        self.isHandled = isHandled
        self.wire = wire
        self.nextOrigin = nextOrigin
    }
}

/// An answer that a fault gives.
public struct FaultReply: Sendable, Hashable {
    public var status: Int
    public var headers: [String: String]
    public var body: [UInt8]

    public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    var response: HTTPResponse {
        HTTPResponse(
            status: status, headers: headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, body: body)
    }
}
