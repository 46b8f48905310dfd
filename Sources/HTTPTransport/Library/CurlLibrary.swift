import CLibcurl

/// libcurl, loaded when it is first asked for.
///
/// `@unchecked`: the table behind the pointer is written before anybody sees it, and never again.
struct CurlLibrary: @unchecked Sendable {
    let functions: airlock_curl_ref

    /// The one of this process. It is loaded and set up once (curl_global_init(3)) and stays.
    static let shared = load("libcurl.so.4")

    static func load(_ name: String) -> Result<CurlLibrary, HTTPError> {
        var missing: UnsafePointer<CChar>?
        guard let functions = airlock_curl_load(name, &missing) else {
            return .failure(unavailable("could not be loaded", cause: missing.map { String(cString: $0) }))
        }
        let library = CurlLibrary(functions: functions)
        guard let version = airlock_curl_version(functions)?.pointee, version.version_num >= 0x075800 else {
            return .failure(unavailable("is older than 7.88", cause: nil))
        }
        guard version.features & CURL_VERSION_SSL != 0 else {
            return .failure(unavailable("was built without TLS", cause: nil))
        }
        let code = airlock_curl_global_init(functions)
        guard code == CURLE_OK else {
            return .failure(unavailable("could not be set up", cause: library.message(code)))
        }
        return .success(library)
    }

    private static func unavailable(_ what: String, cause: String?) -> HTTPError {
        HTTPError(
            .libraryUnavailable, "libcurl \(what)",
            hint: "Install libcurl 7.88 or newer: apt-get install libcurl4.", cause: cause)
    }

    func message(_ code: CURLcode) -> String {
        airlock_curl_message(functions, code).map { String(cString: $0) } ?? "code \(code.rawValue)"
    }
}
