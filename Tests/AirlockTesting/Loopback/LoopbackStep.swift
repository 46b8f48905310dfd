import Foundation

/// What a ``LoopbackServer`` does next on a connection.
public enum LoopbackStep: Sendable {
    case bytes([UInt8])
    /// The same bytes again and again, without holding them all.
    case repeated([UInt8], times: Int)
    /// Waits until the test opens the gate.
    case waitFor(LoopbackGate)
    /// Sends nothing until the client hangs up.
    case waitForHangUp
    /// Ends the connection with a TCP reset.
    case reset
    case close

    public static func text(_ text: String) -> LoopbackStep { .bytes(Array(text.utf8)) }

    /// A whole response.
    public static func response(
        _ status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = []
    ) -> LoopbackStep {
        .bytes(Array(head(status, headers: headers, length: body.count).utf8) + body)
    }

    public static func response(
        _ status: Int = 200, headers: [(String, String)] = [], body: String
    ) -> LoopbackStep {
        response(status, headers: headers, body: Array(body.utf8))
    }

    /// A response's head alone.
    ///
    /// - Parameter length: `nil` to say none.
    public static func head(_ status: Int = 200, headers: [(String, String)] = [], length: Int?) -> String {
        var lines = ["HTTP/1.1 \(status) Scripted"] + headers.map { "\($0.0): \($0.1)" }
        if let length { lines.append("Content-Length: \(length)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// A piece of a body that is sent with `Transfer-Encoding: chunked`; an empty one is its end.
    public static func chunk(_ text: String) -> LoopbackStep {
        .text("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }
}

/// Keeps a server from going on until the test says so.
public final class LoopbackGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    public init() {}

    public func open() { semaphore.signal() }

    func wait() {
        semaphore.wait()
        // Once open, it stays open.
        semaphore.signal()
    }
}
