internal import Foundation

extension NumberText {
    /// The number with two digits behind the point; exact halves go away from zero.
    static func hundredths(_ value: Double) -> String {
        guard value.isFinite else { return text(value) }
        let twice = value * 200
        // printf sends exact halves to the even neighbour; a number is one when 200 times it is exactly odd.
        let isHalf =
            twice.rounded() == twice && fma(value, 200, -twice) == 0 && abs(twice) < 1e15 && Int64(twice) % 2 != 0
        return String(format: "%.2f", isHalf ? (value < 0 ? value.nextDown : value.nextUp) : value)
    }
}
