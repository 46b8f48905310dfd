import AirlockCore
import CLibcurl

extension Transfer {
    /// Sets every option of a fresh handle. Nothing is left to the environment or to libcurl's defaults where it matters.
    func configure(_ handle: EasyHandle, counts: TransportCounts) {
        handle.setCallbacks(TransferCallbacks(), context: Unmanaged.passUnretained(self).toOpaque())
        handle.setSocketCallbacks(SocketCallbacks(), context: Unmanaged.passUnretained(counts).toOpaque())
        handle.set(CURLOPT_URL, url.text)
        handle.set(CURLOPT_PATH_AS_IS, 1)
        handle.set(CURLOPT_PROTOCOLS_STR, url.scheme.rawValue)
        handle.set(CURLOPT_HTTP09_ALLOWED, 0)
        handle.set(CURLOPT_FOLLOWLOCATION, 0)
        handle.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        handle.set(CURLOPT_ACCEPT_ENCODING, "")
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, connectMilliseconds)
        setConnectionOptions(handle)
        setTLSOptions(handle)
        setProxyOptions(handle)
        setMethodAndBody(handle)
        handle.setHeaders(headerLines)
    }

    private var connectMilliseconds: Int {
        Monotonic.milliseconds(request.connectTimeout ?? configuration.connectTimeout)
    }

    private func setConnectionOptions(_ handle: EasyHandle) {
        // libcurl's own handling of signals is not for a program with threads.
        handle.set(CURLOPT_NOSIGNAL, 1)
        // Without it, a cancelled transfer waits for a name server that does not answer.
        handle.set(CURLOPT_QUICK_EXIT, 1)
        handle.set(CURLOPT_TCP_KEEPALIVE, 1)
        handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        handle.set(
            CURLOPT_MAXAGE_CONN, max(1, Monotonic.milliseconds(configuration.idleConnectionLifetime) / 1000))
        // See HTTPRequest.isIdempotent.
        handle.set(CURLOPT_FRESH_CONNECT, request.isIdempotent ? 0 : 1)
        let version = url.scheme == .https && configuration.offersHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        handle.set(CURLOPT_HTTP_VERSION, version)
        // Rather wait for a connection that is being made than make another, if it turns out to speak HTTP/2.
        handle.set(CURLOPT_PIPEWAIT, version == CURL_HTTP_VERSION_2TLS ? 1 : 0)
    }

    private func setTLSOptions(_ handle: EasyHandle) {
        handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        let oldest = configuration.tls.minimumVersion == .tls13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2
        handle.set(CURLOPT_SSLVERSION, oldest)
        if case .file(let path) = configuration.tls.authorities {
            handle.set(CURLOPT_CAINFO, path)
            // The directory of the system's authorities would be trusted as well.
            handle.set(CURLOPT_CAPATH, nil)
        }
        if !configuration.tls.pinnedKeys.isEmpty {
            let pins = configuration.tls.pinnedKeys.map { "sha256//\($0)" }.joined(separator: ";")
            handle.set(CURLOPT_PINNEDPUBLICKEY, pins)
        }
    }

    private func setProxyOptions(_ handle: EasyHandle) {
        // Empty, not absent: absent means the environment's.
        guard let proxy = configuration.proxy else {
            handle.set(CURLOPT_PROXY, "")
            handle.set(CURLOPT_NOPROXY, "*")
            return
        }
        // A proxy's own certificate is the system's authorities' to vouch for: the file speaks of the servers.
        let origin = proxy.url.origin
        handle.set(CURLOPT_PROXY, "\(origin.scheme)://\(origin.host):\(origin.port)")
        handle.set(CURLOPT_NOPROXY, proxy.exceptions.joined(separator: ","))
        if let user = proxy.user { handle.set(CURLOPT_PROXYUSERNAME, user) }
        if let password = proxy.password { handle.set(CURLOPT_PROXYPASSWORD, password.reveal()) }
    }

    /// Bodies up to this size leave in one write with their headers.
    private static var copiedBodyBytes: Int { 64 << 10 }

    private func setMethodAndBody(_ handle: EasyHandle) {
        switch request.body {
        case .none:
            if request.method == .head {
                handle.set(CURLOPT_NOBODY, 1)
            } else if request.method == .get {
                handle.set(CURLOPT_HTTPGET, 1)
            } else if request.method == .post || request.method == .put || request.method == .patch {
                // With a length of 0: some servers refuse such a method without one.
                handle.setBody([])
            }
        case .bytes(let bytes) where bytes.count <= Self.copiedBodyBytes:
            handle.setBody(bytes)
        case .bytes(let bytes):
            handle.set(CURLOPT_POST, 1)
            handle.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: bytes.count)
        case .stream(let stream):
            handle.set(CURLOPT_POST, 1)
            handle.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: stream.length ?? -1)
        }
        if request.method != .get, request.method != .head, request.method != .post {
            handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    private var headerLines: [String] {
        var lines = request.headers.fields.map { field in
            let value = field.value.revealed
            // libcurl takes `Name:` as the wish to leave the header out, and `Name;` as one with an empty value.
            return value.allSatisfy { $0 == " " || $0 == "\t" } ? "\(field.name);" : "\(field.name): \(value)"
        }
        // What libcurl would add by itself.
        for name in ["Expect", "Content-Type"] where request.headers[name] == nil { lines.append("\(name):") }
        if request.headers["User-Agent"] == nil, !configuration.userAgent.isEmpty {
            lines.append("User-Agent: \(configuration.userAgent)")
        }
        return lines
    }
}
