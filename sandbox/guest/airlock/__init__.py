"""What a script may do beside computing: ask the host for data, and hand out what it found.

    import airlock

    rows = airlock.query("SELECT event, count() AS n FROM events GROUP BY event LIMIT {limit}", limit=10)
    airlock.table(rows, title="Events")
    airlock.chart("bar", rows, x="event", y="n")

A script runs without network, threads and further processes; its working directory is a small scratch space that
vanishes with it.
"""
import airlock_channel as _channel

from ._errors import (
    AirlockError, PermissionDenied, QueryError, QuotaExceeded, TimedOut, UpstreamError, _error_from_reply,
)
from ._params import Params
from ._plain import columnar as _columnar, plain as _plain, text as _text
from ._table import Columns as _Columns, Row, Table

__all__ = [
    "query", "list_objects", "get_fields", "call", "params", "table", "chart", "markdown", "artifact", "metric", "log",
    "progress", "result", "Table", "Row", "AirlockError", "QueryError", "PermissionDenied", "QuotaExceeded",
    "UpstreamError", "TimedOut",
]

params = Params(_channel.params)
"""The template's variables, by name: `params.days` or `params["days"]`."""


def query(hogql, /, *, max_rows=None, max_age=None, **values):
    """Runs a query and returns its rows as a `Table`.

    hogql: the query. `{name}` stands where a value may stand; the value of that name is given as a keyword argument,
        and never becomes part of the query's text.
    max_rows: at most this many rows; the table then says `complete == False`.
    max_age: seconds (or a timedelta) that a cached answer may be old; the default asks for a fresh one.

    Raises QueryError for a query that is wrong, PermissionDenied for a table or column that the template has no
    grant for, QuotaExceeded, TimedOut, and UpstreamError when the data source failed.
    """
    fields = {"query": _text(hogql, "the query"), "layout": "columns"}
    if values:
        fields["values"] = _plain(values)
    if max_rows is not None:
        fields["max_rows"] = _plain(max_rows)
    if max_age is not None:
        fields["max_age"] = _plain(max_age)
    reply = _call("query", fields)
    return Table(
        reply["columns"], _Columns(reply["data"], reply["count"]), types=reply.get("types"), complete=reply["complete"],
        cut_by=reply.get("cut_by"), age_ms=reply.get("age_ms", 0),
    )


def list_objects():
    """The entity types of the data source: a list of dicts with name, description, available and queryable."""
    return _call("list_objects", {})


def get_fields(name):
    """The fields of an object: a list of dicts with name, type, description and, where there is one, example."""
    return _call("get_fields", {"object": _text(name, "the object's name")})


def call(method, /, **fields):
    """Calls a further method of the data source, where the template grants it, and returns its plain answer."""
    return _call(_text(method, "the method"), _plain(fields))


def table(data, title=None, columns=None):
    """Shows a table.

    data: a `Table`, a list of dicts, or a list of rows with `columns` naming their values.
    """
    fields = _columnar(data, columns)
    fields["title"] = _optional_text(title, "the title")
    _channel.notify("table", fields)


def chart(kind, data, *, x, y, title=None):
    """Shows a chart of a table's columns.

    kind: bar, line, area, scatter, histogram or heatmap.
    data: as for `table`.
    x: the column along the horizontal axis.
    y: the column that is drawn, or a list of them.
    """
    drawn = [y] if isinstance(y, str) else list(y)
    fields = _columnar(data, None)
    for name in [x] + drawn:
        if name not in fields["columns"]:
            raise ValueError("there is no column %r; there are: %s" % (name, ", ".join(fields["columns"])))
    if kind not in _CHARTS:
        raise ValueError("there is no chart %r; there are: %s" % (kind, ", ".join(_CHARTS)))
    if not drawn:
        raise ValueError("a chart needs at least one column as y")
    title = _optional_text(title, "the title")
    _channel.notify("chart", {"kind": kind, "title": title, "x": x, "y": drawn, "data": fields})


_CHARTS = ("bar", "line", "area", "scatter", "histogram", "heatmap")


def markdown(text):
    """Shows a paragraph, a list, a heading: Markdown."""
    _channel.notify("markdown", {"text": _text(text, "the text")})


def artifact(name, data, media_type=None):
    """Hands out a file.

    name: a plain file name, `report.csv`.
    data: bytes, or text, which becomes UTF-8.
    media_type: guessed from the name's end if it is not given.
    """
    from ._artifact import fields

    _channel.notify("artifact", fields(name, data, media_type))


def metric(name, value, unit=None):
    """Shows one figure: `metric("Conversion", 12.5, unit="%")`."""
    value = _plain(value)
    if isinstance(value, (list, dict)):
        raise TypeError("a metric is one number or text, not a %s" % type(value).__name__)
    name = _text(name, "the name")
    if not name:
        raise ValueError("a metric needs a name")
    _channel.notify("metric", {"name": name, "value": value, "unit": _optional_text(unit, "the unit")})


def log(message, level="info"):
    """Writes a line into the run's log. Levels: debug, info, warning, error."""
    if level not in ("debug", "info", "warning", "error"):
        raise ValueError("there is no level %r; there are: debug, info, warning, error" % (level,))
    message = str(message).encode("utf-8", "replace").decode("utf-8")
    _channel.notify("log", {"level": level, "message": message})


def progress(fraction, message=None):
    """Says how far the script is.

    fraction: from 0 to 1; None when that is not known.
    """
    if fraction is not None:
        fraction = min(1.0, max(0.0, float(fraction)))
        if fraction != fraction:
            fraction = None
    _channel.notify("progress", {"fraction": fraction, "message": _optional_text(message, "the message")})


def result(value):
    """Gives the script's result, any JSON-like value; once."""
    _channel.notify("result", {"value": _plain(value)})


def _call(method, fields):
    reply, error = _channel.call(method, fields)
    if error is not None:
        raise _error_from_reply(error)
    return reply


def _optional_text(value, what):
    return None if value is None else _text(value, what)
