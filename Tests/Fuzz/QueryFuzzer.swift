import HogQL

/// libFuzzer's entry (https://llvm.org/docs/LibFuzzer.html): any bytes are read as a query, analysed, printed and read
/// again. What breaks a rule of `QueryFuzzing` ends the process, and libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if let complaint = QueryFuzzing.complaint(about: UnsafeBufferPointer(start: bytes, count: count)) {
        fatalError(complaint)
    }
    return 0
}
