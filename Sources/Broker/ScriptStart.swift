public import AirlockCore

/// What a script's interpreter is sent first: the script and what it may know.
public struct ScriptStart: Sendable, Hashable {
    public static let protocolVersion = 2
    /// Longer code is not taken from an interpreter.
    public static let maxCodeBytes = 256 << 10

    /// The rendered script.
    public var script: String
    /// The file name that tracebacks show, and `sys.argv[0]`.
    public var name: String
    /// The validated variables, without secrets: `airlock.params`.
    public var params: JSONObject
    /// Seeds Python's `random`; `nil` leaves it to the system.
    public var seed: Int?
    /// What the same interpreter's compile() made of the same text under the same name in another run (``BrokerReport/code``):
    /// it is run in place of the text. Empty, the default, where there is none.
    public var code: [UInt8] = []
    /// Asks the interpreter for its code, as its first message; default: no.
    public var asksForCode = false

    public init(script: String, name: String, params: JSONObject = JSONObject(), seed: Int? = nil) {
        self.script = script
        self.name = name
        self.params = params
        self.seed = seed
    }

    /// A frame, and after it the script and the code as they are: in JSON each end of a line would have to be read anew.
    func bytes(frameBytes: ByteCount) -> [UInt8] {
        let frame = ReplyEncoder.frame { bytes in
            bytes.reserveCapacity(512 + script.utf8.count + code.count)
            bytes.append(contentsOf: #"{"jsonrpc":"2.0","method":"start","params":{"name":"#.utf8)
            JSONValue.string(name).appendJSON(to: &bytes)
            bytes.append(contentsOf: #","params":"#.utf8)
            JSONValue.object(params).appendJSON(to: &bytes)
            let rest = [
                ("protocol", "\(Self.protocolVersion)"), ("seed", seed.map(String.init) ?? "null"),
                ("frame_bytes", "\(frameBytes.bytes)"), ("script_bytes", "\(script.utf8.count)"),
                ("code_bytes", "\(code.count)"), ("keep", "\(asksForCode)"),
            ]
            for (name, value) in rest { bytes.append(contentsOf: ",\"\(name)\":\(value)".utf8) }
            bytes.append(contentsOf: "}}".utf8)
            return true
        }
        var bytes = frame ?? []
        bytes.append(contentsOf: script.utf8)
        bytes.append(contentsOf: code)
        return bytes
    }
}
