import AirlockCore
import DriverKit
import Testing

@testable import LocalWarehouse

/// The reference of functions, and that it is true.
@Suite struct FunctionReferenceTests {
    private static let functions = LanguageReference.functions

    @Test func namesAreUnique() {
        let names = Self.functions.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count > 900)
    }

    /// A function is either answered, perhaps differently, or refused with a reason; PostHog has no other.
    @Test func everyNameOfPostHogIsKnown() {
        let known = Set(Self.functions.map(\.name))
        for name in PostHogNames.all.sorted() where !known.contains(name) && !name.hasPrefix("_") {
            #expect(AggregateCatalog.find(name) != nil, "\(name) is neither answered nor refused")
        }
        #expect(PostHogNames.all.count > 600)
    }

    @Test func whatDiffersOrIsRefusedSaysHow() {
        for function in Self.functions where function.status != .supported {
            #expect(!function.note.isEmpty, "\(function.name)")
        }
        for name in Array(FunctionNotes.differences.keys) + Array(FunctionNotes.remarks.keys) {
            let isAnswered = Self.functions.contains { $0.name == name && $0.status != .refused }
            #expect(isAnswered || AggregateCatalog.find(name) != nil, "a note on \(name), which is not answered")
        }
    }

    @Test func noNameIsAnsweredAndRefused() {
        for name in RefusedFunctions.reasons.keys {
            #expect(ScalarCatalog.canonicalName(name) == nil, "\(name)")
            #expect(AggregateCatalog.all[name] == nil, "\(name)")
        }
    }

    /// The error for a refused function says what to write instead, before anything is bound.
    @Test(arguments: functions.filter { $0.status == .refused })
    func isRefusedWithItsReason(_ function: LanguageReference.Function) throws {
        let error = try #require(throws: AirlockError.self) {
            _ = try QueryEngine.prepare(
                text: "SELECT \(function.name)(event) FROM events", values: [:], schema: ExecutionWarehouse.schema)
        }
        #expect(error.code == .unsupportedQuery, "\(error)")
        #expect(error.hint == function.note, "\(error)")
    }

    @Test(arguments: ["sumState(1)", "uniqMerge(event)", "avgStateIf(1, 1)", "countMerge(event)"])
    func statesAreRefused(_ call: String) throws {
        let error = try #require(throws: AirlockError.self) {
            _ = try QueryEngine.prepare(
                text: "SELECT \(call) FROM events", values: [:], schema: ExecutionWarehouse.schema)
        }
        #expect(error.code == .unsupportedQuery)
        #expect("\(error)".contains("-State"), "\(error)")
    }

    @Test func aMissingNameFindsTheNearest() throws {
        let error = try #require(throws: AirlockError.self) {
            _ = try QueryEngine.prepare(
                text: "SELECT cityHash46(event) FROM events", values: [:], schema: ExecutionWarehouse.schema)
        }
        #expect("\(error)".contains("cityHash64"))
    }
}
