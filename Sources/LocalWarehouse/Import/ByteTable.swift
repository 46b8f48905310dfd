/// Byte strings, numbered from 0 in the order in which they first come.
///
/// A dictionary of strings would do the same, at the price of a string for every look-up: an import makes a dozen a record.
struct ByteTable {
    private var slots: [Int32]
    private var hashes: [UInt32] = []
    /// The bytes of entry `n` end at `ends[n]`.
    private var ends: [Int] = []
    private var storage: [UInt8] = []
    /// Random, so that a file cannot be made to collide.
    private let seed = UInt64.random(in: .min ... .max)

    init() { slots = Array(repeating: -1, count: 64) }

    var count: Int { ends.count }

    /// Bytes that the keys take.
    var keyBytes: Int { storage.count }

    func index(of key: Bytes) -> Int? {
        let found = slots[place(of: key, hash(key))]
        return found < 0 ? nil : Int(found)
    }

    @inline(never) mutating func insert(_ key: Bytes) -> (index: Int, isNew: Bool) {
        let hash = hash(key)
        let place = place(of: key, hash)
        if slots[place] >= 0 { return (Int(slots[place]), false) }
        let index = ends.count
        slots[place] = Int32(truncatingIfNeeded: index)
        hashes.append(UInt32(truncatingIfNeeded: hash))
        storage.append(contentsOf: key)
        ends.append(storage.count)
        if ends.count * 2 > slots.count { grow() }
        return (index, true)
    }

    mutating func insert(_ key: String) -> (index: Int, isNew: Bool) {
        var key = key
        return key.withUTF8 { insert($0) }
    }

    func withKey<T>(_ index: Int, _ body: (Bytes) throws -> T) rethrows -> T {
        let start = index == 0 ? 0 : ends[index - 1]
        return try storage.withUnsafeBufferPointer { try body(Bytes(rebasing: $0[start..<ends[index]])) }
    }

    func text(_ index: Int) -> String { withKey(index) { $0.string } }

    mutating func removeAll() {
        slots = Array(repeating: -1, count: slots.count)
        hashes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        storage.removeAll(keepingCapacity: true)
    }

    /// The slot that holds the key, or the empty one where it belongs.
    private func place(of key: Bytes, _ hash: UInt64) -> Int {
        let mask = slots.count - 1
        let mark = UInt32(truncatingIfNeeded: hash)
        var place = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = Int(slots[place])
            if entry < 0 { return place }
            if hashes[entry] == mark, withKey(entry, { $0.isEqual(to: key) }) { return place }
            place = (place + 1) & mask
        }
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        let mask = slots.count - 1
        for (index, hash) in hashes.enumerated() {
            var place = Int(hash) & mask
            while slots[place] >= 0 { place = (place + 1) & mask }
            slots[place] = Int32(truncatingIfNeeded: index)
        }
    }

    private func hash(_ key: Bytes) -> UInt64 { Self.hash(key, seed: seed) }

    /// Eight bytes a step, folded by a wide multiplication, in the manner of wyhash.
    static func hash(_ key: Bytes, seed: UInt64) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(key)
        var state = seed ^ UInt64(truncatingIfNeeded: bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            state = fold(state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        // The low half is what the table keeps and what finds the slot.
        let mixed = fold(state ^ rest)
        return mixed ^ mixed >> 32
    }

    private static func fold(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
