"""Prints results: a table for people, a document for programs."""
import os

NOISE_NOTE = "Ratios are of medians; rounds were taken in turns. 'met' and 'not met' speak of this machine, now."


def table(results):
    heads = ["", "median", "p95", "p99", "n", "ratio", "to", "aims"]
    lines = [heads]
    for result in results:
        lines += row_lines(result)
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    text = [f"{os.cpu_count()} cores, Linux {os.uname().release.split('-')[0]}. {NOISE_NOTE}", ""]
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:6], widths[1:6])]
        cells += [line[6].ljust(widths[6]), line[7]]
        text.append("  ".join(cells).rstrip())
    missing = {f"{side.label}: {side.missing}" for result in results for side in result.baselines if side.missing}
    return "\n".join(text + ([""] if missing else []) + sorted(missing))


def row_lines(result):
    if result.error:
        return [[result.row.name, "failed", "", "", "", "", result.error.splitlines()[0][:200], ""]]
    subject = result.subject
    lines = []
    first = [result.row.name, duration(subject.median), duration(subject.percentile(0.95)),
             duration(subject.percentile(0.99)), str(len(subject.times))]
    for index, baseline in enumerate(result.baselines or [None]):
        head = first if index == 0 else ["", "", "", "", ""]
        if baseline is None:
            compared = ["", ""]
        elif baseline.missing:
            compared = ["–", f"{baseline.label}: baseline missing"]
        else:
            compared = [ratio(result.ratio(baseline)), f"{baseline.label}, {duration(baseline.median)}"]
        lines.append([*head, *compared, "; ".join(aims(result)) if index == 0 else ""])
    return lines


def aims(result):
    for aim in result.row.aims:
        value = result.value(aim.quantity)
        if value is None:
            yield f"{aim.text()}: not measured"
        else:
            verdict = "met" if aim.is_met(value) else "NOT MET"
            yield f"{aim.text()}: {number(value)}, {verdict}"


def duration(ms):
    # A row that is not about time.
    if ms == 0:
        return "–"
    return f"{ms * 1000:.1f} µs" if ms < 1 else f"{ms:.2f} ms" if ms < 1000 else f"{ms / 1000:.2f} s"


def ratio(value):
    return "–" if value is None else f"{value:.4f}" if value < 0.01 else f"{value:.2f}"


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def document(results, failures):
    return {
        "cores": os.cpu_count(), "kernel": os.uname().release.split("-")[0],
        "rows": [row_document(result) for result in results], "failures": failures,
    }


def row_document(result):
    if result.error:
        return {"row": result.row.name, "group": result.row.group, "error": result.error}
    return {
        "row": result.row.name, "group": result.row.group, **side_document(result.subject),
        "baselines": [
            {"label": side.label, "missing": side.missing} if side.missing
            else {"label": side.label, "ratio": result.ratio(side), **side_document(side)}
            for side in result.baselines
        ],
        "aims": [
            {"aim": aim.text(), "value": value, "met": None if value is None else aim.is_met(value)}
            for aim in result.row.aims for value in [result.value(aim.quantity)]
        ],
        "peak_mib": result.value("MiB"),
    }


def side_document(side):
    return {
        "median_ms": side.median, "p95_ms": side.percentile(0.95), "p99_ms": side.percentile(0.99),
        "samples": len(side.times),
    }
