/// What a person of the demo data set is going to do.
struct DemoPerson {
    /// How a person fares on the way from signup to purchase.
    enum Way {
        /// Activates, then buys, all within the window.
        case converts
        /// Activates and never buys.
        case activates
        /// Activates in time and buys too late.
        case buysLate
        /// Buys before activating.
        case buysFirst
        /// Activates too late; some buy after that.
        case activatesLate(buys: Bool)
        /// Buys and never activates.
        case buysOnly
        case neither
    }

    enum Plan: String {
        case free, pro, team

        /// In whole units of the currency.
        func price(yearly: Bool) -> Int {
            switch self {
            case .free: 0
            case .pro: yearly ? 290 : 29
            case .team: yearly ? 990 : 99
            }
        }
    }

    let distinctID: String
    let anonymousID: String
    let id: String
    /// The week of the signup, from 0.
    let week: Int
    /// Microseconds since the epoch, as all times here.
    let signup: Int64
    var way = Way.neither
    /// What is bought; `free` for who buys nothing.
    var plan = Plan.free
    var paysYearly = false
    var upgrades = false
    /// The variant of the experiment; `nil` for who never sees it.
    var variant: String?
    var pageviews = 0
    /// Weeks after that of the signup in which the person logs in.
    var activeWeeks: [Int] = []
    var isPowerUser = false
    let country: String
    let currency: String
    let browser: String
    let system: String
    let source: (source: String, medium: String, campaign: String)?
}
