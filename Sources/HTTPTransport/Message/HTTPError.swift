public import AirlockCore

/// Why there is no response.
///
/// It holds no header, no query of a URL and no byte of a body: it may be logged as it is.
public struct HTTPError: Error, Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// The request or the configuration is wrong; nothing was tried.
        case invalidRequest
        /// libcurl is missing, too old, or could not be set up.
        case libraryUnavailable
        /// The host's name, or the proxy's, has no address.
        case resolve
        /// No connection could be made.
        case connect
        case tls(TLSFault)
        case timedOut(Phase)
        case tooLarge(Part)
        /// The caller's task was cancelled.
        case cancelled
        /// The transport was shut down.
        case closed
        /// The connection ended or broke before the response was complete.
        case connectionLost
        /// The server sent what is no HTTP.
        case malformed
        case redirectRefused
        /// The request's body could not be made.
        case bodyFailed
        /// Memory or descriptors ran out, or libcurl failed in a way it should not.
        case internalFailure
    }

    public enum TLSFault: String, Sendable, Hashable {
        /// The server's certificate is expired, for another name, or of an authority that is not trusted.
        case certificate
        /// The server's key is none of the pinned ones.
        case pinnedKey = "pinned_key"
        /// The two sides did not agree on a version or a cipher.
        case handshake
        /// The file of authorities cannot be read.
        case authorities
    }

    public enum Phase: String, Sendable, Hashable {
        /// Waiting for one of the host's connections to become free.
        case waiting
        /// Name, TCP and TLS.
        case connect
        /// From the request's last byte to the response's first.
        case firstByte = "first_byte"
        /// The whole.
        case total
    }

    public enum Part: String, Sendable, Hashable { case headers, body }

    public var kind: Kind
    /// One sentence a user can act on, without a final stop.
    public var message: String
    /// What to do about it.
    public var hint: String?
    /// What lies beneath, in libcurl's or the system's words.
    public var cause: String?
    /// Whether no byte of the request was sent, so that the server cannot have acted on it. It says nothing about whether
    /// another try would fare better.
    public var isSafeToRepeat: Bool
    /// What was measured until then; `nil` where nothing was tried.
    public var timings: HTTPTimings?

    public init(
        _ kind: Kind, _ message: String, hint: String? = nil, cause: String? = nil, isSafeToRepeat: Bool = true,
        timings: HTTPTimings? = nil
    ) {
        self.kind = kind
        self.message = message
        self.hint = hint
        self.cause = cause
        self.isSafeToRepeat = isSafeToRepeat
        self.timings = timings
    }
}

extension HTTPError.Kind {
    /// A stable name, for metrics and logs: `timeout_first_byte`, `tls_certificate`.
    public var name: String {
        switch self {
        case .invalidRequest: "invalid_request"
        case .libraryUnavailable: "library_unavailable"
        case .resolve: "resolve"
        case .connect: "connect"
        case .tls(let fault): "tls_\(fault.rawValue)"
        case .timedOut(let phase): "timeout_\(phase.rawValue)"
        case .tooLarge(let part): "too_large_\(part.rawValue)"
        case .cancelled: "cancelled"
        case .closed: "closed"
        case .connectionLost: "connection_lost"
        case .malformed: "malformed"
        case .redirectRefused: "redirect_refused"
        case .bodyFailed: "body_failed"
        case .internalFailure: "internal_failure"
        }
    }
}

extension HTTPError: CustomStringConvertible {
    public var description: String {
        message + (cause.map { " (\($0))" } ?? "") + (hint.map { ". \($0)" } ?? "")
    }
}

extension AirlockError {
    /// What a failed request is at a module's border.
    public init(_ error: HTTPError) {
        let code: Code =
            switch error.kind {
            case .invalidRequest: .invalidArgument
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            case .closed, .internalFailure: .internalError
            default: .upstreamFailed
            }
        self.init(code, error.message, hint: error.hint, cause: error.cause)
    }
}
