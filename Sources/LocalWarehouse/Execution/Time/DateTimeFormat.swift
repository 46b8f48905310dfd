internal import AirlockCore

/// `formatDateTime`: ClickHouse's letters behind a percent sign.
struct DateTimeFormat: Sendable {
    static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    static let letters = "YymdeHhIiMbaWWpRrTDFfjVuwGgcCQkslnzt%S"

    /// Plain text and letters, in order.
    enum Part: Sendable {
        case text(String)
        case letter(Character)
    }

    let parts: [Part]

    /// - Throws: for a letter that ClickHouse does not have.
    init(_ format: String) throws(ExecutionFault) {
        var parts: [Part] = []
        var text = ""
        var iterator = format.makeIterator()
        while let character = iterator.next() {
            guard character == "%" else {
                text.append(character)
                continue
            }
            guard let letter = iterator.next(), Self.letters.contains(letter) else {
                throw ExecutionFault("formatDateTime does not know a letter of the format")
            }
            if letter == "%" {
                text.append("%")
            } else {
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(.letter(letter))
            }
        }
        if !text.isEmpty { parts.append(.text(text)) }
        self.parts = parts
    }

    func text(_ time: Int64, calendar: ProjectCalendar) -> String {
        let local = calendar.local(time)
        let days = floorDivide(local, ProjectCalendar.day)
        let date = CivilDate(days: days)
        let seconds = floorModulo(floorDivide(local, ProjectCalendar.second), 86_400)
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        let weekday = CivilDate.weekday(days: days)
        let twelve = hour % 12 == 0 ? 12 : hour % 12
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .letter(let letter):
                switch letter {
                case "Y": result += padded(date.year, 4)
                case "y": result += padded(date.year % 100, 2)
                case "m": result += padded(date.month, 2)
                case "c": result += padded(date.month, 2)
                case "d": result += padded(date.day, 2)
                case "e": result += String(date.day)
                case "H": result += padded(hour, 2)
                case "k": result += padded(hour, 2)
                case "h", "I", "l": result += padded(twelve, 2)
                case "i": result += padded(minute, 2)
                case "s", "S": result += padded(second, 2)
                case "f": result += padded(floorModulo(local, ProjectCalendar.second), 6)
                case "M": result += Self.monthNames[Int(date.month - 1)]
                case "b": result += Self.monthNames[Int(date.month - 1)].prefix(3)
                case "W": result += Self.dayNames[Int(weekday - 1)]
                case "a": result += Self.dayNames[Int(weekday - 1)].prefix(3)
                case "p": result += hour < 12 ? "AM" : "PM"
                case "R": result += "\(padded(hour, 2)):\(padded(minute, 2))"
                case "r": result += "\(padded(twelve, 2)):\(padded(minute, 2)) \(hour < 12 ? "AM" : "PM")"
                case "T": result += "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
                case "D": result += "\(padded(date.month, 2))/\(padded(date.day, 2))/\(padded(date.year % 100, 2))"
                case "F": result += date.text
                case "j": result += padded(date.dayOfYear, 3)
                case "V": result += padded(CivilDate.isoWeek(days: days).week, 2)
                case "u": result += String(weekday)
                case "w": result += String(weekday % 7)
                case "G": result += padded(CivilDate.isoWeek(days: days).year, 4)
                case "g": result += padded(CivilDate.isoWeek(days: days).year % 100, 2)
                case "C": result += padded(date.year / 100, 2)
                case "Q": result += String((date.month - 1) / 3 + 1)
                case "n": result += "\n"
                case "t": result += "\t"
                default:
                    let offset = calendar.offset(at: time) / 60
                    result +=
                        (offset < 0 ? "-" : "+") + padded(Int64((offset / 60).magnitude), 2)
                        + padded(Int64((offset % 60).magnitude), 2)
                }
            }
        }
        return result
    }
}
