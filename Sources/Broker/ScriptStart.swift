public import AirlockCore

/// The first frame a script's interpreter is sent: the script and what it may know.
public struct ScriptStart: Sendable, Hashable {
    public static let protocolVersion = 1

    /// The rendered script.
    public var script: String
    /// The file name that tracebacks show, and `sys.argv[0]`.
    public var name: String
    /// The validated variables, without secrets: `airlock.params`.
    public var params: JSONObject
    /// Seeds Python's `random`; `nil` leaves it to the system.
    public var seed: Int?

    public init(script: String, name: String, params: JSONObject = JSONObject(), seed: Int? = nil) {
        self.script = script
        self.name = name
        self.params = params
        self.seed = seed
    }

    func frame(frameBytes: ByteCount) -> [UInt8] {
        ReplyEncoder.notification(
            "start",
            [
                "protocol": .int(ScriptStart.protocolVersion), "script": .string(script), "name": .string(name),
                "params": .object(params), "seed": seed.map { .int($0) } ?? .null,
                "frame_bytes": .int(frameBytes.bytes),
            ])
    }
}
