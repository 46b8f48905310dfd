"""The template's variables."""


class Params:
    """A read-only mapping whose members are attributes too: `params.days`, `params["days"]`."""

    __slots__ = ("_values",)

    def __init__(self, values):
        object.__setattr__(self, "_values", values)

    def __getitem__(self, name):
        return self._values[name]

    def __getattr__(self, name):
        try:
            return self._values[name]
        except KeyError:
            known = ", ".join(self._values) or "none"
            raise AttributeError("there is no variable %r; there are: %s" % (name, known)) from None

    def __setattr__(self, name, value):
        raise AttributeError("variables are read-only")


    def __delattr__(self, name):
        raise AttributeError("variables are read-only")

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def __contains__(self, name):
        return name in self._values

    def keys(self):
        return self._values.keys()

    def values(self):
        return self._values.values()

    def items(self):
        return self._values.items()

    def get(self, name, default=None):
        return self._values.get(name, default)

    def __eq__(self, other):
        return self._values == (other._values if isinstance(other, Params) else other)

    __hash__ = None

    def __repr__(self):
        return "Params(%s)" % ", ".join("%s=%r" % item for item in self._values.items())
