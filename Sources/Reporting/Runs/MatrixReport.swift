public import AirlockCore

/// The runs of one template over all combinations of some values, as one table: a row a cell.
///
/// A row holds the cell's values, how it ended, and what it came to: its metrics; without any in all cells, the plain
/// members of its result; without those, the row of its first table where that has just one. A cell that did not
/// succeed says why in a last column.
public struct MatrixReport: Sendable {
    /// One combination and its run.
    public struct Cell: Sendable {
        /// In the order of ``MatrixReport/variables``.
        public var values: [JSONValue]
        /// `nil` for a run that was never begun.
        public var result: RunResult?
        public var artifactPaths: [String: String]

        public init(values: [JSONValue], result: RunResult? = nil, artifactPaths: [String: String] = [:]) {
            self.values = values
            self.result = result
            self.artifactPaths = artifactPaths
        }
    }

    /// More columns than this help nobody; the JSON document has all of each run.
    static let maxFacts = 24

    public var template: String
    public var variables: [String]
    public var cells: [Cell]

    public init(template: String, variables: [String], cells: [Cell]) {
        self.template = template
        self.variables = variables
        self.cells = cells
    }

    /// Of the cells that were begun.
    public var tally: RunTally {
        var tally = RunTally()
        for cell in cells { if let result = cell.result { tally.count(result.status) } }
        return tally
    }

    /// One status for all: `cancelled` too where a cell was never begun.
    public var status: RunStatus { cells.contains { $0.result == nil } ? .cancelled : tally.status }

    public var table: Table {
        let facts = facts()
        var names: [String] = []
        for cell in facts {
            for (name, _) in cell where !names.contains(name) && names.count < Self.maxFacts { names.append(name) }
        }
        let saysWhy = cells.contains { $0.result?.status != .succeeded }
        let rows = zip(cells, facts).map { cell, facts -> [JSONValue] in
            let status = cell.result?.status.rawValue.replacing("_", with: " ") ?? "not run"
            let values = names.map { name in facts.last { $0.name == name }?.value ?? .null }
            return cell.values + [.string(status)] + values + (saysWhy ? [problem(of: cell)] : [])
        }
        // A script names its facts: whoever reads a table by names must not take them for what the host says.
        let own = Set(variables + ["status", "problem"])
        let shown = names.map { own.contains($0) ? "\($0) (script)" : $0 }
        return Table(columns: variables + ["status"] + shown + (saysWhy ? ["problem"] : []), rows: rows)
    }

    private func problem(of cell: Cell) -> JSONValue {
        guard let result = cell.result, result.status != .succeeded else { return .null }
        let said = result.exception.map { $0.message.isEmpty ? $0.type : "\($0.type): \($0.message)" }
        return .string(orNull: said ?? result.reason)
    }

    // MARK: What a cell came to

    private typealias Fact = (name: String, value: JSONValue)

    private func facts() -> [[Fact]] {
        for kind in [metrics, plainResult, onlyRow] as [(RunResult) -> [Fact]] {
            let facts = cells.map { cell in cell.result.map(kind) ?? [] }
            if facts.contains(where: { !$0.isEmpty }) { return facts }
        }
        return cells.map { _ in [] }
    }

    private func metrics(_ result: RunResult) -> [Fact] {
        result.outputs.compactMap { output in
            guard case .metric(let name, let value, let unit) = output else { return nil }
            return (unit.map { $0.isEmpty ? name : "\(name) (\($0))" } ?? name, value)
        }
    }

    private func plainResult(_ result: RunResult) -> [Fact] {
        switch result.result {
        case nil, .array: []
        case .object(let members): members.filter { isPlain($0.value) }.map { ($0.key, $0.value) }
        case .some(let value): [("result", value)]
        }
    }

    private func onlyRow(_ result: RunResult) -> [Fact] {
        for case .table(_, let table) in result.outputs {
            guard table.rows.count == 1, let row = table.rows.first else { return [] }
            return zip(table.columns, row).map { ($0, $1) }
        }
        return []
    }

    private func isPlain(_ value: JSONValue) -> Bool {
        switch value {
        case .array, .object: false
        default: true
        }
    }

    // MARK: Documents

    /// The document for standard output or a file. With `json` it holds each cell's whole run beside the table.
    public func document(_ format: OutputFormat, style: TerminalStyle) -> String {
        var details: JSONObject = [:]
        if format == .json {
            details = [
                "template": .string(template), "status": .string(status.rawValue),
                "variables": .array(variables.map(JSONValue.string)), "cells": .array(cells.map(json)),
            ]
        }
        let title = "\(template) by \(variables.joined(separator: ", "))"
        return TableReport(title: title, table: table, details: details).document(format, style: style)
    }

    private func json(_ cell: Cell) -> JSONValue {
        let run = cell.result.map { RunReport($0, artifactPaths: cell.artifactPaths).jsonValue }
        return ["values": .object(JSONObject(zip(variables, cell.values).map { ($0, $1) })), "run": run ?? .null]
    }

    // MARK: What goes beside the document

    /// The most cells whose failure is told in full.
    static let shownFailures = 10

    /// The cells that did not succeed with their reasons, and how many ended how.
    public func statusText(_ style: TerminalStyle, elapsed: Duration) -> String {
        let failed = cells.filter { $0.result.map { $0.status != .succeeded } ?? false }
        var lines: [String] = []
        for cell in failed.prefix(Self.shownFailures) {
            guard let result = cell.result else { continue }
            lines.append(
                style.red(style.bold(style.line(label(cell)))) + ": " + result.status.rawValue.replacing("_", with: " ")
            )
            lines += RunReport(result).failureLines(style: style).map { "  " + $0 }
        }
        if failed.count > Self.shownFailures {
            lines.append("\(failed.count - Self.shownFailures) more did not succeed; --format json has them all.")
        }
        let missing = cells.count - tally.total
        let notRun = missing > 0 ? ", \(NumberText.grouped(missing)) not run" : ""
        let time = style.usesUnicode ? elapsed.shortText : SafeText.ascii(elapsed.shortText)
        lines.append(
            "\(NumberText.grouped(cells.count)) run\(cells.count == 1 ? "" : "s"): \(tally.text)\(notRun) in \(time)")
        return lines.joined(separator: "\n") + "\n"
    }

    /// `country=US, days=7`
    private func label(_ cell: Cell) -> String {
        zip(variables, cell.values).map { "\($0)=\($1.cellText)" }.joined(separator: ", ")
    }
}
