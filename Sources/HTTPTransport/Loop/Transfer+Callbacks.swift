import AirlockCore
import CLibcurl

/// What libcurl's callbacks come down to. All of it runs where the engine does.
extension Transfer {
    private func fail(_ error: HTTPError) {
        if failure == nil { failure = error }
    }

    /// The connection stands, with TLS, and the request is about to go out.
    func connectionIsReady() { restartFirstByte() }

    private func restartFirstByte() {
        deadlines.firstByte = Monotonic.deadline(
            request.firstByteTimeout ?? configuration.firstByteTimeout, from: Monotonic.now)
    }

    // MARK: The response

    /// - Returns: `false` to end the transfer.
    func takeHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        deadlines.firstByte = .max
        switch head.take(line) {
        case .more: return true
        case .complete: return headIsComplete()
        case .tooLarge: fail(.largeHeaders(self))
        case .malformed: fail(.malformed(url, cause: "a header line is none"))
        }
        return false
    }

    private func headIsComplete() -> Bool {
        let decision = RedirectPolicy.decide(
            status: head.status, location: head.headers["location"], request: request, url: url, followed: redirects,
            maximum: configuration.maxRedirects)
        switch decision {
        case .follow(let target):
            redirectTarget = target
            return true
        case .refuse(let reason):
            fail(
                HTTPError(
                    .redirectRefused, "\(reason) (\(url))",
                    hint: "Give the URL that the server redirects to, if that is the one you mean.",
                    isSafeToRepeat: false))
            return false
        case .none: break
        }
        // An error's page may be cut; a result must not be.
        if (200..<300).contains(head.status), head.status != 204, request.method != .head, !head.saysWhereBodyEnds {
            fail(.malformed(url, cause: "it does not say where its body ends"))
            return false
        }
        // What a HEAD response announces does not come.
        if request.method != .head, let length = head.headers["content-length"].flatMap(Int.init) {
            guard length <= maxBodyBytes else {
                fail(tooLargeBody)
                return false
            }
            if channel == nil { body.reserveCapacity(min(length, 1 << 20)) }
        }
        if channel != nil, let continuation = continuation.take() {
            continuation.resume(returning: .success(Answer(status: head.status, headers: head.headers, url: url)))
        }
        return true
    }

    private var tooLargeBody: HTTPError {
        HTTPError(
            .tooLarge(.body), "the response of \(url) is larger than \(ByteCount(maxBodyBytes))",
            hint: "Ask for less of it, or raise the maximum response size.", isSafeToRepeat: false)
    }

    /// - Returns: as a write callback does: the count, or that the transfer pauses or ends.
    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count <= maxBodyBytes - bodyBytes else {
            fail(tooLargeBody)
            return Int(CURL_WRITEFUNC_ERROR)
        }
        if redirectTarget == nil {
            if let channel {
                guard channel.offer(bytes) else { return Int(CURL_WRITEFUNC_PAUSE) }
            } else {
                body.append(contentsOf: bytes)
            }
        }
        bodyBytes += bytes.count
        return bytes.count
    }

    // MARK: The request's body

    /// - Returns: as a read callback does: the count, 0 at the end, or that the transfer pauses or ends.
    func giveBody(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        // The first byte is waited for from the request's last.
        restartFirstByte()
        guard let upload else {
            guard case .bytes(let bytes) = request.body else { return 0 }
            let count = min(buffer.count, bytes.count - sentOffset)
            buffer.copyBytes(from: bytes[sentOffset..<(sentOffset + count)])
            sentOffset += count
            return count
        }
        switch upload.read(into: buffer) {
        case .bytes(let count): return count
        case .end: return 0
        case .wait:
            deadlines.firstByte = .max
            return Int(CURL_READFUNC_PAUSE)
        case .failed(let reason):
            fail(
                HTTPError(
                    .bodyFailed, "the body for \(url) could not be sent", hint: "The request was not completed.",
                    cause: reason))
            return Int(CURL_READFUNC_ABORT)
        }
    }

    /// libcurl wants to send the body again, from `offset`.
    func rewindBody(to offset: Int) -> Bool {
        guard upload == nil, case .bytes(let bytes) = request.body, (0...bytes.count).contains(offset) else {
            return false
        }
        sentOffset = offset
        return true
    }
}
