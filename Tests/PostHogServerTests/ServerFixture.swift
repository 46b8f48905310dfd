import AirlockCore
import Glibc
import PostHogServer

/// A server over a warehouse of its own, for the length of one test.
func withServer<T>(
    _ change: (inout ServerOptions) -> Void = { _ in }, _ body: (LoopbackClient, PostHogServer) async throws -> T
) async throws -> T {
    var template = Array("/tmp/airlock-posthog-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw AirlockError(.fileFailed, "no scratch directory") }
    let folder = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    defer { removeFolder(folder) }
    var options = ServerOptions(data: folder + "/posthog.airlock")
    change(&options)
    let server = try PostHogServer(options)
    do {
        let result = try await body(LoopbackClient(port: server.port), server)
        try await server.stop()
        return result
    } catch {
        try await server.stop()
        throw error
    }
}

private func removeFolder(_ folder: String) {
    guard let entries = opendir(folder) else { return }
    while let entry = readdir(entries) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { unlink(folder + "/" + name) }
    }
    closedir(entries)
    rmdir(folder)
}

extension LoopbackClient {
    /// Captures some events of one person each.
    @discardableResult func capture(
        _ event: String, _ ids: [String], properties: JSONObject = JSONObject()
    ) async -> Reply {
        let batch = ids.map { id -> JSONValue in
            ["event": .string(event), "distinct_id": .string(id), "properties": .object(properties)]
        }
        return await post("/batch/", ["api_key": "phc_local", "batch": .array(batch)])
    }
}
