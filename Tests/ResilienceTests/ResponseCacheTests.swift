import AirlockCore
import Resilience
import ResilienceTesting
import Testing

@Suite struct ResponseCacheTests {
    static func key(_ name: String) -> CacheKey { CacheKey([name]) }

    @Test func answersByTheAgeThatIsAskedFor() {
        var cache = ResponseCache<String>()
        cache.store("a", bytes: ByteCount(1), for: Self.key("a"), fetchedAt: .seconds(10))
        #expect(cache.value(for: Self.key("a"), maximumAge: .seconds(5), now: .seconds(15))?.age == .seconds(5))
        #expect(cache.value(for: Self.key("a"), maximumAge: .seconds(5), now: .seconds(16)) == nil)
        // Too old for one caller is not too old for the next.
        #expect(cache.value(for: Self.key("a"), maximumAge: .seconds(60), now: .seconds(16))?.value == "a")
        #expect(cache.value(for: Self.key("b"), maximumAge: .seconds(60), now: .seconds(16)) == nil)
    }

    @Test func nothingIsKeptForEver() {
        var cache = ResponseCache<Int>()
        cache.store(1, bytes: ByteCount(0), for: Self.key("a"), fetchedAt: .zero)
        #expect(cache.value(for: Self.key("a"), maximumAge: .seconds(Int64.max), now: .seconds(86401)) == nil)
        #expect(cache.count == 0 && cache.weight == ByteCount(0))
    }

    @Test func aYoungerAnswerStays() {
        var cache = ResponseCache<Int>()
        cache.store(2, bytes: ByteCount(0), for: Self.key("a"), fetchedAt: .seconds(9))
        cache.store(1, bytes: ByteCount(0), for: Self.key("a"), fetchedAt: .seconds(8))
        #expect(cache.value(for: Self.key("a"), maximumAge: .seconds(9), now: .seconds(9))?.value == 2)
    }

    @Test func whatIsTooHeavyIsNotKept() {
        var settings = CacheSettings()
        settings.maxBytes = ByteCount(1000)
        settings.maxEntryBytes = ByteCount(800)
        var cache = ResponseCache<Int>(settings)
        for bytes in [801, .max, 744 + 1] {
            cache.store(1, bytes: ByteCount(bytes), for: Self.key("a"), fetchedAt: .zero)
            #expect(cache.count == 0)
        }
        cache.store(1, bytes: ByteCount(744), for: Self.key("a"), fetchedAt: .zero)
        #expect(cache.weight == ByteCount(1000))
        cache.store(1, bytes: ByteCount(.min), for: Self.key("b"), fetchedAt: .zero)
        #expect(cache.weight == CacheSettings.entryOverhead && cache.count == 1)
        settings.maxBytes = ByteCount(.min)
        var none = ResponseCache<Int>(settings)
        none.store(1, bytes: ByteCount(0), for: Self.key("a"), fetchedAt: .zero)
        #expect(none.count == 0)
    }

    @Test func theLeastRecentlyUsedGoesFirst() {
        var settings = CacheSettings()
        settings.maxEntries = 2
        var cache = ResponseCache<Int>(settings)
        for (number, name) in ["a", "b"].enumerated() {
            cache.store(number, bytes: ByteCount(0), for: Self.key(name), fetchedAt: .zero)
        }
        _ = cache.value(for: Self.key("a"), maximumAge: .zero, now: .zero)
        #expect(cache.store(2, bytes: ByteCount(0), for: Self.key("c"), fetchedAt: .zero) == 1)
        let kept = ["a", "b", "c"].map { cache.value(for: Self.key($0), maximumAge: .zero, now: .zero) != nil }
        #expect(kept == [true, false, true])
        cache.remove(Self.key("a"))
        #expect(cache.count == 1)
        cache.removeAll()
        #expect(cache.count == 0 && cache.weight == ByteCount(0))
    }

    /// Random use against a list that is searched from end to end.
    @Test(arguments: 0..<20) func behavesAsAPlainListDoes(seed: UInt64) {
        var random = SeededRandom(seed)
        var settings = CacheSettings()
        settings.maxBytes = ByteCount(3000)
        settings.maxEntries = 8
        var cache = ResponseCache<Int>(settings)
        // The most recently used last.
        var model: [(name: Int, value: Int, weight: Int, at: Duration)] = []
        for step in 0..<800 {
            let (name, now) = (Int.random(in: 0..<14, using: &random), Duration.seconds(step))
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                cache.remove(Self.key("\(name)"))
                model.removeAll { $0.name == name }
            case 1...5:
                let bytes = Int.random(in: 0...1500, using: &random)
                cache.store(step, bytes: ByteCount(bytes), for: Self.key("\(name)"), fetchedAt: now)
                model.removeAll { $0.name == name }
                model.append((name, step, bytes + 256, now))
                while model.count > 8 || model.map(\.weight).reduce(0, +) > 3000 { model.removeFirst() }
            default:
                let age = Duration.seconds(Int.random(in: 0...40, using: &random))
                let hit = cache.value(for: Self.key("\(name)"), maximumAge: age, now: now)
                let place = model.firstIndex { $0.name == name && now - $0.at <= age }
                #expect(hit?.value == place.map { model[$0].value })
                #expect(hit?.age == place.map { now - model[$0].at })
                if let place { model.append(model.remove(at: place)) }
            }
            #expect(cache.count == model.count)
            #expect(cache.weight.bytes == model.map(\.weight).reduce(0, +))
        }
    }

    @Test func keysTellPartsApart() {
        #expect(CacheKey(["a", "bc"]) != CacheKey(["ab", "c"]))
        #expect(CacheKey(["a"]) != CacheKey(["a", ""]))
        #expect(CacheKey(["é"]) != CacheKey(["e\u{301}"]))
        #expect(CacheKey(["a", "b"]) == CacheKey(["a", "b"]))
        #expect(CacheKey(["phx_secret"]).description.utf8.count == 12)
    }
}
