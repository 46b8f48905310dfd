internal import AirlockCore
internal import HTTPTransport

/// One request to PostHog, as the driver means it.
struct PostHogRequest: Sendable {
    /// Which host it goes to, and with it which key.
    enum Side: Sendable, Hashable {
        /// Queries, objects; the personal key.
        case app
        /// Events, flags; the project key, in the body.
        case ingestion
    }

    enum Group: Sendable, Hashable { case queries, objects, ingestion }

    /// A constant name, for logs and metrics.
    var name: String
    var group: Group
    var method: HTTPMethod
    /// Below the project, as `query/`; beginning with `/`, below the host. Always with a final slash: PostHog redirects
    /// without, and the body of a POST is lost on the way.
    var path: String
    var query: [(name: String, value: String)] = []
    var body: JSONValue?
    /// JSON that was written, and maybe packed, already; takes the place of ``body``.
    var packed: PackedBody?
    var headers: [(name: String, value: String)] = []
    /// Whether PostHog may get it twice.
    var isRepeatable: Bool
    /// Whether identical ones share an answer, and how old it may be.
    var isShared = false
    var maximumAge: Duration = .zero
    var timeout: Duration?
    /// Of the app's requests, which key goes with it.
    var key = Key.personal

    enum Key: Sendable { case personal, projectSecret }

    /// The name of the requests that ask how an asynchronous query is getting on.
    static let queryStatus = "query_status"

    static func get(_ name: String, _ path: String, query: [(name: String, value: String)] = []) -> PostHogRequest {
        PostHogRequest(
            name: name, group: .objects, method: .get, path: path, query: query, isRepeatable: true, isShared: true)
    }

    static func write(_ name: String, _ method: HTTPMethod, _ path: String, _ body: JSONValue) -> PostHogRequest {
        PostHogRequest(name: name, group: .objects, method: method, path: path, body: body, isRepeatable: false)
    }

    var side: Side { group == .ingestion ? .ingestion : .app }
}

struct PackedBody: Sendable {
    var bytes: [UInt8]
    /// `gzip`, or `nil`.
    var coding: String?

    init(bytes: [UInt8], coding: String? = nil) {
        self.bytes = bytes
        self.coding = coding
    }
}

/// What PostHog answered.
struct PostHogAnswer: Sendable {
    var status: Int
    /// `null` for an empty body.
    var body: JSONValue
    /// Of the body on the wire after decoding, in bytes.
    var size: Int
    var entityTag: String?
    var date: String?
}
