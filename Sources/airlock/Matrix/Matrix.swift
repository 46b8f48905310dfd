import AirlockCore
import Templating

/// The combinations that `--matrix name=a,b` asks for; the last variable's values change fastest.
struct Matrix: Sendable {
    /// One value of a variable: a text, to be read as that of `--set`, or a typed one out of a JSON array.
    enum Value: Sendable, Hashable {
        case text(String)
        case typed(JSONValue)
    }

    struct Axis: Sendable, Hashable {
        /// As the template declares it.
        var name: String
        var values: [Value]
    }

    /// Each result is kept until the table is made.
    static let maxCells = 1000

    let axes: [Axis]
    /// How many combinations there are; at most ``maxCells``.
    let count: Int

    /// - Parameter inputs: what is given for the variables beside.
    /// - Throws: `invalid_argument` with all that is wrong at once. Whether the values fit their variables is not
    ///   looked at.
    init(_ texts: [String], schema: VariableSchema, given inputs: VariableInputs) throws(AirlockError) {
        var reading = MatrixReading(schema: schema, inputs: inputs)
        for text in texts { reading.take(text) }
        axes = reading.axes
        let problems = reading.problems.bounded
        guard problems.isEmpty else {
            throw AirlockError(
                .invalidArgument, "a matrix is not as it has to be", at: .argument("--matrix"),
                hint: "As in --matrix country=US,DE --matrix days=7,30.", problems: problems)
        }
        var count = 1
        for axis in axes {
            let (product, overflow) = count.multipliedReportingOverflow(by: axis.values.count)
            guard !overflow, product <= Self.maxCells else {
                throw AirlockError(
                    .invalidArgument, "the matrix has more than \(Self.maxCells) combinations",
                    at: .argument("--matrix"),
                    hint: "Give fewer values, or write the runs into a file for 'airlock batch', which takes more.")
            }
            count = product
        }
        self.count = count
    }

    /// The number of the value of each axis, from 0, in the combination of this number.
    func indices(_ cell: Int) -> [Int] {
        var rest = cell
        var indices: [Int] = []
        for axis in axes.reversed() {
            indices.append(rest % axis.values.count)
            rest /= axis.values.count
        }
        return indices.reversed()
    }

    /// What is given for the variables in the combination of this number.
    func inputs(_ cell: Int, over base: VariableInputs) -> VariableInputs {
        var inputs = base
        for (axis, index) in zip(axes, indices(cell)) {
            switch axis.values[index] {
            case .text(let text): inputs.settings.append((axis.name, text))
            case .typed(let value): inputs.values[axis.name] = value
            }
        }
        return inputs
    }
}

/// Reads the texts of `--matrix`, one after the other.
private struct MatrixReading {
    let schema: VariableSchema
    let inputs: VariableInputs
    var axes: [Matrix.Axis] = []
    var problems: [Problem] = []

    mutating func take(_ text: String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            return refuse("form", "'\(text)' is not of the form name=a,b")
        }
        let spelling = String(text[..<equals])
        guard let variable = variable(spelling) else {
            let nearest = nearestName(to: spelling, in: schema.variables.map(\.name))
            return refuse(
                "unknown_variable",
                "the template has no variable '\(spelling)'" + (nearest.map { "; the nearest is '\($0)'" } ?? ""))
        }
        guard !variable.isSecret else {
            return refuse("secret", "'\(variable.name)' is a secret, and the table would show it")
        }
        if let other = otherSource(of: variable) {
            return refuse("given_twice", "'\(variable.name)' is given by --matrix and by \(other)")
        }
        guard let values = values(String(text[text.index(after: equals)...]), of: variable) else { return }
        let place = axes.firstIndex { $0.name == variable.name }
        var axis = place.map { axes[$0] } ?? Matrix.Axis(name: variable.name, values: [])
        var known = Set(axis.values)
        for value in values {
            if !known.insert(value).inserted {
                refuse("given_twice", "value \(axis.values.count + 1) of '\(variable.name)' was there before")
            }
            axis.values.append(value)
        }
        if let place { axes[place] = axis } else { axes.append(axis) }
    }

    private mutating func refuse(_ code: String, _ message: String) { problems.append(Problem(code, message)) }

    /// Dashes and underscores are one, as everywhere variables are named.
    private func variable(_ spelling: String) -> VariableDeclaration? {
        schema[spelling] ?? schema[String(spelling.map { $0 == "-" ? "_" : $0 })]
    }

    private func otherSource(of wanted: VariableDeclaration) -> String? {
        if inputs.flags.contains(where: { variable($0.name)?.name == wanted.name }) { return "--\(wanted.name)" }
        if inputs.settings.contains(where: { variable($0.name)?.name == wanted.name }) { return "--set" }
        return nil
    }

    /// A list's own text has commas in it, so that is one value.
    private mutating func values(_ text: String, of variable: VariableDeclaration) -> [Matrix.Value]? {
        if variable.types.contains("array") { return [.text(text)] }
        guard text.hasPrefix("[") else {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if parts.contains("") {
                refuse("empty", "a value of '\(variable.name)' is empty; an empty text is written as in [\"\",\"a\"]")
                return nil
            }
            return parts.map(Matrix.Value.text)
        }
        do throws(JSONSyntaxError) {
            guard let elements = try JSONValue(json: text).arrayValue, !elements.isEmpty else {
                refuse("empty", "'\(variable.name)' has no values")
                return nil
            }
            return elements.map(Matrix.Value.typed)
        } catch {
            refuse("json", "the array of '\(variable.name)' is not JSON: \(error.reason) at column \(error.column)")
            return nil
        }
    }
}
