import AirlockCore
import DriverKit
import Synchronization

/// Counts what scripts ask of it.
final class CountingDriver: DataDriver {
    let name = "counter"
    let methods = [DriverMethod(name: "count", writes: false)]
    let calls = Mutex(0)

    func listObjects() async throws(AirlockError) -> [DataObject] { [] }
    func fields(of object: String) async throws(AirlockError) -> [DataField] { [] }
    func names(of kind: DataNameKind) async throws(AirlockError) -> [String] { [] }

    func prepare(_ text: String, values: JSONObject) async throws(AirlockError) -> any PreparedQuery {
        throw AirlockError(.invalidQuery, "there is nothing to ask")
    }

    func call(_ method: String, params: JSONObject, options: QueryOptions) async throws(AirlockError) -> JSONValue {
        calls.withLock { $0 += 1 }
        return nil
    }
}
