import AirlockCore

extension HTTPRequest {
    /// What would be wrong to send, found before anything is.
    func check(_ configuration: HTTPTransport.Configuration) throws(HTTPError) {
        if url.scheme == .http { try checkPlainHTTP(configuration.plainHTTP) }
        var bytes = 0
        for field in headers.fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isTokenByte) else {
                throw Self.error("a header's name is not a token of RFC 9110", "Use letters, digits and hyphens.")
            }
            guard field.value.revealed.utf8.allSatisfy(Self.isValueByte) else {
                throw Self.error(
                    "the value of the header \(field.name) holds a line break or a control character",
                    "Take it out; a key read from a file often ends in a line break.")
            }
            guard !Self.framing.contains(where: { HTTPHeaders.areEqual($0, field.name) }) else {
                throw Self.error("the header \(field.name) is the transport's to set", "Leave it out.")
            }
            bytes += field.name.utf8.count + field.value.revealed.utf8.count + 4
        }
        guard bytes <= 65536 else { throw Self.error("the headers are larger than 64 KiB", "Send it in the body.") }
        if case .stream(let stream) = body, let length = stream.length, length < 0 {
            throw Self.error("the body's length is negative", "Leave it out where it is not known.")
        }
        if case .none = body {
        } else if method == .get || method == .head {
            throw Self.error("a \(method.rawValue) request has no body", "Use POST, or leave the body out.")
        }
        let timeouts = [
            connectTimeout ?? configuration.connectTimeout, firstByteTimeout ?? configuration.firstByteTimeout,
            totalTimeout ?? configuration.totalTimeout,
        ]
        guard timeouts.allSatisfy({ $0 > .zero }), (maxResponseSize?.bytes ?? 0) >= 0 else {
            throw Self.error(
                "a timeout is not positive, or the maximum size is negative", "Leave it out for the default.")
        }
    }

    private func checkPlainHTTP(_ policy: HTTPTransport.Configuration.PlainHTTP) throws(HTTPError) {
        switch policy {
        case .everywhere: return
        case .loopback where url.isLoopback: return
        case .loopback:
            throw Self.error(
                "\(url) would be sent without encryption", "Use https://; plain http is for this machine's own servers."
            )
        case .never: throw Self.error("\(url) would be sent without encryption", "Use https://.")
        }
    }

    private static func error(_ message: String, _ hint: String) -> HTTPError {
        HTTPError(.invalidRequest, message, hint: hint)
    }

    /// They say where a message ends and where it goes; two opinions about that are how requests are smuggled.
    private static let framing = [
        "content-length", "transfer-encoding", "connection", "keep-alive", "host", "te", "trailer", "upgrade",
        "proxy-authorization", "proxy-connection", "http2-settings",
    ]

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    private static func isValueByte(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }
}
