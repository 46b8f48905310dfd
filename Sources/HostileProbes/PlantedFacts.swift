/// What a probe reaches for, planted on the host by whoever runs it; its script is told by these names.
///
/// All texts are without quotes, backslashes and line breaks: they stand in the script as literals.
package struct PlantedFacts: Sendable {
    /// Stands in every name that a probe gives to something, so that what it leaves can be found. It is the name of an
    /// abstract socket too.
    package var token: String
    /// A directory of the identity that scripts have outside, and in it a file that holds `BREACH canary` and a
    /// listening socket.
    package var folder: String
    package var file: String
    package var socket: String
    /// Of a listening TCP socket on 127.0.0.1.
    package var port: UInt16
    /// A process of the identity that scripts have outside, which does nothing.
    package var victim: Int32
    /// The cache directory of the runs.
    package var cache: String

    package init(
        token: String, folder: String, file: String, socket: String, port: UInt16, victim: Int32, cache: String
    ) {
        self.token = token
        self.folder = folder
        self.file = file
        self.socket = socket
        self.port = port
        self.victim = victim
        self.cache = cache
    }
}
