import AirlockCore
import DriverKit
import GRDB
import Testing

@testable import LocalWarehouse

/// The table of constructs says what is true: each example is answered, or refused.
@Suite struct LanguageReferenceTests {
    private static let queue = Result { try ExecutionWarehouse.recorded() }

    @Test(arguments: LanguageReference.constructs.filter { $0.status != .refused })
    func isAnswered(_ construct: LanguageReference.Construct) throws {
        _ = try ExecutionWarehouse.answer(construct.example, values: ["name": "signup"], in: try Self.queue.get())
    }

    @Test(arguments: LanguageReference.constructs.filter { $0.status == .refused })
    func isRefused(_ construct: LanguageReference.Construct) throws {
        let error = try #require(throws: AirlockError.self) {
            _ = try QueryEngine.prepare(text: construct.example, values: [:], schema: ExecutionWarehouse.schema)
        }
        #expect([.unsupportedQuery, .invalidQuery].contains(error.code))
        #expect(error.location != nil)
        #expect(error.hint != nil)
        #expect(!construct.note.isEmpty)
    }

    /// What the engine refuses itself is refused in the table's own words.
    @Test(arguments: Refusal.all.filter { !["LATERAL joins", "NATURAL JOIN"].contains($0.name) }.map(\.name))
    func isRefusedByName(_ name: String) throws {
        let refusal = try #require(Refusal.all.first { $0.name == name })
        let error = try #require(throws: AirlockError.self) {
            _ = try QueryEngine.prepare(text: refusal.example, values: [:], schema: ExecutionWarehouse.schema)
        }
        #expect(error.message.hasPrefix(refusal.message))
        #expect(error.hint == refusal.remedy)
    }

    @Test func namesAreUnique() {
        let names = LanguageReference.constructs.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
