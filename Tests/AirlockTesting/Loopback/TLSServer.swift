import Foundation

/// A TLS server on 127.0.0.1, made of Python's `ssl`: it answers every request with 200 and the version of TLS, or as it
/// is told where it speaks HTTP/2.
public final class TLSServer: Sendable {
    public enum Offer: String, Sendable {
        case tls13
        /// TLS 1.2 and nothing newer.
        case tls12
        /// TLS 1.3 with HTTP/2 (ALPN `h2`).
        case http2
        /// TLS 1.3; a body without a length, and then the end of the connection without TLS's close_notify.
        case cut
    }

    private let child: Child
    public let port: Int

    /// - Parameter answers: for HTTP/2, a letter for each request of a connection: `b` is 3,000,000 bytes, `h` no answer, `r`
    ///   a reset of the stream, anything else, also for what is not named, 6 bytes.
    public init(
        _ authority: TestAuthority, _ certificate: TestAuthority.Certificate, _ offer: Offer = .tls13,
        answers: String = ""
    ) throws {
        child = try Child(
            [
                "/usr/bin/python3", "-I", "-S", "-u", "-c", Self.script, authority.certificateFile(certificate),
                authority.keyFile(certificate), offer.rawValue, answers,
            ], environment: ["LANG": "C.UTF-8"])
        guard let line = child.readLine(), let port = Int(line) else { throw TestAuthority.Failure(text: "no port") }
        self.port = port
    }

    deinit { child.signal(SIGKILL) }

    public func url(_ path: String = "/", host: String = "localhost") -> String { "https://\(host):\(port)\(path)" }
}
