"""What is said of an exception that left the script. Imported only then."""
import sys

import airlock_channel

MESSAGE_BYTES = 4096


def report(error, name, guest):
    frames = _script_frames(error, guest)
    line = _line(error, frames, name)
    sys.stdout.flush()
    hook = sys.excepthook
    if hook is sys.__excepthook__:
        import traceback

        error.__traceback__ = frames
        traceback.print_exception(type(error), error, frames)
        sys.stderr.flush()
    else:
        hook(type(error), error, frames)
    kind = type(error)
    where = kind.__module__
    fields = {
        "type": kind.__qualname__ if where in ("builtins", "__main__") else "%s.%s" % (where, kind.__qualname__),
        "message": _message(error),
        "line": line,
        "upstream": where == "airlock" and getattr(error, "code", None) in ("timed_out", "upstream_failed"),
    }
    try:
        airlock_channel.notify("exception", fields)
    except (airlock_channel.ChannelError, OSError):
        pass  # the host is gone, or the exception struck in the middle of a message


def _script_frames(error, guest):
    """The traceback without the frames around the script, and without those of this package at its end."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(guest + "/"):
        frames = frames.tb_next
    last, step = None, frames
    while step is not None:
        if not step.tb_frame.f_code.co_filename.startswith(guest + "/"):
            last = step
        step = step.tb_next
    if last is not None:
        last.tb_next = None
    return frames


def _line(error, frames, name):
    """The line of the script that was running, or that cannot be read."""
    line = None
    while frames is not None:
        if frames.tb_frame.f_code.co_filename == name:
            line = frames.tb_lineno
        frames = frames.tb_next
    if line is None and isinstance(error, SyntaxError) and error.filename == name:
        line = error.lineno
    return line or None


def _message(error):
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:
        text = "(its text could not be made)"
    # Lone surrogates cannot be sent; the cut must not leave half a character.
    data = str(text).encode("utf-8", "replace")
    return data[:MESSAGE_BYTES].decode("utf-8", "ignore")
