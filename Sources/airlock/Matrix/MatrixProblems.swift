import AirlockCore

/// The faults of a matrix's combinations, each said once: the same value stands in many of them.
struct MatrixProblems {
    private let matrix: Matrix
    private var found: [(problem: Problem, cells: [Int])] = []
    private var places: [Problem: Int] = [:]
    private var first: AirlockError?

    init(_ matrix: Matrix) { self.matrix = matrix }

    /// The error of the combination of this number.
    mutating func add(_ error: AirlockError, cell: Int) {
        if first == nil { first = error }
        for problem in error.problems {
            if let place = places[problem] {
                found[place].cells.append(cell)
            } else {
                places[problem] = found.count
                found.append((problem, [cell]))
            }
        }
    }

    /// All of them; `nil` when there is none.
    var error: AirlockError? {
        guard var error = first else { return nil }
        error.problems =
            found.map { problem, cells in
                var problem = problem
                problem.message += place(problem, cells)
                return problem
            }.bounded
        return error
    }

    /// Which values are at fault, by their numbers: an error holds no value.
    private func place(_ problem: Problem, _ cells: [Int]) -> String {
        let inSome = " (in \(cells.count) of \(matrix.count) combinations)"
        let name = problem.pointer.split(separator: "/").first.map(String.init)
        guard let axis = matrix.axes.firstIndex(where: { $0.name == name }) else {
            return cells.count < matrix.count ? inSome : ""
        }
        let values = Set(cells.map { matrix.indices($0)[axis] })
        let shown = values.sorted().prefix(5).map { String($0 + 1) }.joined(separator: ", ")
        let more = values.count > 5 ? " and \(values.count - 5) more" : ""
        let each = matrix.count / matrix.axes[axis].values.count
        return " (value \(shown)\(more) of --matrix \(matrix.axes[axis].name))"
            + (cells.count < values.count * each ? inSome : "")
    }
}
