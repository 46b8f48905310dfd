import CLibcurl

extension Transfer {
    /// What libcurl measured, before the handle forgets it (curl_easy_getinfo(3)).
    func timings(_ handle: EasyHandle) -> HTTPTimings {
        func time(_ info: CURLINFO) -> Duration { .microseconds(handle.offset(info)) }
        var timings = HTTPTimings()
        timings.nameLookup = time(CURLINFO_NAMELOOKUP_TIME_T)
        timings.connect = time(CURLINFO_CONNECT_TIME_T)
        timings.tls = time(CURLINFO_APPCONNECT_TIME_T)
        timings.firstByte = time(CURLINFO_STARTTRANSFER_TIME_T)
        timings.total = Monotonic.duration(Monotonic.now - startTime)
        timings.waiting = Monotonic.duration(beginTime - startTime)
        timings.bytesSent = earlierBytesSent + handle.number(CURLINFO_REQUEST_SIZE)
        timings.bytesReceived = handle.number(CURLINFO_HEADER_SIZE) + handle.offset(CURLINFO_SIZE_DOWNLOAD_T)
        timings.isConnectionReused = timings.bytesSent > earlierBytesSent && handle.number(CURLINFO_NUM_CONNECTS) == 0
        timings.redirects = redirects
        switch handle.number(CURLINFO_HTTP_VERSION) {
        case CURL_HTTP_VERSION_1_0: timings.httpVersion = "1.0"
        case CURL_HTTP_VERSION_1_1: timings.httpVersion = "1.1"
        case CURL_HTTP_VERSION_2_0: timings.httpVersion = "2"
        default: break
        }
        return timings
    }
}
