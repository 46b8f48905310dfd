public import AirlockCore

extension HTTPTransport {
    /// How a transport behaves; every default is here.
    public struct Configuration: Sendable {
        /// For name, TCP and TLS together. Default 5 s.
        public var connectTimeout: Duration = .seconds(5)
        /// From the request's last byte to the response's first. Default 30 s.
        public var firstByteTimeout: Duration = .seconds(30)
        /// From the call to the last byte, with redirects and the wait for a free connection. Default 60 s.
        public var totalTimeout: Duration = .seconds(60)

        /// A response's body after decoding; a larger one ends the request with `tooLarge`. Default 64 MiB.
        public var maxResponseSize: ByteCount = .mebibytes(64)
        /// All header lines that a response sends, with interim responses and trailers. Default 64 KiB, at most 100 KiB for
        /// one line.
        public var maxHeaderSize: ByteCount = .kibibytes(64)

        /// Default 8, at least 1. Further requests wait, in order. A host that speaks HTTP/2 gets 100 requests at a time on
        /// each connection.
        public var maxConnectionsPerHost = 8
        /// For all hosts together; idle ones give way. Default 32, at least 1.
        public var maxConnections = 32
        /// How long a connection is kept without use. Default 60 s.
        public var idleConnectionLifetime: Duration = .seconds(60)

        public var tls = TLS()
        /// Whether `http://` URLs are allowed. Default: to this machine only.
        public var plainHTTP = PlainHTTP.loopback
        /// Default: none, whatever the environment says.
        public var proxy: Proxy?
        /// Redirects within a request. Default 5; 0 refuses every one. Those to another scheme, host or port are always
        /// refused, and so are those that would turn another method into GET.
        public var maxRedirects = 5
        /// The `User-Agent` of requests that set none. Default `airlock`.
        public var userAgent = "airlock"
        /// Whether HTTP/2 is offered (by ALPN, over TLS). Default true.
        public var offersHTTP2 = true

        public init() {}
    }
}

extension HTTPTransport.Configuration {
    public struct TLS: Sendable {
        public enum Version: String, Sendable, CaseIterable { case tls12 = "1.2", tls13 = "1.3" }

        /// Who may vouch for a server.
        public enum Authorities: Sendable, Hashable {
            /// The system's.
            case system
            /// Those in this PEM file, and no others.
            case file(String)
        }

        /// The oldest version that is accepted. Default 1.3.
        public var minimumVersion = Version.tls13
        public var authorities = Authorities.system
        /// SHA-256 digests of public keys (SubjectPublicKeyInfo, DER), in base64. Where there are any, the server's key has
        /// to be one of them, besides its certificate being good.
        public var pinnedKeys: [String] = []

        public init() {}
    }

    public enum PlainHTTP: String, Sendable, CaseIterable {
        case never
        /// `localhost`, 127.0.0.0/8 and `[::1]`, as they stand in the URL.
        case loopback
        case everywhere
    }

    /// An HTTP proxy; `https://` requests pass it in a tunnel (CONNECT).
    public struct Proxy: Sendable {
        /// Its place; a path or query is not allowed.
        public var url: HTTPURL
        public var user: String?
        public var password: SecretText?
        /// Hosts that are reached without it: names, with their subdomains, and addresses.
        public var exceptions: [String]

        public init(url: HTTPURL, user: String? = nil, password: SecretText? = nil, exceptions: [String] = []) {
            self.url = url
            self.user = user
            self.password = password
            self.exceptions = exceptions
        }
    }
}

extension HTTPTransport.Configuration {
    /// - Throws: `invalidRequest` that names the field.
    func check() throws(HTTPError) {
        func require(_ holds: Bool, _ name: String, _ allowed: String) throws(HTTPError) {
            guard !holds else { return }
            throw HTTPError(
                .invalidRequest, "\(name) of the transport is out of range", hint: "It has to be \(allowed).")
        }
        let timeouts = [
            ("connectTimeout", connectTimeout), ("firstByteTimeout", firstByteTimeout), ("totalTimeout", totalTimeout),
            ("idleConnectionLifetime", idleConnectionLifetime),
        ]
        for (name, timeout) in timeouts { try require(timeout > .zero, name, "longer than nothing") }
        try require(maxResponseSize.bytes >= 0, "maxResponseSize", "0 or more")
        try require(maxHeaderSize.bytes >= 256, "maxHeaderSize", "256 bytes or more")
        try require((1...4096).contains(maxConnectionsPerHost), "maxConnectionsPerHost", "between 1 and 4096")
        try require((1...65536).contains(maxConnections), "maxConnections", "between 1 and 65536")
        try require((0...50).contains(maxRedirects), "maxRedirects", "between 0 and 50")
        try require(
            userAgent.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "userAgent", "printable ASCII")
        for pin in tls.pinnedKeys {
            // 32 bytes in base64: 43 characters and one filler.
            let isDigest =
                pin.utf8.count == 44 && pin.hasSuffix("=")
                && pin.utf8.dropLast().allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                        || $0 == 0x2B || $0 == 0x2F
                }
            try require(isDigest, "tls.pinnedKeys", "the base64 of 32 bytes each, 44 characters")
        }
        if case .file(let path) = tls.authorities {
            try require(!path.isEmpty && !path.utf8.contains(0), "tls.authorities", "a path")
        }
        guard let proxy else { return }
        try require(proxy.url.path == "/" && proxy.url.query == nil, "proxy.url", "without a path or query")
        let user = proxy.user ?? ""
        try require(
            !user.utf8.contains(where: { $0 < 0x20 || $0 == 0x3A }), "proxy.user",
            "free of colons and control characters")
        try require(
            proxy.exceptions.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x2D...0x7A).contains($0) } },
            "proxy.exceptions", "names and addresses")
    }
}
