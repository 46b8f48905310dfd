import AirlockCore
import CLibcurl

extension EasyHandle {
    /// Sets every option that is the same for all requests of a transport: each time, of a fresh handle. Nothing is left to
    /// the environment or to libcurl's defaults where it matters.
    func prepare(_ configuration: HTTPTransport.Configuration, counts: TransportCounts) {
        setSocketCallbacks(SocketCallbacks(), context: Unmanaged.passUnretained(counts).toOpaque())
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_ACCEPT_ENCODING, "")
        // libcurl's own handling of signals is not for a program with threads.
        set(CURLOPT_NOSIGNAL, 1)
        // Without it, a cancelled transfer waits for a name server that does not answer.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_MAXAGE_CONN, max(1, Monotonic.milliseconds(configuration.idleConnectionLifetime) / 1000))
        prepareTLS(configuration.tls)
        prepareProxy(configuration.proxy)
    }

    private func prepareTLS(_ tls: HTTPTransport.Configuration.TLS) {
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, tls.minimumVersion == .tls13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2)
        if case .file(let path) = tls.authorities {
            set(CURLOPT_CAINFO, path)
            // The directory of the system's authorities would be trusted as well.
            set(CURLOPT_CAPATH, nil)
        }
        if !tls.pinnedKeys.isEmpty {
            set(CURLOPT_PINNEDPUBLICKEY, tls.pinnedKeys.map { "sha256//\($0)" }.joined(separator: ";"))
        }
    }

    private func prepareProxy(_ proxy: HTTPTransport.Configuration.Proxy?) {
        // Empty, not absent: absent means the environment's.
        guard let proxy else {
            set(CURLOPT_PROXY, "")
            set(CURLOPT_NOPROXY, "*")
            return
        }
        // A proxy's own certificate is the system's authorities' to vouch for: the file speaks of the servers.
        let origin = proxy.url.origin
        set(CURLOPT_PROXY, "\(origin.scheme)://\(origin.host):\(origin.port)")
        set(CURLOPT_NOPROXY, proxy.exceptions.joined(separator: ","))
        if let user = proxy.user { set(CURLOPT_PROXYUSERNAME, user) }
        if let password = proxy.password { set(CURLOPT_PROXYPASSWORD, password.reveal()) }
    }
}

extension Transfer {
    /// Sets the request's own options of a handle that was prepared.
    func configure(_ handle: EasyHandle) {
        handle.setCallbacks(TransferCallbacks(), context: Unmanaged.passUnretained(self).toOpaque())
        handle.set(CURLOPT_URL, url.text)
        handle.set(CURLOPT_PROTOCOLS_STR, url.scheme.rawValue)
        handle.set(
            CURLOPT_CONNECTTIMEOUT_MS, Monotonic.milliseconds(request.connectTimeout ?? configuration.connectTimeout))
        // See HTTPRequest.isIdempotent.
        handle.set(CURLOPT_FRESH_CONNECT, request.isIdempotent ? 0 : 1)
        let version = url.scheme == .https && configuration.offersHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        handle.set(CURLOPT_HTTP_VERSION, version)
        // Rather wait for a connection that is being made than make another, if it turns out to speak HTTP/2.
        handle.set(CURLOPT_PIPEWAIT, version == CURL_HTTP_VERSION_2TLS ? 1 : 0)
        setMethodAndBody(handle)
        handle.setHeaders(headerLines)
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
