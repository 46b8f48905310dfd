"""Turns a script's values into what JSON can say, losing nothing silently."""
import sys

# The host reads 64 containers inside each other, its own envelope among them.
MAX_DEPTH = 48
# The host reads numbers of up to 4096 characters.
MAX_INTEGER = 1 << 13_000
_INFINITY = float("inf")


def plain(value, depth=0):
    """`value` as None, bool, int, float, str, list and dict with str keys.

    NaN and the infinities become None. Dates and times become ISO 8601 text, UUIDs text, a timedelta its seconds, a
    Decimal a number where a float holds it exactly and text where none does, an enum member its value, a dataclass a
    dict, tuples and sets lists, numpy scalars and arrays the Python values they hold, a `Table` a list of dicts.

    Raises TypeError for other types, and ValueError for text that is not Unicode, an integer of more than 3,900
    digits, and containers nested too deeply or inside themselves.
    """
    kind = type(value)
    if kind is str:
        return text(value, "a text")
    if kind is int:
        if -MAX_INTEGER < value < MAX_INTEGER:
            return value
        raise ValueError("an integer of more than 3,900 digits cannot be sent")
    if kind is float:
        return value if -_INFINITY < value < _INFINITY else None
    if value is None or kind is bool:
        return value
    if depth >= MAX_DEPTH:
        raise ValueError("the value is nested more than %d levels deep, or contains itself" % MAX_DEPTH)
    if kind is list or kind is tuple:
        return [plain(item, depth + 1) for item in value]
    if kind is dict:
        return _mapping(value, depth)
    return _other(value, kind, depth)


def text(value, what):
    """`value`, which has to be a str that UTF-8 can hold."""
    if not isinstance(value, str):
        raise TypeError("%s has to be a str, not %s" % (what, type(value).__name__))
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("%s holds a lone surrogate, at character %d" % (what, error.start)) from None
    return str.__str__(value)


def columnar(data, columns):
    """Rows of any admitted form as `{"columns": […], "types": […], "rows": [[…]]}`."""
    from ._table import Row, Table

    if isinstance(data, Table):
        if columns is None:
            return {"columns": data.columns, "types": data.types, "rows": plain(data.rows)}
        for name in columns:
            if name not in data.columns:
                raise ValueError("there is no column %r; there are: %s" % (name, ", ".join(data.columns)))
        places = [data.columns.index(name) for name in columns]
        types = [data.types[place] for place in places] if data.types else []
        rows = [[row[place] for place in places] for row in data.rows]
        return {"columns": list(columns), "types": types, "rows": plain(rows)}
    if _is_frame(data):
        names = [str(name) for name in data.columns]
        data, columns = data.values.tolist(), names if columns is None else columns
    if isinstance(data, (str, bytes, dict)) or not hasattr(data, "__iter__"):
        raise TypeError("a table is a Table, a list of dicts, or a list of rows; not %s" % type(data).__name__)
    rows = list(data)
    if columns is not None:
        columns = [text(name, "a column's name") for name in columns]
    if rows and all(isinstance(row, dict) for row in rows):
        if columns is None:
            columns = list(dict.fromkeys(text(name, "a column's name") for row in rows for name in row))
        rows = [[row.get(name) for name in columns] for row in rows]
    elif rows and columns is None and isinstance(rows[0], Row):
        columns = rows[0].keys()
    if not columns:
        raise ValueError("the columns have no names: give columns=[…]")
    for index, row in enumerate(rows):
        if isinstance(row, (str, bytes, dict)) or not hasattr(row, "__len__"):
            raise TypeError("row %d is a %s; rows are all dicts, or all lists" % (index, type(row).__name__))
        if len(row) != len(columns):
            raise ValueError("row %d has %d values, but there are %d columns" % (index, len(row), len(columns)))
    return {"columns": columns, "rows": [[plain(cell, 1) for cell in row] for row in rows]}


def _mapping(value, depth):
    members = {}
    for key, item in value.items():
        if isinstance(key, str):
            name = text(key, "a key")
        elif isinstance(key, (int, float)) and not isinstance(key, bool):
            name = str(plain(key))
        else:
            raise TypeError("a key of type %s cannot be sent; keys are texts" % type(key).__name__)
        if name in members:
            raise ValueError("two keys that are both %r as text" % name)
        members[name] = plain(item, depth + 1)
    return members


def _other(value, kind, depth):
    name, module = kind.__name__, kind.__module__
    if _is_instance(value, "enum", "Enum"):
        return plain(value.value, depth)
    if isinstance(value, str):
        return text(value, "a text")
    if isinstance(value, (bool, int)):
        return plain(int(value))
    if isinstance(value, float):
        return plain(float(value))
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("bytes cannot be sent as a value; decode them, or hand them out with airlock.artifact")
    if _is_instance(value, "datetime", "timedelta"):
        return value.total_seconds() if value == value else None
    if any(_is_instance(value, "datetime", each) for each in ("date", "time")):
        # pandas' NaT is a datetime that equals nothing.
        return value.isoformat() if value == value else None
    if _is_instance(value, "decimal", "Decimal"):
        return _decimal(value)
    if _is_instance(value, "uuid", "UUID"):
        return str(value)
    if _is_instance(value, "fractions", "Fraction"):
        return plain(float(value))
    if name == "Table" and module == "airlock":
        return [plain(row, depth + 1) for row in value.dicts()]
    if isinstance(value, (tuple, list)):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, (set, frozenset)):
        items = [plain(item, depth + 1) for item in value]
        # A set has no order of its own, and its texts another one in every process.
        return sorted(items, key=lambda item: (str(type(item)), item)) if _sortable(items) else items
    if isinstance(value, dict) or (hasattr(value, "keys") and hasattr(value, "items")):
        return _mapping(value, depth)
    if hasattr(value, "dtype"):
        if getattr(value, "shape", None) and hasattr(value, "tolist"):
            return plain(value.tolist(), depth)
        if hasattr(value, "item"):
            item = value.item()
            if item is not value:
                return plain(item, depth + 1)
    if hasattr(kind, "__dataclass_fields__"):
        return {field: plain(getattr(value, field), depth + 1) for field in kind.__dataclass_fields__}
    raise TypeError(
        "a value of type %s cannot be sent; turn it into numbers, texts, lists and dicts first" % name
    )


def _is_instance(value, module, name):
    """isinstance without importing: what was never imported has no instances."""
    known = getattr(sys.modules.get(module), name, None)
    return known is not None and isinstance(value, known)


def _is_frame(data):
    """A pandas or polars table, told by its shape: neither is imported here."""
    return hasattr(data, "columns") and hasattr(data, "values") and hasattr(data.values, "tolist")


def _sortable(items):
    return all(isinstance(item, (str, int, float)) for item in items)


def _decimal(value):
    if not value.is_finite():
        return None
    if value == value.to_integral_value() and value.adjusted() < 3_900:
        return int(value)
    nearest = float(value)
    return nearest if type(value)(repr(nearest)) == value else str(value)
