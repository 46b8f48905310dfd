public import AirlockCore

/// Where the slots of a pool come from: zygotes and their forks, or what a test puts in their place.
///
/// All methods may be called at once, from any task. None is called for an origin or a slot that was given up.
public protocol SlotSource: Sendable {
    /// What slots are made from, as a zygote.
    associatedtype Origin: Sendable
    /// What serves one request, once.
    associatedtype Slot: Sendable

    func makeOrigin() async throws(AirlockError) -> Origin

    /// Whether slots should still be made from it. Must return at once.
    func isCurrent(_ origin: Origin) -> Bool

    /// A slot that is ready for its request.
    ///
    /// - Parameter inHurry: whether requests come faster than slots are made: what makes a slot better, but takes longer than
    ///   it gains, is left out.
    func makeSlot(from origin: Origin, inHurry: Bool) async throws(AirlockError) -> Slot

    /// Whether a slot that nobody had yet is still there. Must return at once.
    func isWaiting(_ slot: Slot) -> Bool

    /// Is told once of every slot that was made; whatever is left of it goes.
    func discard(_ slot: Slot) async

    /// Is told once of every origin that was made, after its last slot.
    func giveUp(_ origin: Origin) async
}
