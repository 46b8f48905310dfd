/// A request as a ``LoopbackServer`` read it.
public struct LoopbackRequest: Sendable {
    public let method: String
    public let target: String
    public var headers: [(name: String, value: String)] = []
    public var body: [UInt8] = []
    /// The number of the connection it came on, from 1.
    public let connection: Int
    /// Its place on that connection, from 1.
    public let index: Int

    init(method: String, target: String, connection: Int, index: Int) {
        self.method = method
        self.target = target
        self.connection = connection
        self.index = index
    }

    /// The first value of that name, in whatever case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    public var bodyText: String { String(decoding: body, as: UTF8.self) }
}
