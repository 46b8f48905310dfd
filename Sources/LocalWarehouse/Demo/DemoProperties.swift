/// The properties of an event of the demo data set, written straight as JSON.
///
/// Only for text of this module's own, which needs no escapes.
struct DemoProperties {
    private(set) var bytes: [UInt8]

    init() {
        bytes = []
        bytes.reserveCapacity(512)
        bytes.append(UInt8(ascii: "{"))
    }

    mutating func add(_ name: String, _ value: String) {
        open(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: value.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func add(_ name: String, _ value: Int) {
        open(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// - Parameter json: JSON text.
    mutating func add(_ name: String, json: [UInt8]) {
        open(name)
        bytes.append(contentsOf: json)
    }

    /// The finished object.
    var json: [UInt8] { bytes + [UInt8(ascii: "}")] }

    private mutating func open(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: "\":".utf8)
    }
}
