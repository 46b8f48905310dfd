import AirlockCore
import Foundation
import Testing

@testable import EventSpool

/// A directory of the test's own, and what lies in it.
private struct Place {
    let path = "/tmp/airlock-spool-\(UUID().uuidString)"

    func open(_ change: (inout SpoolSettings) -> Void = { _ in }) throws -> Spool {
        var settings = SpoolSettings()
        change(&settings)
        return try #require(try Spool.open(path, settings))
    }

    func names(_ suffix: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(suffix) }.sorted()
    }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
    }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

private func record(_ number: Int, size: Int = 20) -> [UInt8] {
    Array("record \(number) ".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: size)
}

private func waiting(_ spool: Spool) throws -> [[UInt8]] {
    var all: [[UInt8]] = []
    while let batch = try spool.batch(maxRecords: 3, maxBytes: 1 << 20) {
        all += batch.records
        try spool.settle(batch, batch.records.indices, as: .sent)
    }
    return all
}

@Suite struct SpoolTests {
    @Test func recordsComeInTheirOrderAndGoWhenTheyAreSettled() throws {
        let place = Place()
        defer { place.remove() }
        let spool = try place.open()
        let records = (0..<10).map { record($0) }
        try spool.append(Array(records[..<4]))
        try spool.append(Array(records[4...]))
        #expect(spool.pendingRecords == 10)
        #expect(try spool.batch(maxRecords: 100, maxBytes: 1 << 20)?.records == records)
        #expect(try spool.batch(maxRecords: 100, maxBytes: records[0].count * 2 + 1)?.records.count == 2)
        #expect(try spool.batch(maxRecords: 100, maxBytes: 1)?.records.count == 1, "one is sent, however large")
        #expect(try waiting(spool) == records)
        #expect(spool.pendingRecords == 0 && spool.pendingBytes == 0)
        try spool.tidy()
        #expect(place.names("").filter { $0 != "lock" }.isEmpty)
    }

