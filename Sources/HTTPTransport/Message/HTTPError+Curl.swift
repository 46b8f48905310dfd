import AirlockCore
import CLibcurl
import Glibc

extension HTTPError {
    static func malformed(_ url: HTTPURL, cause: String?) -> HTTPError {
        HTTPError(
            .malformed, "\(url) answers with what is no HTTP",
            hint: "Check that the host and port are those of the service.", cause: cause, isSafeToRepeat: false)
    }

    static func largeHeaders(_ transfer: Transfer) -> HTTPError {
        HTTPError(
            .tooLarge(.headers),
            "the headers from \(transfer.url) are larger than \(transfer.configuration.maxHeaderSize)",
            hint: "Check that this is the server that is meant.", isSafeToRepeat: false)
    }

    static func cancelled(_ url: HTTPURL) -> HTTPError { HTTPError(.cancelled, "the request to \(url) was cancelled") }

    static func closed(_ url: HTTPURL) -> HTTPError {
        HTTPError(.closed, "the request to \(url) was ended, because the transport was shut down")
    }

    static func timedOut(_ phase: Phase, _ transfer: Transfer) -> HTTPError {
        let (url, request, configuration) = (transfer.url, transfer.request, transfer.configuration)
        let hint = "Check the network and the service, or allow it more time."
        switch phase {
        case .waiting:
            return HTTPError(
                .timedOut(phase), "no connection to \(url.host) became free in time",
                hint: "Send fewer requests at once, or allow more connections.")
        case .connect:
            let limit = request.connectTimeout ?? configuration.connectTimeout
            return HTTPError(.timedOut(phase), "no connection to \(url.host) in \(limit.shortText)", hint: hint)
        case .firstByte:
            let limit = request.firstByteTimeout ?? configuration.firstByteTimeout
            return HTTPError(.timedOut(phase), "\(url) did not begin to answer in \(limit.shortText)", hint: hint)
        case .total:
            let limit = request.totalTimeout ?? configuration.totalTimeout
            return HTTPError(.timedOut(phase), "\(url) did not answer completely in \(limit.shortText)", hint: hint)
        }
    }

    /// What libcurl's code means (libcurl-errors(3)).
    ///
    /// - Parameter words: libcurl's own about this failure; used where they cannot hold anything of request or response.
    init(_ code: CURLcode, _ transfer: Transfer, curl: CurlLibrary, words: String? = nil, osError: Int = 0) {
        let (url, meaning) = (transfer.url, curl.message(code))
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            let isProxy = code == CURLE_COULDNT_RESOLVE_PROXY
            self.init(
                .resolve, isProxy ? "the proxy's name has no address" : "the name \(url.host) has no address",
                hint: "Check the spelling and the name servers of this machine.", cause: meaning)
        case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED, CURLE_NO_CONNECTION_AVAILABLE:
            self.init(
                .connect, "no connection to \(url.host) on port \(url.port)",
                hint: "Check that the service runs and that no firewall is between.",
                cause: osError > 0 ? String(cString: strerror(Int32(clamping: osError))) : meaning)
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut(.connect, transfer)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ISSUER_ERROR:
            self.init(
                .tls(.certificate), "the certificate of \(url.host) is not to be trusted",
                hint: "Check the host's name and this machine's clock; a private authority has to be configured.",
                cause: words ?? meaning)
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            self.init(
                .tls(.pinnedKey), "the key of \(url.host) is none of the pinned ones",
                hint: "If the service has a new key, pin that; if not, somebody stands between.")
        case CURLE_SSL_CACERT_BADFILE:
            self.init(
                .tls(.authorities), "the file of certificate authorities cannot be read",
                hint: "Check the path, and that it holds PEM; the system's come with the package ca-certificates.")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CLIENTCERT,
            CURLE_USE_SSL_FAILED:
            let oldest = transfer.configuration.tls.minimumVersion.rawValue
            self.init(
                .tls(.handshake), "no agreement on TLS with \(url.host)",
                hint: "TLS \(oldest) or newer is required; an older server has to be allowed by configuration.",
                cause: words ?? meaning)
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND,
            CURLE_HTTP2_STREAM, CURLE_SSL_SHUTDOWN_FAILED:
            self.init(
                .connectionLost, "the connection to \(url.host) ended before the answer was complete",
                hint: "Try again; if it stays so, look at the service's log or at a proxy between.", cause: meaning)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2,
            CURLE_RANGE_ERROR, CURLE_WRITE_ERROR:
            self = .malformed(url, cause: meaning)
        default:
            self.init(
                .internalFailure, "the request to \(url) failed in libcurl", hint: "See the cause.", cause: meaning)
        }
    }
}
