/// The time zone that a time type carries.
enum TimeZoneMark: Sendable, Hashable {
    /// None: such times are shown in the session's zone, UTC.
    case none
    case project
    /// Another zone, from `toTimeZone` or a second argument.
    case named(NamedZone)
}

struct NamedZone: Sendable, Hashable {
    let name: String
    let calendar: ProjectCalendar

    static func == (left: NamedZone, right: NamedZone) -> Bool { left.name == right.name }
    func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// `true` is the project's zone: what most times have.
extension TimeZoneMark: ExpressibleByBooleanLiteral {
    init(booleanLiteral value: Bool) { self = value ? .project : .none }
}

extension TimeZoneMark {
    func calendar(_ project: ProjectCalendar) -> ProjectCalendar {
        switch self {
        case .none: .utc
        case .project: project
        case .named(let zone): zone.calendar
        }
    }

    func name(_ project: String) -> String? {
        switch self {
        case .none: nil
        case .project: project
        case .named(let zone): zone.name
        }
    }

    /// The zone of two times' common type: the first that is known.
    static func common(_ left: TimeZoneMark, _ right: TimeZoneMark) -> TimeZoneMark { left == .none ? right : left }
}

extension ClickHouseType {
    /// The zone that values of the type are shown in; the project's for a type that has none.
    func calendar(_ project: ProjectCalendar) -> ProjectCalendar {
        switch inner {
        case .dateTime(let zone), .dateTime64(let zone, _): zone.calendar(project)
        default: project
        }
    }

    /// A time type's zone.
    var zone: TimeZoneMark {
        switch inner {
        case .dateTime(let zone), .dateTime64(let zone, _): zone
        default: .project
        }
    }
}
