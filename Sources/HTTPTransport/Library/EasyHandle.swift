import CLibcurl

/// A `CURL *`: the options of one transfer, used for one after the other. Belongs to the engine.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let curl: CurlLibrary
    private let errorText: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?
    /// The first option that was refused. With one missing, no transfer starts: it may be the one that checks certificates.
    private(set) var failure: CURLcode?

    /// - Returns: `nil` where there is no memory.
    init?(_ curl: CurlLibrary) {
        guard let pointer = airlock_easy_init(curl.functions) else { return nil }
        self.pointer = pointer
        self.curl = curl
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        airlock_easy_cleanup(curl.functions, pointer)
        airlock_curl_free_list(curl.functions, headers)
        errorText.deallocate()
    }

    /// Forgets the last transfer; connections are the multi handle's and stay.
    func reset() {
        airlock_easy_reset(curl.functions, pointer)
        airlock_curl_free_list(curl.functions, headers)
        headers = nil
        failure = nil
        errorText.pointee = 0
    }

    private func note(_ code: CURLcode) { if code != CURLE_OK, failure == nil { failure = code } }

    func set(_ option: CURLoption, _ value: Int) {
        note(airlock_easy_set_long(curl.functions, pointer, option, value))
    }

    func set(_ option: CURLoption, offset: Int) {
        note(airlock_easy_set_offset(curl.functions, pointer, option, curl_off_t(offset)))
    }

    /// libcurl keeps a copy.
    func set(_ option: CURLoption, _ value: String?) {
        note(airlock_easy_set_text(curl.functions, pointer, option, value))
    }

    func set(_ option: CURLoption, pointer value: UnsafeMutableRawPointer) {
        note(airlock_easy_set_pointer(curl.functions, pointer, option, value))
    }

    /// A body that libcurl keeps a copy of.
    func setBody(_ bytes: [UInt8]) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, offset: bytes.count)
        bytes.withUnsafeBytes { buffer in
            // An empty array may have no address, and none means a body from the read callback.
            guard let address = buffer.baseAddress else { return set(CURLOPT_COPYPOSTFIELDS, "") }
            set(CURLOPT_COPYPOSTFIELDS, pointer: UnsafeMutableRawPointer(mutating: address))
        }
    }

    /// Takes lines of `Name: value`.
    func setHeaders(_ lines: [String]) {
        for line in lines {
            guard let longer = airlock_curl_append(curl.functions, headers, line) else {
                return note(CURLE_OUT_OF_MEMORY)
            }
            headers = longer
        }
        note(airlock_easy_set_list(curl.functions, pointer, CURLOPT_HTTPHEADER, headers))
    }

    /// - Parameter context: what the callbacks are given; has to live as long as the transfer.
    func setCallbacks(_ callbacks: TransferCallbacks, context: UnsafeMutableRawPointer) {
        set(CURLOPT_ERRORBUFFER, pointer: errorText)
        for option in [
            CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_PREREQDATA,
        ] { set(option, pointer: context) }
        note(airlock_easy_on_write(curl.functions, pointer, callbacks.write))
        note(airlock_easy_on_header(curl.functions, pointer, callbacks.header))
        note(airlock_easy_on_read(curl.functions, pointer, callbacks.read))
        note(airlock_easy_on_seek(curl.functions, pointer, callbacks.seek))
        note(airlock_easy_on_ready(curl.functions, pointer, callbacks.ready))
    }

    /// - Parameter context: has to live as long as the multi handle: connections outlive their transfers.
    func setSocketCallbacks(_ callbacks: SocketCallbacks, context: UnsafeMutableRawPointer) {
        set(CURLOPT_OPENSOCKETDATA, pointer: context)
        set(CURLOPT_CLOSESOCKETDATA, pointer: context)
        note(airlock_easy_on_open(curl.functions, pointer, callbacks.open))
        note(airlock_easy_on_close(curl.functions, pointer, callbacks.close))
    }

    func number(_ info: CURLINFO) -> Int {
        var value = 0
        return airlock_easy_get_long(curl.functions, pointer, info, &value) == CURLE_OK ? value : 0
    }

    func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return airlock_easy_get_offset(curl.functions, pointer, info, &value) == CURLE_OK ? Int(value) : 0
    }

    /// libcurl's own words about the last failure: at most 200 characters of printable ASCII.
    var lastWords: String? {
        let text = String(cString: errorText).filter { $0.isASCII && ($0.asciiValue ?? 0) >= 0x20 }.prefix(200)
        return text.isEmpty ? nil : String(text)
    }

    func unpause() { _ = airlock_easy_unpause(curl.functions, pointer) }
}
