/// A grid of dots, written as braille: two dots across and four down in each character.
struct DotCanvas {
    let columns: Int
    let rows: Int
    private var dots: [UInt8]
    /// The series that drew a character last, for its colour.
    private var owner: [Int]

    init(columns: Int, rows: Int) {
        self.columns = max(1, columns)
        self.rows = max(1, rows)
        dots = Array(repeating: 0, count: self.columns * self.rows)
        owner = Array(repeating: 0, count: self.columns * self.rows)
    }

    var width: Int { columns * 2 }
    var height: Int { rows * 4 }

    /// The bit of each dot in U+2800…28FF, by column and row of the character.
    private static let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

    /// Sets a dot; y counts from the top. What lies outside is left out.
    mutating func set(_ x: Int, _ y: Int, series: Int) {
        guard x >= 0, y >= 0, x < width, y < height else { return }
        let place = y / 4 * columns + x / 2
        dots[place] |= DotCanvas.bits[x % 2][y % 4]
        owner[place] = series
    }

    /// Bresenham's line between two dots of the grid.
    mutating func line(_ from: (x: Int, y: Int), _ to: (x: Int, y: Int), series: Int) {
        var (x, y) = from
        let (dx, dy) = (abs(to.x - x), -abs(to.y - y))
        let (stepX, stepY) = (x < to.x ? 1 : -1, y < to.y ? 1 : -1)
        var error = dx + dy
        for _ in 0...(dx - dy) {
            set(x, y, series: series)
            if x == to.x && y == to.y { return }
            let doubled = 2 * error
            if doubled >= dy { (error, x) = (error + dy, x + stepX) }
            if doubled <= dx { (error, y) = (error + dx, y + stepY) }
        }
    }

    /// The characters of one row, each with the series that owns it; `nil` for an empty one.
    func row(_ row: Int) -> [(character: Character, series: Int)?] {
        (0..<columns).map { column in
            let place = row * columns + column
            guard dots[place] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(dots[place])) else { return nil }
            return (Character(scalar), owner[place])
        }
    }
}
