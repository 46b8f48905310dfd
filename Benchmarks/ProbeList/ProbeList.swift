import AirlockCore
import Glibc
import HostileProbes

/// `airlock-probes LEVEL` prints the hostile suite's scripts as JSON, for whoever runs them; the facts that they are told
/// (`PlantedFacts`) come as JSON on standard input.
@main
enum ProbeList {
    static func main() {
        guard let level = CommandLine.arguments.dropFirst().first, let facts = facts() else {
            let text = "usage: airlock-probes LEVEL <FACTS\n"
            _ = text.withCString { write(2, $0, strlen($0)) }
            exit(2)
        }
        let items = HostileCategory.allCases.flatMap { category in
            category.items.map { item -> JSONValue in
                [
                    "number": .int(item.number), "title": .string(item.title),
                    "category": .string(category.rawValue),
                    "probes": .array(item.probes.map { description(of: $0, level: level, facts: facts) }),
                ]
            }
        }
        print(JSONValue.array(items).json)
    }

    private static func description(of probe: HostileProbe, level: String, facts: PlantedFacts) -> JSONValue {
        func script(_ body: String) -> JSONValue {
            .string(Prelude.script(body, inside: true, level: level, isSparing: true, facts: facts))
        }
        var members: JSONValue = [
            "script": script(probe.script), "limits": .array(probe.limits.map { .string($0) }),
            "ends": .string(probe.full.word), "is_broker": .bool(needsBroker(probe)),
        ]
        if case .object(var object) = members, let rehearsal = probe.rehearsal {
            object["rehearsal"] = script(rehearsal.script)
            members = .object(object)
        }
        return members
    }

    /// Its script speaks to Airlock's broker, which nobody else has.
    private static func needsBroker(_ probe: HostileProbe) -> Bool {
        ["send(", "frame(", "import airlock"].contains { probe.script.contains($0) }
            || probe.full == .protocolViolation || probe.full == .quotaExceeded
    }

    private static func facts() -> PlantedFacts? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(0, &chunk, chunk.count)
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        guard let json = try? JSONValue(json: bytes), let token = json["token"]?.stringValue,
            let folder = json["folder"]?.stringValue, let file = json["file"]?.stringValue,
            let socket = json["socket"]?.stringValue, let port = json["port"]?.intValue.flatMap(UInt16.init(exactly:)),
            let victim = json["victim"]?.intValue.flatMap(Int32.init(exactly:)), let cache = json["cache"]?.stringValue
        else { return nil }
        return PlantedFacts(
            token: token, folder: folder, file: file, socket: socket, port: port, victim: victim, cache: cache)
    }
}
