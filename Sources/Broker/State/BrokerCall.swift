internal import AirlockCore
internal import DriverKit

/// How a table's values stand in a reply.
enum TableLayout: String, CaseIterable {
    case rows, columns
}

/// A request that passed every check that needs no driver: what the shell is to run.
struct BrokerCall: Sendable {
    enum Work: Sendable, Equatable {
        case listObjects
        case fields(of: String)
        case query(String, values: JSONObject)
        case other(String, params: JSONObject)

        var method: String {
            switch self {
            case .listObjects: "list_objects"
            case .fields: "get_fields"
            case .query: "query"
            case .other(let method, _): method
            }
        }
    }

    /// The broker's own number of the call; the guest never learns it.
    var key: Int
    var id: RequestID
    var work: Work
    var options: QueryOptions
    /// What `options.maxRows` stands for, should it cut rows.
    var boundBy: CutBy
    /// Of a table.
    var layout: TableLayout
    /// How long the request's frame was.
    var requestBytes: Int
}

/// What came of a call, ready to be sent.
enum CallAnswer: Sendable {
    case reply(frame: [UInt8], rows: Int, age: Duration)
    /// `breach` when answering it was refused for a quota.
    case failure(AirlockError, breach: Quota? = nil)
}

/// What the state machine asks its shell to do, in this order.
enum BrokerAction {
    /// Before the reply is sent.
    case record(CallRecord)
    case send([UInt8])
    case start(BrokerCall)
    case cancel(key: Int)
    case pauseScriptClock
    case resumeScriptClock
    case show(Progress)
    case log(LogLine)
    case output(RunOutput)
    case end(RunStatus, reason: String)
}