    /// Whatever byte a write was cut off at: what was accepted before is there, what was not complete is not.
    @Test func aTailThatWasCutOffIsNoRecord() throws {
        let place = Place()
        defer { place.remove() }
        do {
            let spool = try place.open { $0.sync = .never }
            for number in 0..<3 { try spool.append([record(number)]) }
        }
        let whole = try place.bytes("0000000001.events")
        let frame = record(0).count + RecordFrame.headBytes
        for length in 0..<whole.count {
            try place.write(Array(whole[..<length]), "0000000001.events")
            let spool = try place.open()
            let complete = max(0, length - RecordFrame.magic.count) / frame
            #expect(spool.recoveredRecords == complete, "cut at \(length)")
            #expect(spool.damagedBytes == 0, "cut at \(length)")
            #expect(
                try spool.batch(maxRecords: 9, maxBytes: 1 << 20)?.records ?? [] == (0..<complete).map { record($0) })
        }
        try place.write(whole + [UInt8](repeating: 0, count: 4096), "0000000001.events")
        let spool = try place.open()
        #expect(spool.recoveredRecords == 3 && spool.damagedBytes == 0)
    }

    /// A bit that flips anywhere in what was accepted is told, and what lies before it is still sent.
    @Test func damageIsToldAndKept() throws {
        let place = Place()
        defer { place.remove() }
        do {
            let spool = try place.open { $0.sync = .never }
            try spool.append((0..<3).map { record($0) })
        }
        let whole = try place.bytes("0000000001.events")
        let frame = record(0).count + RecordFrame.headBytes
        for offset in whole.indices {
            var bytes = whole
            bytes[offset] ^= 0x10
            try? FileManager.default.removeItem(atPath: place.path + "/0000000001.damaged")
            try place.write(bytes, "0000000001.events")
            let spool = try place.open()
            let intact = max(0, offset - RecordFrame.magic.count) / frame
            #expect(
                spool.damagedBytes == 0 || spool.damagedBytes == whole.count - RecordFrame.magic.count - intact * frame)
            #expect(try waiting(spool) == (0..<intact).map { record($0) }, "at \(offset)")
            #expect(place.names(".damaged") == ["0000000001.damaged"], "at \(offset)")
            #expect(try place.bytes("0000000001.damaged") == bytes)
        }
    }

    @Test func whatIsSettledIsNotSentAgainAndTheRestIs() throws {
        let place = Place()
        defer { place.remove() }
        do {
            let spool = try place.open()
            try spool.append((0..<10).map { record($0) })
            let batch = try #require(try spool.batch(maxRecords: 10, maxBytes: 1 << 20))
            try spool.settle(batch, 2..<5, as: .sent)
            try spool.settle(batch, 9..<10, as: .refused)
        }
        // A settlement that was cut off settles nothing.
        let settled = try place.bytes("0000000001.settled")
        try place.write(settled + settled.prefix(7), "0000000001.settled")
        let spool = try place.open()
        #expect(spool.recoveredRecords == 6)
        try spool.append([record(10)])
        #expect(try waiting(spool) == [0, 1, 5, 6, 7, 8, 10].map { record($0) }.filter { $0 != record(9) })
        try spool.tidy()
        #expect(place.names(".events").isEmpty && place.names(".settled").isEmpty)
    }

    @Test func segmentsGoOneByOne() throws {
        let place = Place()
        defer { place.remove() }
        let spool = try place.open { $0.segmentSize = ByteCount(100) }
        for number in 0..<12 { try spool.append([record(number)]) }
        #expect(place.names(".events").count == 4)
        let batch = try #require(try spool.batch(maxRecords: 100, maxBytes: 1 << 20))
        #expect(batch.records.count < 12, "a batch is of one segment")
        try spool.settle(batch, batch.records.indices, as: .sent)
        #expect(place.names(".events").count == 3 && place.names(".settled").count == 3)
        #expect(try batch.records + waiting(spool) == (0..<12).map { record($0) })
    }

    @Test func whatDoesNotFitIsRefusedAndNothingOfItIsKept() throws {
        let place = Place()
        defer { place.remove() }
        let spool = try place.open { $0.maxPendingRecords = 3 }
        try spool.append([record(0), record(1)])
        let error = #expect(throws: AirlockError.self) { try spool.append([record(2), record(3)]) }
        #expect(error?.code == .quotaExceeded && error?.message.contains("2 events") == true)
        #expect(throws: AirlockError.self) { try spool.append([[]]) }
        #expect(try waiting(spool) == [record(0), record(1)])
        try spool.append([record(2), record(3), record(4)])
    }

    @Test func twoNeverShareASpool() throws {
        let place = Place()
        defer { place.remove() }
        let places = SpoolPlaces(root: place.path, settings: SpoolSettings())
        var first: Spool? = try places.free()
        try first?.append([record(1)])
        let second = try places.free()
        #expect(first?.folder == "\(place.path)/0" && second.folder == "\(place.path)/1")
        #expect(try places.left().spools.isEmpty)
        #expect(try places.left().inUse == 1)
        // As the end of its process does, this gives the lock back.
        first = nil
        let third = try places.free()
        #expect(third.folder == "\(place.path)/0" && third.recoveredRecords == 1)
    }

    @Test func onlyTheOwnerMayLook() throws {
        let place = Place()
        defer { place.remove() }
        try place.open().append([record(0)])
        for name in ["", "/lock", "/0000000001.events", "/0000000001.settled"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: place.path + name)
            let mode = try #require(attributes[.posixPermissions] as? Int)
            #expect(mode & 0o077 == 0, "\(name)")
        }
    }

    @Test func aPlaceThatIsNoneIsAnErrorThatNamesIt() throws {
        for path in ["relative", "/dev/null/spool", "/proc/none"] {
            let error = #expect(throws: AirlockError.self) { try Spool.open(path, SpoolSettings()) }
            #expect(error?.code == .fileFailed && error?.hint != nil, "\(path)")
        }
    }
}
