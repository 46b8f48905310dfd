/// An event that was found good, with the uuid and the time that it has from now on, however often it is sent.
public struct CaptureEvent: Sendable, Hashable {
    public let uuid: String
    /// As it stands in a batch: JSON in UTF-8. No key is in it.
    let json: [UInt8]
}
