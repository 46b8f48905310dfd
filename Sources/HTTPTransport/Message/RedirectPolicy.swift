/// Whether a response sends the request elsewhere, and whether it may.
enum RedirectPolicy {
    enum Decision: Equatable {
        /// The response is the answer.
        case none
        case follow(HTTPURL)
        case refuse(String)
    }

    /// - Parameters:
    ///   - url: where the response came from.
    ///   - followed: how many redirects led there.
    static func decide(
        status: Int, location: String?, request: HTTPRequest, url: HTTPURL, followed: Int, maximum: Int
    ) -> Decision {
        // 300 and 304 are answers; so is a redirect that does not say where to.
        guard [301, 302, 303, 307, 308].contains(status), let location else { return .none }
        let target: HTTPURL
        do throws(HTTPError) {
            target = try url.resolving(location)
        } catch {
            return .refuse("the server redirects to what is no http or https URL")
        }
        guard target.origin == url.origin else {
            return .refuse(
                "the server redirects to \(target.scheme)://\(target.host):\(target.port), which is another place")
        }
        guard followed < maximum else { return .refuse("the server redirects more than \(maximum) times") }
        guard request.method == .get || request.method == .head || status == 307 || status == 308 else {
            return .refuse("the server answers \(request.method.rawValue) with \(status), which would make it a GET")
        }
        if case .stream = request.body { return .refuse("the server redirects a body that can be sent once only") }
        return .follow(target)
    }
}
