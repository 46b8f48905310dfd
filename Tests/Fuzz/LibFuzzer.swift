/// libFuzzer's entry (https://llvm.org/docs/LibFuzzer.html). `Chosen` is the target that this program was built for. A
/// broken rule ends the process, and libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(Complaint) {
        try Chosen.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        fatalError("\(Chosen.name): \(error)")
    }
    return 0
}
