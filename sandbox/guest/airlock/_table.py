"""Rows under named columns."""
from airlock_channel import build as _build


class Row(tuple):
    """One row: `row.event`, `row["event"]`, `row[0]`.

    It is a tuple of its values, as sqlite3.Row is: iterating gives values, `keys()` gives the names, `dict(row)` works.
    A column whose name is no attribute, or that of a method (`keys`, `values`, `items`, `get`), is read as
    `row["keys"]`.
    """

    __slots__ = ()
    _columns = ()
    _places = {}

    def __getitem__(self, key):
        if type(key) is str:
            try:
                key = self._places[key]
            except KeyError:
                raise KeyError("there is no column %r; there are: %s" % (key, ", ".join(self._columns))) from None
        return tuple.__getitem__(self, key)

    def __getattr__(self, name):
        raise AttributeError("there is no column %r; there are: %s" % (name, ", ".join(self._columns)))

    def __reduce__(self):
        return tuple, (tuple(self),)

    def keys(self):
        return list(self._columns)

    def values(self):
        return list(self)

    def items(self):
        return list(zip(self._columns, self))

    def get(self, name, default=None):
        place = self._places.get(name)
        return default if place is None else tuple.__getitem__(self, place)

    def __repr__(self):
        return "Row(%s)" % ", ".join("%s=%r" % item for item in zip(self._columns, self))


_METHODS = frozenset(("keys", "values", "items", "get"))


def _row_class(columns):
    """Row with these columns: a class of its own, so that a row is no larger than its tuple."""
    places = {}
    for place, name in enumerate(columns):
        places.setdefault(name, place)
    members = {"__slots__": (), "_columns": columns, "_places": places}
    for name, place in places.items():
        # Not only for speed: a column called `count` or `index` must win over tuple's methods.
        if name.isidentifier() and not name.startswith("_") and name not in _METHODS:
            members[name] = property(_getter(place))
    return type("Row", (Row,), members)


def _getter(place):
    return lambda row: tuple.__getitem__(row, place)


class Columns:
    """Rows as they arrive, column by column: a list of values, or a dict of the different values and of each row's place
    among them. Iterating gives tuples, and makes no list of them."""

    __slots__ = ("_data", "_count")

    def __init__(self, data, count):
        self._data = data
        self._count = count

    def __len__(self):
        return self._count

    def __iter__(self):
        if not self._data:
            return iter([()] * self._count)
        return zip(*map(_values, self._data))

    def column(self, place):
        return list(_values(self._data[place]))


def _values(column):
    return map(column["values"].__getitem__, column["at"]) if type(column) is dict else column


class Table:
    """A sequence of rows.

    columns: the names.
    types: a type name per column as the data source says it, `UInt64`; empty when unknown.
    rows: the rows, as a list.
    complete: False when rows were cut off; `cut_by` says by what: default_limit, template, quota or upstream.
    age_ms: how old the answer is, in milliseconds.
    """

    __slots__ = ("columns", "types", "complete", "cut_by", "age_ms", "_class", "_lists", "_rows")

    def __init__(self, columns, rows, types=None, complete=True, cut_by=None, age_ms=0):
        self.columns = list(columns)
        self.types = list(types or ())
        self._class = _row_class(tuple(self.columns))
        # What arrived becomes rows when they are first asked for: a script may want a column or the number only.
        self._lists = rows if type(rows) is Columns else list(rows)
        self._rows = None
        self.complete = complete
        self.cut_by = cut_by
        self.age_ms = age_ms

    @property
    def rows(self):
        if self._rows is None:
            self._rows = _build(list, map(self._class, self._lists))
            self._lists = None
        return self._rows

    @rows.setter
    def rows(self, rows):
        self._rows = rows
        self._lists = None

    def __len__(self):
        return len(self._lists if self._rows is None else self._rows)

    def __iter__(self):
        return iter(self.rows)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Table(self.columns, self.rows[index], self.types, self.complete, self.cut_by, self.age_ms)
        return self.rows[index]

    def column(self, name):
        """The values of one column, as a list."""
        try:
            place = self._class._places[name]
        except KeyError:
            known = ", ".join(self.columns)
            raise KeyError("there is no column %r; there are: %s" % (name, known)) from None
        if self._rows is None:
            if type(self._lists) is Columns:
                return self._lists.column(place)
            return [row[place] for row in self._lists]
        return [tuple.__getitem__(row, place) for row in self._rows]

    def dicts(self):
        """The rows as dicts."""
        return [dict(zip(self.columns, row)) for row in self.rows]

    def to_csv(self):
        """The table as CSV (RFC 4180) with a line of names; None becomes an empty field."""
        lines = [",".join(map(_csv_field, self.columns))]
        lines += [",".join(map(_csv_field, row)) for row in self.rows]
        return "\r\n".join(lines) + "\r\n"

    def __eq__(self, other):
        if not isinstance(other, Table):
            return NotImplemented
        return self.columns == other.columns and self.rows == other.rows

    __hash__ = None

    def __repr__(self):
        cut = "" if self.complete else ", cut by %s" % self.cut_by
        return "<Table of %d rows: %s%s>" % (len(self.rows), ", ".join(self.columns), cut)


for _class in (Row, Table):
    _class.__module__ = "airlock"


def _csv_field(value):
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        import json

        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    value = str(value)
    # A lone empty text would look like None, and a one-column row of it like no row.
    if value == "" or any(mark in value for mark in ',"\r\n'):
        return '"%s"' % value.replace('"', '""')
    return value
