import Testing

@testable import Broker

@Suite struct FrameDecoderTests {
    private func decode(_ chunks: [[UInt8]], max: Int = 1024) -> (frames: [[UInt8]], violation: Violation?, open: Bool)
    {
        var decoder = FrameDecoder(maxFrameBytes: max)
        var frames: [[UInt8]] = []
        for chunk in chunks {
            let (more, violation) = chunk.withUnsafeBytes { decoder.append($0) }
            frames += more
            if let violation { return (frames, violation, decoder.isMidFrame) }
        }
        return (frames, nil, decoder.isMidFrame)
    }

    @Test func everySplitGivesTheSameFrames() {
        let bodies: [[UInt8]] = [[1], [2, 3, 4], Array(repeating: 9, count: 20)]
        let stream = bodies.flatMap { frame($0) }
        for cut in 0...stream.count {
            let two = decode([Array(stream[..<cut]), Array(stream[cut...])])
            #expect(two.frames == bodies && two.violation == nil && !two.open, "cut at \(cut)")
        }
        #expect(decode(stream.map { [$0] }).frames == bodies)
    }

    @Test(
        arguments: [
            ([0, 0, 0, 0], "a frame of length 0"),
            ([0xFF, 0xFF, 0xFF, 0xFF], "a frame of 4294967295 bytes; at most 1024 are allowed"),
            // -1 and -2^31 as a guest that thinks of signed lengths would write them.
            ([0x80, 0, 0, 0], "a frame of 2147483648 bytes; at most 1024 are allowed"),
            ([0, 0, 4, 1], "a frame of 1025 bytes; at most 1024 are allowed"),
        ] as [([UInt8], String)])
    func lengthsOutOfRange(header: [UInt8], reason: String) {
        let got = decode([frame([7]) + header + [1, 2, 3]])
        #expect(got.frames == [[7]])
        #expect(got.violation?.reason == reason)
    }

    @Test func theLongestFrameIsTaken() {
        let body = [UInt8](repeating: 1, count: 1024)
        #expect(decode([frame(body)]).frames == [body])
    }

    @Test(arguments: [1, 3, 4, 5, 8])
    func anUnfinishedFrameIsSeen(bytes: Int) {
        let got = decode([frame([7]), Array(frame([1, 2, 3, 4, 5]).prefix(bytes))])
        #expect(got.frames == [[7]] && got.open)
    }
}
