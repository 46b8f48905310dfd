import AirlockCore
import AirlockTesting

@testable import HTTPTransport

/// A transport with short timeouts, so that a fault of its own shows soon; what tests of timeouts need, they set.
func makeTransport(
    _ change: (inout HTTPTransport.Configuration) -> Void = { _ in }
) throws(HTTPError) -> HTTPTransport {
    var configuration = HTTPTransport.Configuration()
    configuration.totalTimeout = .seconds(30)
    change(&configuration)
    return try HTTPTransport(configuration)
}

extension LoopbackServer {
    func request(
        _ path: String = "/", _ method: HTTPMethod = .get, headers: HTTPHeaders = [:], body: HTTPRequest.Body = .none
    ) throws -> HTTPRequest {
        HTTPRequest(method, try HTTPURL(url(path)), headers: headers, body: body)
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// The error that a request ends with.
func failure(_ body: () async throws -> Void) async -> HTTPError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? HTTPError
    }
}
