internal import AirlockCore
internal import EventSpool
internal import HTTPTransport
internal import Resilience

/// Why sending stopped with events left.
struct Obstacle: Error {
    var error: AirlockError
    /// Time alone does not mend it.
    var isFinal: Bool
    var wait: Duration?
}

extension EventCapture {
    /// Sends batch after batch, one at a time and in order, until nothing waits.
    func drain(by deadline: Duration?) async throws(Obstacle) {
        while let spool {
            guard !Task.isCancelled else { throw Self.cancelled }
            let batch = try Self.onDisk { () throws(AirlockError) in
                try spool.batch(maxRecords: settings.maxBatchEvents, maxBytes: maxBatchBytes)
            }
            guard let batch else { return }
            try await send(batch, spool, by: deadline)
        }
    }

    private static var cancelled: Obstacle {
        Obstacle(error: AirlockError(.cancelled, "sending events was ended before all were sent"), isFinal: true)
    }

    private static func onDisk<T>(_ body: () throws(AirlockError) -> T) throws(Obstacle) -> T {
        do throws(AirlockError) { return try body() } catch { throw Obstacle(error: error, isFinal: true) }
    }

    /// Sends a batch; one that is refused is halved until it is known which events are at fault.
    private func send(_ batch: Spool.Batch, _ spool: Spool, by deadline: Duration?) async throws(Obstacle) {
        var work = [batch.records.indices]
        while let range = work.popLast() {
            let records = batch.records[range]
            switch await post(records, by: deadline) {
            case .accepted:
                try Self.onDisk { () throws(AirlockError) in try spool.settle(batch, range, as: .sent) }
                report.sent += range.count
                report.batches += 1
                refusalsInRow = 0
            case .refused(let reason) where range.count == 1:
                try refuse(batch, range, reason, spool)
            case .tooLarge where range.count == 1:
                try refuse(batch, range, "the event is larger than PostHog takes", spool)
            case .refused:
                work += Self.halves(of: range)
            case .tooLarge:
                maxBatchBytes = max(1024, min(maxBatchBytes, records.reduce(0) { $0 + $1.count }) / 2)
                work += Self.halves(of: range)
            case .unsent(let error, let isFinal, let wait):
                throw Obstacle(error: error, isFinal: isFinal, wait: wait)
            }
            guard !Task.isCancelled || work.isEmpty else { throw Self.cancelled }
        }
    }

    /// The first half last, where it is taken from.
    private static func halves(of range: Range<Int>) -> [Range<Int>] {
        let middle = range.lowerBound + range.count / 2
        return [middle..<range.upperBound, range.lowerBound..<middle]
    }

    /// Puts an event aside for good. First into the file, then out of the spool: at worst it stands in the file twice.
    private func refuse(
        _ batch: Spool.Batch, _ range: Range<Int>, _ reason: String, _ spool: Spool
    ) throws(Obstacle) {
        guard refusalsInRow < settings.maxRefusalsInRow else {
            throw Obstacle(
                error: AirlockError(
                    .upstreamFailed, "PostHog refuses one event after the other: \(reason)",
                    hint: "It may be the configuration and not the events. They wait; 'airlock capture --pending' "
                        + "goes on."), isFinal: true)
        }
        let file = RefusedEvents(path: "\(spool.folder)/refused.jsonl")
        let json = batch.records[range.lowerBound]
        let time = client.clock.unixTime
        let isKept = try Self.onDisk { () throws(AirlockError) in try file.add([(json, reason)], at: time) }
        guard isKept else {
            throw Obstacle(
                error: AirlockError(
                    .fileFailed, "the file of refused events is full", at: .file(file.path),
                    hint: "Look at it, and move it away."), isFinal: true)
        }
        try Self.onDisk { () throws(AirlockError) in try spool.settle(batch, range, as: .refused) }
        refusalsInRow += 1
        report.refused += 1
        report.refusedFile = file.path
        if report.refusals.count < CaptureReport.maxRefusals {
            let uuid = (try? JSONValue(json: json))?["uuid"]?.stringValue ?? ""
            report.refusals.append(CaptureReport.Refusal(uuid: uuid, reason: reason))
        }
    }

    private func post(_ records: ArraySlice<[UInt8]>, by deadline: Duration?) async -> BatchVerdict {
        guard let key = client.configuration.projectKey else {
            return .unsent(AirlockError(.upstreamFailed, "there is no project API key"), isFinal: true, wait: nil)
        }
        var request = PostHogRequest(
            name: "capture", group: .ingestion, method: .post, path: "/batch/", isRepeatable: true)
        request.packed = packed(Self.body(records, key: key))
        if let deadline { request.timeout = max(deadline - client.clock.now, .milliseconds(1)) }
        do throws(PostHogFailure) {
            return BatchVerdict(try await client.deliver(request).value)
        } catch {
            return BatchVerdict(error)
        }
    }

    private func packed(_ body: [UInt8]) -> PackedBody {
        guard settings.compresses, let packed = Gzip.packed(body) else { return PackedBody(bytes: body) }
        return PackedBody(bytes: packed, coding: "gzip")
    }

    /// `{"api_key": …, "batch": […]}`. The key joins the events here, and nowhere else.
    ///
    /// Without `sent_at`: PostHog would move every event's time by what passed on the way, by a little more or less each time
    /// it is sent, and what it tells copies by is the time as well.
    private static func body(_ records: ArraySlice<[UInt8]>, key: SecretText) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(records.reduce(200) { $0 + $1.count + 1 })
        body += Array("{\"api_key\":".utf8)
        JSONValue.string(key.reveal()).appendJSON(to: &body)
        body += Array(",\"batch\":[".utf8)
        for (index, record) in records.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += record
        }
        body += Array("]}".utf8)
        return body
    }
}
