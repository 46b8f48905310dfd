import AirlockCore
import Testing

@testable import Reporting

@Suite struct TerminalChartTests {
    private func text(
        _ kind: Chart.Kind, _ data: Table, x: String, y: [String], width: Int = 40, unicode: Bool = true,
        color: Bool = false
    ) -> String {
        let chart = Chart(kind: kind, data: data, x: x, y: y)
        let style = TerminalStyle(width: width, usesUnicode: unicode, usesColor: color)
        return TerminalChart(chart: chart, style: style).lines().joined(separator: "\n")
    }

    private let signed = Table(
        columns: ["k", "v"], rows: [["up", 5], ["down", -3], ["zero", 0], ["tiny", 0.01], ["gap", nil]])

    @Test func bars() {
        #expect(
            text(.bar, signed, x: "k", y: ["v"]) == """
                up              ██████████████████ 5
                down ███████████ -3
                zero             0
                tiny            ▏ 0.01
                gap
                """)
        #expect(
            text(.bar, signed, x: "k", y: ["v"], unicode: false) == """
                up              ################## 5
                down ########### -3
                zero             0
                tiny            # 0.01
                gap
                """)
    }

    @Test func groupedBarsCarryALetter() {
        let data = Table(columns: ["k", "a", "b"], rows: [["one", 4, 8], ["two", 2, 1]])
        #expect(
            text(.bar, data, x: "k", y: ["a", "b"], width: 24) == """
                A a  B b
                one A ███████▌ 4
                    B ███████████████ 8
                two A ███▊ 2
                    B █▉ 1
                """)
    }

    @Test func histogram() {
        let data = Table(columns: ["ms"], rows: [1, 2, 2, 3, 7, 8, 12, 19].map { [.int($0)] })
        #expect(
            text(.histogram, data, x: "ms", y: ["ms"], width: 30) == """
                ms
                  0 – 5 ███████████████████ 4
                 5 – 10 █████████▌ 2
                10 – 15 ████▊ 1
                15 – 20 ████▊ 1
                """)
    }

    @Test func histogramOfCountedValues() throws {
        let chart = Chart(
            kind: .histogram, data: Table(columns: ["v", "n"], rows: [[1, 10], [9, 5], [nil, 7], [3, -1]]), x: "v",
            y: ["n"])
        let data = try HistogramData(chart, limit: 20)
        #expect(data.bins.reduce(0) { $0 + $1.count } == 15)
        #expect(data.largest == 10)
    }

    @Test func line() {
        let data = Table(columns: ["x", "y"], rows: [[0, 0], [10, 10]])
        #expect(
            text(.line, data, x: "x", y: ["y"], width: 20) == """
                10.0 ┤            ⢀⠎
                     │           ⢀⠎
                     │          ⢠⠃
                 7.5 ┤         ⡠⠃
                     │        ⡰⠁
                 5.0 ┤       ⡔⠁
                     │     ⢀⠜
                     │    ⢀⠎
                 2.5 ┤   ⢠⠊
                     │  ⢠⠃
                     │ ⡰⠁
                   0 ┤⡰⠁
                     └┬──────┬─────┬
                      0      5    10
                """)
        #expect(
            text(.area, data, x: "x", y: ["y"], width: 20, unicode: false) == """
                10.0 +             #
                     |            ##
                     |           ###
                 7.5 +         #####
                     |        ######
                 5.0 +       #######
                     |      ########
                     |     #########
                 2.5 +   ###########
                     |  ############
                     | #############
                   0 +##############
                     ++------+-----+
                      0      5    10
                """)
    }

    @Test func scatter() {
        let data = Table(columns: ["x", "y"], rows: [[0, 1], [5, 9], [10, nil], [9, 3]])
        #expect(
            text(.scatter, data, x: "x", y: ["y"], width: 20) == """
                10 ┤
                   │        ⠐
                 8 ┤
                   │
                 6 ┤
                   │
                   │
                 4 ┤
                   │               ⠐
                 2 ┤
                   │⠄
                 0 ┤
                   └┬───────┬───────
                    0       5
                """)
    }

    @Test func marksTellSeriesApartWithoutColor() {
        let data = Table(columns: ["x", "a", "b"], rows: [[0, 1, 2], [1, 2, 1]])
        let shown = text(.line, data, x: "x", y: ["a", "b"], unicode: false)
        #expect(shown.hasPrefix("* a  + b\n"))
        #expect(shown.utf8.allSatisfy { $0 < 0x7F })
        #expect(text(.line, data, x: "x", y: ["a", "b"], color: true).contains("\u{1B}[38;5;172m"))
    }

    @Test func heatmap() {
        let data = Table(
            columns: ["week", "cohort", "share"],
            rows: [[0, "Jan", 1.0], [1, "Jan", 0.5], [0, "Feb", 1.0], [1, "Feb", nil], [2, "Jan", 0]])
        #expect(
            text(.heatmap, data, x: "week", y: ["cohort", "share"]) == """
                    0 1 2
                Jan ██▒▒··
                Feb ██
                0 ·░▒▓█ 1
                """)
        let wide = Table(columns: ["day", "a", "b"], rows: [["Mon", 0, 8], ["Tue", 4, 2]])
        #expect(
            text(.heatmap, wide, x: "day", y: ["a", "b"], unicode: false) == """
                  Mon Tue
                a ....++++
                b @@@@----
                0 .:-=+*#%@ 8
                """)
    }

    @Test(arguments: Chart.Kind.allCases)
    func problemsAreSaidInPlaceOfTheChart(kind: Chart.Kind) {
        let data = Table(columns: ["day", "n"], rows: [["a", "x"]])
        #expect(text(kind, data, x: "dya", y: ["n"]) == "(the chart's data has no column 'dya'; did it mean 'day'?)")
        #expect(text(kind, Table(columns: ["day", "n"]), x: "day", y: ["n"]) == "(no rows to draw)")
        #expect(text(kind, data, x: "day", y: ["n"]).hasPrefix("(no numbers"))
    }

    /// Whatever a script sends is drawn or refused, in every size, and fits.
    @Test(arguments: Chart.Kind.allCases)
    func hostileDataIsHarmless(kind: Chart.Kind) {
        let values: [JSONValue] = [
            nil, true, "x\u{1B}[0m", 0, -1, 1e308, -1e308, .double(.leastNonzeroMagnitude), 1e299, -1e299, ["a": 1],
            [1, 2], "2024-01-01",
            "9999-12-31T23:59:59Z", 9_223_372_036_854_775_807, "日本語",
        ]
        var rows: [[JSONValue]] = []
        for (index, x) in values.enumerated() {
            for y in values.dropFirst(index % 3) { rows.append([x, y, .int(index)]) }
        }
        for subset in [
            rows, rows.filter { $0[0].numberValue != nil }, rows.filter { $0[0].stringValue != nil }, [rows[7]],
        ] {
            for width in [20, 33, 200] {
                let table = Table(columns: ["x", "y", "z"], rows: subset + [[], [1]])
                let shown = text(kind, table, x: "x", y: ["y", "z"], width: width)
                #expect(!shown.unicodeScalars.contains("\u{1B}"))
                let svg = SVGChart(chart: Chart(kind: kind, title: "<b>", data: table, x: "x", y: ["y"])).markup()
                #expect(!svg.contains("<b>") && !svg.contains("nan") && !svg.contains("inf"))
            }
        }
    }

    @Test func thinningKeepsTheExtremes() {
        let points = (0..<100_000).map { PlotData.Point(x: Double($0), y: $0 == 777 ? 1e6 : Double($0 % 10)) }
        let thinned = PlotData.Series(name: "s", points: points).thinned(to: 1000)
        #expect(thinned.count <= 1002)
        #expect(thinned.contains { $0.y == 1e6 })
    }
}
