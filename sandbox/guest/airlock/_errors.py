"""The errors that a call may raise."""


class AirlockError(Exception):
    """A call was answered with an error.

    code: a stable name of the kind of failure, `invalid_query`.
    hint: what to do about it, or None.
    location: the place in the query, or None.
    """

    def __init__(self, message, code="internal_error", hint=None, location=None):
        self.message = message
        self.code = code
        self.hint = hint
        self.location = location
        super().__init__(message)

    def __str__(self):
        text = self.message
        if self.location:
            text += " (%s)" % self.location
        if self.hint:
            text += "\n" + self.hint
        return text


class QueryError(AirlockError):
    """The query is wrong, or asks for something that does not exist."""


class PermissionDenied(AirlockError):
    """The template has no grant for what was asked."""


class QuotaExceeded(AirlockError):
    """A limit of this run is reached. Asking again and again ends the run."""


class UpstreamError(AirlockError):
    """The data source failed."""


class TimedOut(UpstreamError):
    """The data source took too long."""


_CLASSES = {
    "invalid_query": QueryError,
    "unsupported_query": QueryError,
    "unknown_object": QueryError,
    "permission_denied": PermissionDenied,
    "quota_exceeded": QuotaExceeded,
    "upstream_failed": UpstreamError,
    "timed_out": TimedOut,
}

for _class in (AirlockError, *_CLASSES.values()):
    _class.__module__ = "airlock"  # as scripts and their tracebacks name it


def _error_from_reply(error):
    data = error.get("data") or {}
    code = data.get("code", "internal_error")
    return _CLASSES.get(code, AirlockError)(
        error.get("message", "the call failed"), code, data.get("hint"), data.get("location")
    )
